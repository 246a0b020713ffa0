"""The tables of a report, a file a subject."""

from analysis.report.tables.classes import extremes_table, per_class_table, precision_table
from analysis.report.tables.images import hard_images_table
from analysis.report.tables.pairs import confused_pairs_table, pair_table, resolved_pairs_table
from analysis.report.tables.probabilities import calibration_table
from analysis.report.tables.robustness import (
    robustness_classes_table,
    robustness_strengths_table,
    robustness_table,
)
from analysis.report.tables.searched_seeds import searched_seeds_table
from analysis.report.tables.statistics import (
    class_differences_table,
    comparisons_table,
    seed_intervals_table,
)
from analysis.report.tables.summary import summary_table
from analysis.report.tables.table import Table
from analysis.report.tables.timing import timing_table
from analysis.report.tables.training import overfitting_table

__all__ = [
    "Table",
    "calibration_table",
    "class_differences_table",
    "comparisons_table",
    "confused_pairs_table",
    "extremes_table",
    "hard_images_table",
    "overfitting_table",
    "pair_table",
    "per_class_table",
    "precision_table",
    "resolved_pairs_table",
    "robustness_classes_table",
    "robustness_strengths_table",
    "robustness_table",
    "searched_seeds_table",
    "seed_intervals_table",
    "summary_table",
    "timing_table",
]

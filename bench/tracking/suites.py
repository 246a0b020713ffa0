"""A suite's results, as they are to be mirrored: the runs, and whose models."""

from pathlib import Path

from bench.experiments.spec import Suite
from bench.results.records import FailedRun, RunRecord, complete_runs, failed_runs, of_experiments
from bench.tracking.models import ModelRule


def runs_to_mirror(suite_folder: Path) -> list[RunRecord | FailedRun]:
    """All that has ended in a suite's folder, planned or not, but for trials of a search."""
    return of_experiments([*complete_runs(suite_folder), *failed_runs(suite_folder)])


def model_rule(suite: Suite, n_runs: int) -> ModelRule:
    """The suite's rule for models.

    Args:
        suite: with its `log_models`.
        n_runs: how many runs its folder holds; it counts where the suite plans fewer.
    """
    n_planned = len(suite.experiments) * len(suite.seeds)
    return ModelRule(suite.log_models, max(n_planned, n_runs))

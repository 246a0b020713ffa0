"""Figures, drawn with matplotlib but without its global state.

Each function takes a table of numbers and returns a figure; `png`, `svg` and `themed_svg` turn
it into a file or a part of a page.
"""

from analysis.figures.calibrations import reliability_figure, selective_figure
from analysis.figures.classes import per_class_figure
from analysis.figures.confusion import confusion_figure
from analysis.figures.cost import cost_figure
from analysis.figures.differences import differences_figure
from analysis.figures.learning import learning_figure
from analysis.figures.rendering import png, svg, themed_svg
from analysis.figures.theme import Series, css_variables, series

__all__ = [
    "Series",
    "confusion_figure",
    "cost_figure",
    "css_variables",
    "differences_figure",
    "learning_figure",
    "per_class_figure",
    "png",
    "reliability_figure",
    "selective_figure",
    "series",
    "svg",
    "themed_svg",
]

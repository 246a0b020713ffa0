"""The picture of the race: images a second, a panel for each case."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from analysis.figures.canvas import MARKER_POINTS, dress, name_axes, sheet, subtitle
from analysis.figures.rendering import svg
from analysis.figures.theme import INK, MUTED, SERIES
from tests.speed.race.contestants import CONTESTANTS, FIRST, OURS
from tests.speed.race.raced import Raced
from tests.speed.race.standings import Standing, standings

_WIDTH_INCHES, _PANEL_INCHES, _N_COLUMNS = 8.6, 1.75, 2
_TITLE = "Images a second while training: median and range of the rounds"


def drawn(raced: Sequence[Raced]) -> bytes:
    """An SVG file; a contestant keeps its line in all panels, which have scales of their own."""
    n_rows = -(-len(raced) // _N_COLUMNS)
    figure = sheet(_PANEL_INCHES * n_rows, _TITLE, width=_WIDTH_INCHES)
    names = [name for name in CONTESTANTS if name != FIRST]
    grid = figure.add_gridspec(n_rows, _N_COLUMNS)
    for place, one in enumerate(raced):
        axes = figure.add_subplot(grid[divmod(place, _N_COLUMNS)])
        _panel(axes, one, names, is_labelled=place % _N_COLUMNS == 0)
        if place >= len(raced) - _N_COLUMNS:
            name_axes(axes, x="images/s")
    return svg(figure)


def _panel(axes: Axes, raced: Raced, names: Sequence[str], is_labelled: bool) -> None:
    dress(axes, grid="x")
    subtitle(axes, raced.case.title)
    for one in standings(raced.heats):
        if one.contestant in names:
            _mark(axes, one, names.index(one.contestant))
    labels = [CONTESTANTS[name].label if is_labelled else "" for name in names]
    axes.set_yticks(range(len(names)), labels)
    axes.set_ylim(len(names) - 0.4, -0.6)
    fastest = max((heat.images_per_second for heat in raced.heats), default=1.0)
    axes.set_xlim(0, 1.15 * fastest)


def _mark(axes: Axes, one: Standing, line: int) -> None:
    """A bar to the median, the range across its end, and the median in figures."""
    is_ours = one.contestant == OURS
    axes.barh([line], [one.speed.median], height=0.62, color=SERIES[0] if is_ours else "#b9c0c7")
    axes.hlines([line], [one.speed.low], [one.speed.high], color=INK, linewidth=1.1)
    axes.annotate(
        f"{one.speed.median:.1f}" if one.speed.median < 100 else f"{one.speed.median:.0f}",
        (one.speed.high, line),
        xytext=(MARKER_POINTS, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        fontweight="bold" if is_ours else "normal",
        color=INK if is_ours else MUTED,
    )

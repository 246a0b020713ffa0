"""Draws what a run's model sees, and writes the pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.chosen import Chosen, photos_of
from bench.errors import UserError
from bench.results.atomic import write_atomic
from bench.results.store import DamagedError

if TYPE_CHECKING:
    from analysis.explain.explain import Explanation


def explain_run(
    chosen: Chosen, files: Sequence[Path], layers: Sequence[str], n_filters: int
) -> "Explanation":
    """Draws what the run's model sees, in test images or in the user's own.

    Args:
        chosen: the run.
        files: the user's own images; where there are none, test images.
        layers: convolutions to look at; where there are none, the first and the deepest.
        n_filters: filters of each, at most.

    Raises:
        UserError: as `explain` does; and where the data set is not here and there are no files.
    """
    from analysis.explain.explain import explain

    try:
        return explain(chosen.record, lambda: photos_of(chosen), files, layers, n_filters)
    except DamagedError as error:
        raise UserError(error.with_remedy()) from None


def write_pictures(explanation: "Explanation", folder: Path) -> list[Path]:
    """Writes each figure as a PNG.

    Returns:
        The files, in the figures' order.

    Raises:
        UserError: the folder cannot be written to.
    """
    from analysis.figures.rendering import png

    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, figure in explanation.figures:
            files.append(folder / f"{name}.png")
            write_atomic(files[-1], png(figure))
    except OSError as error:
        raise UserError(f"{folder}: cannot be written to: {error.strerror or error}") from None
    return files

"""The pictures of one run: its filters with what they answer, and where it looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from analysis.explain.examples import (
    N_IMAGES,
    Seen,
    filter_views,
    own_images,
    test_images,
    trained_of,
    with_saliency,
)
from analysis.explain.figures import filters_figure, saliency_figure
from bench.errors import UserError
from bench.results.records import RunRecord, notice_for
from runners.data.photos import Photos

N_FILTERS = 8


@dataclass(frozen=True)
class Explanation:
    """Figures by name (`filters-conv1`, `saliency`), and what could not be shown, a line each."""

    figures: tuple[tuple[str, Figure], ...]
    notes: tuple[str, ...]


def explain(
    record: RunRecord,
    photos: Callable[[], Photos],
    files: Sequence[Path] = (),
    layers: Sequence[str] = (),
    n_filters: int = N_FILTERS,
) -> Explanation:
    """Draws what the classifier of a run sees.

    Args:
        record: a complete run.
        photos: gives its data set; is asked only where there are no `files`.
        files: images to look at; where there are none, the test images that the run was surest
            of: two for the filters (a right one and a wrong one), four of each kind for saliency.
        layers: convolutions to look at, the first and the deepest where there are none. Grad-CAM
            is taken at the last one of these.
        n_filters: filters of each convolution, at most.

    Raises:
        DamagedError: the run's files are not what was sealed.
        UserError: weights or images cannot be read, a layer is no convolution of the network, or
            there is nothing that could be shown.
    """
    trained = trained_of(record)
    seen = own_images(trained, files) if files else test_images(record, photos(), N_IMAGES)
    if not seen:
        raise UserError(f"{record.folder.path}: has no predictions of test images")
    title, notice = f"{record.experiment}, seed {record.seed}", notice_for([record])
    views = filter_views(trained, _pair(seen), layers, n_filters)
    figures = [(f"filters-{view.layer}", filters_figure(view, title, notice)) for view in views]
    notes = [] if figures else ["no filters: the network has no convolution"]
    try:
        examples = with_saliency(trained, seen, layers[-1] if layers else None)
        figures.append(("saliency", saliency_figure(examples, title, notice)))
    except UserError as error:
        if not figures:
            raise
        notes.append(str(error))
    return Explanation(tuple(figures), tuple(notes))


def _pair(seen: Sequence[Seen]) -> list[Seen]:
    """Two images to compare: the first right and the first wrong one, else the first two."""
    wrong = [one for one in seen if one.is_correct is False]
    if seen[0].is_correct and wrong:
        return [seen[0], wrong[0]]
    return list(seen[:2])

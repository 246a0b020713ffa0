"""The figures of a report, each with a name and a text that says what it shows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial, reduce

from matplotlib.figure import Figure

from analysis.class_order import class_order
from analysis.figures.calibrations import reliability_figure, selective_figure
from analysis.figures.classes import per_class_figure
from analysis.figures.confusion import confusion_figure
from analysis.figures.cost import cost_figure
from analysis.figures.differences import differences_figure
from analysis.figures.learning import learning_figure
from analysis.figures.robustness import robustness_figure
from analysis.figures.theme import series
from analysis.findings import Findings
from analysis.report.headline import headline
from analysis.report.numbers import duration, fraction


@dataclass(frozen=True)
class Drawing:
    """A figure that can be drawn.

    `name` is unique in a report and serves in file names; `alt` says in words what it shows; `kind`
    is the name without the experiment, which is None for figures of all.
    """

    name: str
    kind: str
    experiment: str | None
    alt: str
    draw: Callable[[], Figure]


def drawings(found: Findings, notice: str = "") -> tuple[Drawing, ...]:
    """All figures that the findings have something to show in.

    Args:
        found: the findings of a study.
        notice: a sentence that goes wherever a figure goes.
    """
    return (*_of_all(found, notice), *_on_corrupted(found, notice), *_of_each(found, notice))


def _of_all(found: Findings, notice: str) -> Iterator[Drawing]:
    styles = series(list(found.summary["experiment"]))
    pairs = found.comparison.comparisons
    if len(pairs):
        draw = partial(differences_figure, pairs, notice=notice)
        yield Drawing("differences", "differences", None, " ".join(headline(found)), draw)
    if len(found.summary):
        cost = found.summary.rename(columns={"accuracy_low": "low", "accuracy_high": "high"})
        points = "; ".join(
            f"{row['experiment']}: {fraction(row['accuracy'])} in {duration(row['seconds'])}"
            for row in found.summary.to_dict("records")
        )
        draw = partial(cost_figure, cost, notice=notice, styles=styles)
        yield Drawing("cost", "cost", None, f"Accuracy against time. {points}.", draw)
    if len(found.per_class):
        draw = partial(per_class_figure, found.per_class, notice=notice, styles=styles)
        alt = "Accuracy of each class with 95 % intervals; the numbers are in the table."
        yield Drawing("per_class", "per_class", None, alt, draw)
    if len(found.selective):
        half = found.selective.loc[found.selective["coverage"].round(2) == 0.5]
        answered = zip(half["experiment"], half["accuracy"], strict=True)
        points = "; ".join(f"{name}: {fraction(accuracy)}" for name, accuracy in answered)
        names = list(styles)
        draw = partial(selective_figure, found.selective, names, notice=notice, styles=styles)
        alt = f"Accuracy on the images that a model is surest of. On the surest half: {points}."
        yield Drawing("selective", "selective", None, alt, draw)


def _on_corrupted(found: Findings, notice: str) -> Iterator[Drawing]:
    if found.robustness is None or found.robustness.summary.empty:
        return
    styles = series(list(found.summary["experiment"]))
    kept = zip(
        *(found.robustness.summary[c] for c in ("experiment", "accuracy", "mca")), strict=True
    )
    points = "; ".join(f"{name}: {fraction(of)}, left {fraction(left)}" for name, of, left in kept)
    draw = partial(robustness_figure, found.robustness.strengths, notice=notice, styles=styles)
    alt = f"Accuracy on corrupted images by strength. Uncorrupted and on average: {points}."
    yield Drawing("robustness", "robustness", None, alt, draw)


def _of_each(found: Findings, notice: str) -> Iterator[Drawing]:
    styles = series(list(found.summary["experiment"]))
    if not found.matrices:
        return
    order = class_order(reduce(lambda one, other: one + other, found.matrices.values()))
    for name, matrix in found.matrices.items():
        title = f"{name}: test"
        draw = partial(confusion_figure, matrix, title, notice, order)
        alt = f"Confusion matrix of {name}: {_most_confused(found, name)}"
        yield Drawing(f"confusion-{name}", "confusion", name, alt, draw)
        if name in set(found.curves.get("experiment", ())):
            draw = partial(
                learning_figure, found.curves, found.changes, name, notice=notice, styles=styles
            )
            own = found.overfitting.loc[found.overfitting["experiment"] == name]
            verdict = " ".join(own["verdict"])
            alt = f"Learning curves of {name}: loss and accuracy by epoch; {verdict}."
            yield Drawing(f"learning-{name}", "learning", name, alt, draw)
        if name in set(found.reliability.get("experiment", ())):
            after = found.reliability_scaled if len(found.reliability_scaled) else None
            draw = partial(
                reliability_figure, found.reliability, after, name, notice=notice, styles=styles
            )
            alt = f"Reliability of {name}: how often it is right when it is so sure."
            yield Drawing(f"reliability-{name}", "reliability", name, alt, draw)


def _most_confused(found: Findings, experiment: str) -> str:
    pairs = found.confused_pairs
    worst = pairs.loc[(pairs["experiment"] == experiment) & (pairs["rank"] == 1)]
    if not len(worst):
        return "no mistakes."
    row = worst.iloc[0]
    return (
        f"{row['a']} and {row['b']} are confused most, {row['a_as_b']} and {row['b_as_a']} times."
    )

"""The table of the experiments side by side."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from analysis.report.numbers import duration, fraction, sd_note
from analysis.report.tables.table import Table
from analysis.report.tables.wording import intervals, means, sentences, sources
from bench.experiments.spec import Published

_NONE = Published()
_INTERVAL_NOTE = (
    "95 %: where the figure would lie with other test images and other seeds (a hierarchical "
    "bootstrap); with one seed, with other images alone."
)
_HEADINGS = {"accuracy": "accuracy", "macro_accuracy": "macro accuracy", "macro_f1": "macro F1"}


def summary_table(
    summary: pd.DataFrame, published: Mapping[str, Published] = MappingProxyType({})
) -> Table:
    """The experiments side by side, published figures beside ours where there are any.

    Args:
        summary: what `analysis.summary.summarise` returned, or `with_intervals` of the same module.
        published: figures by experiment, for their sources.

    Returns:
        The table "summary". A narrow renderer may leave out its intervals.
    """
    shown = pd.DataFrame({"experiment": summary["experiment"]})
    shown["seeds"] = [str(n) for n in summary["n_seeds"]]
    with_intervals = "groups" in summary
    intervals_shown = []
    for name in ("accuracy", "macro_accuracy", "macro_f1"):
        cells = means(summary, name, f"{name}_sd", digits=3)
        shown[_HEADINGS[name]] = _lettered(cells, summary) if name == "accuracy" else cells
        beside = f"published_{name}"
        if beside in summary and summary[beside].notna().any():
            shown[f"{_HEADINGS[name]} (publ.)"] = [fraction(x, 3) for x in summary[beside]]
        if with_intervals and f"{name}_low" in summary:
            heading = f"{_HEADINGS[name]} (95 %)"
            shown[heading] = intervals(summary, f"{name}_low", f"{name}_high")
            intervals_shown.append(heading)
    shown["NLL"] = [fraction(x) for x in summary["nll"]]
    shown["ECE"] = [fraction(x, 3) for x in summary["ece"]]
    shown["time"] = [duration(x) for x in summary["seconds"]]
    return Table(
        name="summary",
        title="Experiments",
        frame=summary,
        shown=shown,
        note=_summary_note(summary, published),
        labels=("experiment",),
        intervals=tuple(intervals_shown),
        interval_note=_INTERVAL_NOTE,
    )


def _lettered(cells: list[str], summary: pd.DataFrame) -> list[str]:
    """The accuracies, each with its letters where they are known and there are several."""
    if "groups" not in summary or len(summary) < 2:
        return cells
    return [f"{cell} {letters}" for cell, letters in zip(cells, summary["groups"], strict=True)]


def _summary_note(summary: pd.DataFrame, published: Mapping[str, Published]) -> str:
    sizes = sorted(set(summary["n"]))
    images = f"Test images: {' / '.join(str(n) for n in sizes)}." if sizes else ""
    used = [
        published[name]
        for name in summary["experiment"]
        if published.get(name) not in (None, _NONE)
    ]
    beside = summary[["published_accuracy", "published_macro_accuracy"]].notna().any(axis=None)
    return sentences(
        sd_note(summary["n_seeds"]),
        "Macro: mean over classes, each counting the same. NLL: negative log likelihood, in nats. "
        "ECE: expected calibration error. Time: mean wall time of a run.",
        images,
        "Experiments that share a letter can't be told apart by their accuracy."
        if "groups" in summary and len(summary) > 1
        else "",
        sources(used) if beside else "",
    )

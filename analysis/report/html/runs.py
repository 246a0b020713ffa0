"""What the runs cost, and which failed."""

import math
from collections.abc import Hashable
from typing import Any

import pandas as pd

from analysis.findings import Findings
from analysis.report.background import Background, RunFacts
from analysis.report.html.cells import count, rate, seconds, size
from analysis.report.numbers import fraction, percent
from bench.results.records import PARTS_OF_TIME


def costs(found: Findings, background: Background) -> list[dict[str, str]]:
    """A row an experiment: accuracy beside time, speed, memory and parameters, means over runs."""
    complete = [run for run in background.runs if run.state == "complete"]
    rows = []
    for row in found.summary.to_dict("records"):
        own = [run for run in complete if run.experiment == row["experiment"]]
        rows.append(
            {
                "experiment": row["experiment"],
                "accuracy": fraction(row["accuracy"], 3),
                "time": seconds(row["seconds"]),
                "images a second": rate(_mean(own, "images_per_second")),
                "memory": size(_mean(own, "peak_bytes")),
                "parameters": count(_mean(own, "parameters")),
                "trained in the end": count(_mean(own, "trained_parameters")),
                "device": ", ".join(dict.fromkeys(run.device for run in own if run.device)),
            }
        )
    return rows


def bars(timing: pd.DataFrame) -> list[list[dict[str, object]]]:
    """Where the time of each run went, as the pieces of a bar.

    Args:
        timing: what `analysis.timing.timing` returned.

    Returns:
        For each row: the pieces from left to right, each with its `part`, its `width` in percent
        of the bar and its share in words; none where the parts are not known. What the parts
        leave is the piece "other"; where they come to more than all, the whole is what they are.
    """
    return [_pieces(row) for row in timing.to_dict("records")]


def _pieces(row: dict[Hashable, Any]) -> list[dict[str, object]]:
    shares = {part: float(row[f"{part}_share"]) for part in PARTS_OF_TIME}
    shares["other"] = max(0.0, float(row["unaccounted_share"]))
    whole = sum(shares.values())
    if not math.isfinite(whole) or whole <= 0:
        return []
    return [
        {"part": part, "width": f"{100 * share / whole:.2f}", "share": percent(share)}
        for part, share in shares.items()
        if share > 0
    ]


def failures(background: Background) -> list[RunFacts]:
    """The runs that failed."""
    return [run for run in background.runs if run.state == "failed"]


def _mean(runs: list[RunFacts], name: str) -> float | None:
    values = pd.Series([getattr(run, name) for run in runs], dtype="float64").dropna()
    return float(values.mean()) if len(values) else None

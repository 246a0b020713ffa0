"""What the runs cost, and which failed."""

import pandas as pd

from analysis.findings import Findings
from analysis.report.background import Background, RunFacts
from analysis.report.html.cells import count, rate, seconds, size
from analysis.report.numbers import fraction


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


def failures(background: Background) -> list[RunFacts]:
    """The runs that failed."""
    return [run for run in background.runs if run.state == "failed"]


def _mean(runs: list[RunFacts], name: str) -> float | None:
    values = pd.Series([getattr(run, name) for run in runs], dtype="float64").dropna()
    return float(values.mean()) if len(values) else None

"""How far a run has come that is not complete, as its events tell."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bench.results.store import CHECKPOINT, PREVIOUS_CHECKPOINT, RunFolder

_NUMBERS = {"start": ("time", "epoch"), "epoch": ("time", "epoch", "seconds")}


@dataclass(frozen=True)
class Begun:
    """What is done of a run, and how fast it went.

    `epochs` are finished. `paced_epochs` of them, those of the last process that finished any, took
    it `seconds` from when it was set up, and `training_seconds` of these in training steps.
    """

    epochs: int
    paced_epochs: int
    seconds: float
    training_seconds: float


def begun(folder: RunFolder) -> Begun | None:
    """How far a run has come; None where it would start anew or has told of no epoch."""
    if not any((folder.path / name).exists() for name in (CHECKPOINT, PREVIOUS_CHECKPOINT)):
        return None
    pace, current = list[dict[str, Any]](), list[dict[str, Any]]()
    for event in _milestones(folder):
        if event["event"] == "start":
            current = [event]
        elif current and event["epoch"] == _next(current):
            current.append(event)
            pace = current
        else:  # of a process whose start was lost with the torn line before it
            current = []
    if not pace:
        return None
    start, *epochs = pace
    return Begun(
        epochs=int(epochs[-1]["epoch"]) + 1,
        paced_epochs=len(epochs),
        seconds=epochs[-1]["time"] - start["time"],
        training_seconds=sum(event["seconds"] for event in epochs),
    )


def _next(events: list[dict[str, Any]]) -> int:
    """The epoch that follows; `start` names the one that it begins with."""
    last = events[-1]
    return int(last["epoch"]) + int(last["event"] == "epoch")


def _milestones(folder: RunFolder) -> Iterator[dict[str, Any]]:
    """The events `start` and `epoch`; what a killed process has left half is passed over."""
    try:
        lines = (folder.path / "events.jsonl").read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        if b'"step"' in line:  # nearly all of them
            continue
        with suppress(ValueError, TypeError, KeyError):
            event = json.loads(line)
            if event["event"] in ("start", "epoch"):
                numbers = {key: float(event[key]) for key in _NUMBERS[event["event"]]}
                yield {"event": event["event"], **numbers}

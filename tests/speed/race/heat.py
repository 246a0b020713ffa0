"""One contestant's turn: a process of its own, and how much memory that and its children take."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psutil

from tests.speed.race.job import Job, Result

_PROJECT = Path(__file__).parents[3]
# A look takes some 10 ms a process, which the contestants lose; a second keeps it near 1 %.
_SECONDS_BETWEEN_LOOKS = 1.0


class Failed(Exception):  # noqa: N818 - an outcome
    """A contestant ended without a result; says why."""


@dataclass(frozen=True)
class Heat:
    """A contestant's result in one round.

    `peak_bytes` is that of its process and all below, what they share counted once (PSS);
    `process_seconds` the time from the start of the process to its end.
    """

    contestant: str
    round: int
    result: Result
    peak_bytes: int
    process_seconds: float

    @classmethod
    def of(cls, record: dict) -> "Heat":
        """The heat of a record that `asdict` made."""
        return cls(**{**record, "result": Result(**record["result"])})

    @property
    def images_per_second(self) -> float:
        """Of the training epochs but the first, which warms up."""
        warm = self.result.epoch_seconds[1:] or self.result.epoch_seconds
        return self.result.n_images * len(warm) / sum(warm)


def run(contestant: str, job: Job, number: int, cache: Path) -> Heat:
    """Runs it and waits.

    Args:
        contestant: its name.
        job: what to do.
        number: of the round.
        cache: where this project keeps decoded images; empty for a first run.

    Raises:
        Failed: it ended without a result.
    """
    began = time.perf_counter()
    # Files, since a pipe that nobody reads would stop who says much.
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.speed.race.contestant", contestant],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=complaints,
            cwd=_PROJECT,
            env=_environment(cache),
            text=True,
        )
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps({"began": time.time(), "job": asdict(job)}))
            process.stdin.close()
            peak = _peak(process)
        finally:
            process.kill()
            process.wait()
        seconds = time.perf_counter() - began
        if process.returncode:
            raise Failed(_last_line(complaints) or f"ended with {process.returncode}")
        result = Result(**json.loads(_last_line(said)))
    return Heat(contestant, number, result, peak, seconds)


def _environment(cache: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "OMP_NUM_THREADS"}
    return {**kept, "PYTHONPATH": str(_PROJECT), "TRACKBENCH_CACHE": str(cache)}


def _last_line(file: IO[str]) -> str:
    file.seek(0)
    lines = file.read().splitlines()
    return lines[-1] if lines else ""


def _peak(process: subprocess.Popen) -> int:
    """The most memory of the process and all below it, until it ends."""
    peak = 0
    watched = psutil.Process(process.pid)
    while True:
        peak = max(peak, sum(map(_memory, [watched, *_children(watched)])))
        try:
            process.wait(_SECONDS_BETWEEN_LOOKS)
        except subprocess.TimeoutExpired:
            continue
        return peak


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _memory(process: psutil.Process) -> int:
    try:
        found = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(found, "pss", found.rss))  # Linux alone has the first

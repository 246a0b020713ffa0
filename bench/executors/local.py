"""Runs each run in a process of its own on this machine, one after the other."""

import contextlib
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Literal

from bench.executors.worker import BUSY, FAILED, work
from bench.experiments.spec import Run
from bench.results.store import BusyError, RunFolder

Outcome = Literal["complete", "failed", "busy"]
_PRELOADED = ["bench.executors.preload"]
_POLL_SECONDS = 0.1
_SECONDS_TO_STOP = 3.0


@dataclass(frozen=True)
class Finished:
    """A run whose process has ended: complete, failed, or busy in another process."""

    run: Run
    folder: RunFolder
    outcome: Outcome


def run_all(
    runs: Iterable[tuple[Run, RunFolder]], on_tick: Callable[[Run, RunFolder], None]
) -> Iterator[Finished]:
    """Executes the runs in order and yields each as it ends; one that fails ends no other.

    Args:
        runs: with their folders.
        on_tick: called some ten times a second while a run works, to show how far it is.

    Yields:
        Each run with its outcome; a failed one has a failure.json that says why.
    """
    context = _context()
    for run, folder in runs:
        process = context.Process(target=work, args=(run, folder), name=folder.path.name)
        process.start()
        try:
            while process.is_alive():
                process.join(_POLL_SECONDS)
                on_tick(run, folder)
        finally:
            _stop(process)
        yield Finished(run, folder, _outcome(process, folder))


def _context() -> ForkServerContext | SpawnContext:
    """A server process that has imported torch once and is forked for each run, where it can be.

    It starts no thread and touches no device before the fork.
    """
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def _stop(process: BaseProcess) -> None:
    """Ends a process that still lives, since the parent was interrupted; it can be resumed."""
    if process.is_alive():
        process.terminate()
        process.join(_SECONDS_TO_STOP)
    if process.is_alive():
        process.kill()
    process.join()


def _outcome(process: BaseProcess, folder: RunFolder) -> Outcome:
    if process.exitcode == BUSY:
        return "busy"
    if folder.state_when_locked() == "complete":
        return "complete"
    if process.exitcode != FAILED or folder.state_when_locked() != "failed":
        _record_death(process, folder)
    return "failed"


def _record_death(process: BaseProcess, folder: RunFolder) -> None:
    """Says what a process died of that could no longer say it itself."""
    code = process.exitcode or 0
    if code < 0:
        name = signal.Signals(-code).name
        reason = f"its process was ended by {name}"
        if name == "SIGKILL":
            reason += ", which is what the system sends when memory runs out"
        failure = {"kind": "killed", "reason": reason, "signal": name}
    else:
        failure = {"kind": "crashed", "reason": f"its process ended with exit code {code}"}
    # Another process may have taken the run up already; and on a full disk nothing can be written.
    with contextlib.suppress(BusyError, OSError), folder.locked():
        folder.fail(failure)

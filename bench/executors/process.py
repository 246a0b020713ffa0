"""One run's process: started, watched, ended, and what became of it."""

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Literal

from bench.executors import failures
from bench.executors.failures import Failure
from bench.executors.worker import BUSY, DONE, FAILED, work
from bench.experiments.spec import Run
from bench.results.store import BusyError, RunFolder

Outcome = Literal["complete", "failed", "busy", "stopped"]
_PRELOADED = ["bench.executors.preload"]
_SECONDS_TO_TELL = 2.0
_LONG_LOOKS = 10.0


@dataclass(frozen=True)
class Finished:
    """A run that no process of ours works on any more.

    Complete, failed, busy elsewhere, or stopped since that was asked for.
    """

    run: Run
    folder: RunFolder
    outcome: Outcome


class RunProcess:
    """A process of its own for one run."""

    def __init__(self, run: Run, folder: RunFolder, gpu: str | None) -> None:
        """Starts it.

        Args:
            run: what it does.
            folder: where the run's files go.
            gpu: the only one that it may use.
        """
        self.run = run
        self.folder = folder
        self.gpu = gpu
        context = _context()
        self._news, sender = context.Pipe(duplex=False)
        self._process: BaseProcess = context.Process(
            target=work, args=(run, folder, gpu, sender.send), name=folder.path.name
        )
        self._process.start()
        sender.close()
        self._has_worked = False
        self._said = 0
        self._last_change = self._last_look = time.monotonic()
        self._stall: Failure | None = None

    @property
    def sentinel(self) -> int:
        """What `multiprocessing.connection.wait` waits for: it is ready when the process ends."""
        return self._process.sentinel

    @property
    def is_over(self) -> bool:
        """Whether the process has ended."""
        return not self._process.is_alive()

    @property
    def has_worked(self) -> bool:
        """Whether the run was this process's to work on, and not another one's that was faster."""
        if not self._has_worked and self._news.poll():
            with contextlib.suppress(EOFError, OSError):  # it ended without a word
                self._has_worked = self._news.recv()
        return self._has_worked

    def end_if_stalled(self) -> None:
        """Ends the process where it has said nothing for the run's `stall_seconds`."""
        now, said = time.monotonic(), self._said_so_far()
        if said != self._said:
            self._said, self._last_change = said, now
        if now - self._last_look > _LONG_LOOKS:  # all of us were stopped, such as by Ctrl-Z
            self._last_change += now - self._last_look
        self._last_look = now
        limit = self.run.experiment.stall_seconds
        if now - self._last_change < limit or self.is_over:
            return
        # SIGABRT has the process write down where each of its threads is; if it still can.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid or 0, signal.SIGABRT)
        self._process.join(_SECONDS_TO_TELL)
        self.kill()
        self._process.join()
        self._stall = failures.of_stall(limit, self.folder)

    def _said_so_far(self) -> int:
        try:
            return (self.folder.path / "events.jsonl").stat().st_size
        except OSError:
            return 0

    def terminate(self) -> None:
        """Asks the process to end; what it does can be resumed."""
        self._process.terminate()

    def kill(self) -> None:
        """Ends the process whatever it does."""
        self._process.kill()

    def stop(self) -> Finished:
        """Ends the process at once, since the run is not wanted any more; nothing is recorded."""
        self._process.terminate()
        self._process.join(_SECONDS_TO_TELL)
        self._process.kill()
        self._process.join()
        return Finished(self.run, self.folder, "stopped")

    def join(self, seconds: float | None = None) -> None:
        """Waits until the process has ended, or so long."""
        self._process.join(seconds)

    def finished(self) -> Finished:
        """What became of the run, its process being over; says why where that could not."""
        return Finished(self.run, self.folder, self._outcome())

    def _outcome(self) -> Outcome:
        code = self._process.exitcode or 0
        if code == BUSY:
            return "busy"
        state = self.folder.state_when_locked()
        if state == "complete":
            return "complete"
        # What lies there may be the record of an earlier try.
        is_told = state == "failed" and self.folder.failure().get("pid") == self._process.pid
        if self._stall is not None:
            self._record(self._stall)
        elif code not in (DONE, FAILED) or not is_told:
            self._record(failures.of_exit(code, self.folder))
        return "failed"

    def _record(self, failure: Failure) -> None:
        # Another process may have taken the run up already; and on a full disk nothing can be
        # written.
        with contextlib.suppress(BusyError, OSError), self.folder.locked():
            self.folder.fail(failure)


def prepare() -> None:
    """Starts the server that runs are forked from, where there is one, and does not wait for it.

    Its imports last for seconds; called early, they are done beside what this process does before
    the first run.
    """
    if isinstance(_context(), ForkServerContext):
        from multiprocessing import forkserver

        forkserver.ensure_running()


def _context() -> ForkServerContext | SpawnContext:
    """A server process that has imported torch once and is forked for each run, where it can be.

    It starts no thread and touches no device before the fork.
    """
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context

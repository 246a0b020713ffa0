"""Runs runs on this machine, each in a process of its own, several at a time."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from typing import cast

from bench.executors import failures
from bench.executors.process import Finished, Outcome, RunProcess
from bench.experiments.spec import Run
from bench.results.store import BusyError, RunFolder

Job = tuple[Run, RunFolder]
# Called for each run that works; who answers True wants it stopped.
OnTick = Callable[[Run, RunFolder], bool | None]
# Called in each round of an executor, some ten times a second; what it raises ends all.
OnRound = Callable[[], None]
_NO_MORE = object()
_POLL_SECONDS = 0.1
_SECONDS_TO_STOP = 3.0


def stream(
    jobs: Iterable[Job | None],
    on_tick: OnTick,
    gpus: Sequence[str | None] = (None,),
    on_round: OnRound = lambda: None,
) -> Generator[Finished, None, None]:
    """Executes runs and yields each as it ends; one that fails ends no other.

    Where the iterator is closed, the processes that still work are ended; their runs can be
    resumed.

    Args:
        jobs: the runs with their folders, asked for one by one whenever there is room for one. A
            None among them says that there is nothing to do just now, and to ask again.
        on_tick: called some ten times a second for each run that works here, to show how far it
            is; first before it says anything. A run for which it answers True is stopped.
        gpus: for each run that may work at a time, the GPU that is its own, or None.
        on_round: called whether or not a run works.

    Yields:
        Each run with its outcome: a failed one has a failure.json that says why; one that another
        process has is busy, at once.
    """
    working: list[RunProcess] = []
    try:
        yield from _work(iter(jobs), on_tick, on_round, deque(gpus), working)
    finally:
        _stop(working)


def _work(
    jobs: Iterator[Job | None],
    on_tick: OnTick,
    on_round: OnRound,
    free: deque[str | None],
    working: list[RunProcess],
) -> Iterator[Finished]:
    is_more = True
    while is_more or working:
        on_round()
        while is_more and free:
            job = next(jobs, _NO_MORE)
            is_more = job is not _NO_MORE
            if job is None or job is _NO_MORE:
                break
            run, folder = cast(Job, job)
            outcome = _begin(run, folder, on_tick, free[0], working)
            if outcome is not None:
                yield Finished(run, folder, outcome)
            else:
                free.popleft()
        if not working:
            if is_more:
                time.sleep(_POLL_SECONDS)
            continue
        wait([process.sentinel for process in working], _POLL_SECONDS)
        for process in tuple(working):
            is_over = process.is_over  # asked first, so that its last words are read after it
            # What another process says of a run that it was faster to take is not ours to show.
            is_unwanted = process.has_worked and on_tick(process.run, process.folder)
            process.end_if_stalled()
            if is_unwanted or is_over:
                working.remove(process)
                free.append(process.gpu)
                yield process.stop() if is_unwanted else process.finished()


def _begin(
    run: Run, folder: RunFolder, on_tick: OnTick, gpu: str | None, working: list[RunProcess]
) -> Outcome | None:
    """Starts a run's process; where there is none to start, says why."""
    try:
        state = folder.state()
        if state == "complete":  # by another process, since the plan was made
            return "complete"
        if state == "running":
            return "busy"
        on_tick(run, folder)  # before the run says anything, so that none of it is missed
        working.append(RunProcess(run, folder, gpu))
    except (OSError, EOFError) as error:  # a folder that cannot be read, no room for a process
        with suppress(BusyError, OSError):
            folder.path.mkdir(parents=True, exist_ok=True)
            with folder.locked():
                folder.fail(failures.of_start(error, folder))
        return "failed"
    return None


def _stop(working: Sequence[RunProcess]) -> None:
    """Ends what still works, since this process was interrupted; interrupted again, at once."""
    try:
        for process in working:
            process.terminate()
        deadline = time.monotonic() + _SECONDS_TO_STOP
        for process in working:
            process.join(max(0.0, deadline - time.monotonic()))
    finally:
        for process in working:
            process.kill()
        for process in working:
            with suppress(KeyboardInterrupt):
                process.join()

"""All runs of a suite, by any executor; those that another process has are asked for at the end."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing

from bench.executors.local import Job, OnTick
from bench.executors.process import Finished

Stream = Callable[[Iterable[Job | None], OnTick], Generator[Finished, None, None]]
# The processes of a command that was killed may outlive it for a moment.
_SECONDS_FOR_THE_DYING = 3.0


def run_all(
    stream: Stream, jobs: Iterable[Job], on_tick: OnTick
) -> Generator[Finished, None, None]:
    """Executes the runs in order and yields each as it ends; one that fails ends no other.

    A run that another process has is asked for once more when all others are done, as soon as it
    is free, and given up as busy when it is not for a few seconds.

    Args:
        stream: of an executor, as `local.stream` has it.
        jobs: the runs with their folders.
        on_tick: as `local.stream` has it.

    Yields:
        Each run with its outcome; a failed one has a failure.json that says why.
    """
    busy: list[Job] = []
    with closing(stream(jobs, on_tick)) as first_round:
        for finished in first_round:
            if finished.outcome == "busy":
                busy.append((finished.run, finished.folder))
            else:
                yield finished
    yield from stream(_freed(busy), on_tick)


def _freed(busy: Sequence[Job]) -> Iterator[Job | None]:
    """Each of the runs when no other process has it, or after a few seconds all the same."""
    waiting = deque(busy)
    deadline = time.monotonic() + _SECONDS_FOR_THE_DYING
    while waiting:
        for _ in range(len(waiting)):
            run, folder = waiting.popleft()
            if folder.state() == "running" and time.monotonic() < deadline:
                waiting.append((run, folder))
            else:
                yield run, folder
        if waiting:
            yield None

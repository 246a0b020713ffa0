"""Work done in several processes, its results in order, and none left when it ends."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TypeVar

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def side_by_side(
    work: Callable[[_Task], _Result], tasks: Sequence[_Task], n_processes: int
) -> Iterator[_Result]:
    """The results in order, as `map` gives them.

    The processes end with this iterator, at once, however it ends; Ctrl-C reaches this process
    alone. A standard pool does neither: it finishes what it has begun.

    Args:
        work: can be pickled, as can tasks and results.
        tasks: process i works on every n-th of them, from the i-th on.
        n_processes: that work at a time.

    Raises:
        EOFError: a process ended before its work was done.
    """
    workers: list[tuple[SpawnProcess, Connection]] = []
    try:
        # Not a comprehension: those that were started must be known when the next one fails.
        for first in range(n_processes):
            workers += [_start(work, tasks[first::n_processes])]
        for number in range(len(tasks)):
            yield workers[number % n_processes][1].recv()
    finally:
        for process, _ in workers:
            process.kill()
        for process, results in workers:
            process.join()
            results.close()


def _start(
    work: Callable[[_Task], _Result], tasks: Sequence[_Task]
) -> tuple[SpawnProcess, Connection]:
    # Not the fork server: that one is kept for runs, and must have torch loaded when it starts.
    context = multiprocessing.get_context("spawn")
    results, sent = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, tasks, sent), daemon=True)
    # The child inherits what is blocked.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    sent.close()
    return process, results


def _work(
    work: Callable[[_Task], _Result], tasks: Sequence[_Task], results: "Connection[_Result, None]"
) -> None:
    try:
        for task in tasks:
            results.send(work(task))
    except BrokenPipeError:
        return  # whom the results are for is gone

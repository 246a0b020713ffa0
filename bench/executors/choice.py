"""Which executor runs a suite, and how many runs it works on at a time."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from bench.errors import UserError
from bench.executors import local
from bench.executors.local import Job, OnRound, OnTick
from bench.executors.process import Finished, prepare
from bench.executors.rounds import Stream, run_all
from bench.executors.slots import divide, visible_gpus
from bench.experiments.spec import Run


@dataclass(frozen=True)
class How:
    """How the runs of a suite are to be run.

    Attributes:
        executor: `local` for this machine, `ray` for a cluster.
        address: of the Ray cluster; None starts one of this machine alone.
        jobs: so many at a time, at most.
        per_gpu: so many on each GPU.
        retry: whether those that failed earlier are tried again.
        fail_fast: whether the first failure ends the others.
    """

    executor: Literal["local", "ray"] = "local"
    address: str | None = None
    jobs: int | None = None
    per_gpu: int | None = None
    retry: bool = True
    fail_fast: bool = False


@dataclass(frozen=True)
class Executor:
    """An executor that is ready.

    Attributes:
        n_at_once: how many runs it works on at a time.
        threads: CPU threads of a run whose experiment does not say.
        stream: executes runs that are asked for one by one; see `local.stream`.
    """

    n_at_once: int
    threads: int
    stream: Stream

    def run_all(self, jobs: Iterable[Job], on_tick: OnTick) -> Generator[Finished, None, None]:
        """Executes runs, and yields each as it ends; see `rounds.run_all`."""
        return run_all(self.stream, jobs, on_tick)

    def threaded(self, run: Run) -> Run:
        """The run with its share of the CPUs."""
        return replace(run, threads=run.experiment.threads or self.threads)


def division(how: How, cpus: int) -> tuple[int, int] | None:
    """How many runs would work at a time on this machine, and the threads of each.

    Args:
        how: what was asked for.
        cpus: of this machine that may be used.

    Returns:
        None where that was not asked for, or a cluster decides it: to look for GPUs takes seconds.

    Raises:
        UserError: where this machine cannot do it.
    """
    if how.executor != "local" or (how.jobs is None and how.per_gpu is None):
        return None
    slots = divide(cpus, visible_gpus(), how.jobs, how.per_gpu)
    return len(slots.gpus), slots.threads


@contextmanager
def ready(how: How, cpus: int, say: Callable[[str], None], on_round: OnRound) -> Iterator[Executor]:
    """The executor that was asked for, as long as the context lasts.

    Args:
        how: what was asked for.
        cpus: of this machine that may be used.
        say: takes a line on what the user should know while runs work.
        on_round: called some ten times a second while runs work; what it raises ends them.

    Raises:
        UserError: where it cannot do what was asked for.
    """
    if how.executor == "local":
        if how.address is not None:
            raise UserError(f"--address {how.address}: belongs to --executor ray")
        prepare()
        slots = divide(cpus, visible_gpus(), how.jobs, how.per_gpu)
        stream = partial(local.stream, gpus=slots.gpus, on_round=on_round)
        yield Executor(len(slots.gpus), slots.threads, stream)
        return
    from bench.executors import ray
    from bench.executors.cluster import connected

    with connected(how.address, how.jobs, how.per_gpu) as cluster:
        stream = partial(ray.stream, cluster=cluster, say=say, on_round=on_round)
        yield Executor(cluster.room(), cluster.threads(), stream)

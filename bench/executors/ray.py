"""Runs runs on a Ray cluster, each as a task; results/ stays here, the one source of truth.

Ray Core alone: a task sends the files of its run as they are written, the checkpoints too, and
this process, which holds the run folder's lock, writes them. Where a node dies, its run starts
again on another one from the last checkpoint that came.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, cast

from bench.errors import DataError
from bench.executors import failures, shipping
from bench.executors.cluster import Cluster, import_ray
from bench.executors.local import Job, OnRound, OnTick
from bench.executors.process import Finished
from bench.executors.remote import Luggage, Sent, work_remotely
from bench.executors.shipping import Needs, Parcel
from bench.experiments.spec import Run
from bench.results.store import (
    CHECKPOINT,
    PREVIOUS_CHECKPOINT,
    BusyError,
    LostLockError,
    RunFolder,
)

_NO_MORE = object()
_POLL_SECONDS = 0.1
# So often a run is begun again in a row without having come an epoch further.
_MOST_LOSSES = 3
_BEGUN = ("run.json", CHECKPOINT, PREVIOUS_CHECKPOINT)


def stream(
    jobs: Iterable[Job | None],
    on_tick: OnTick,
    cluster: Cluster,
    say: Callable[[str], None],
    on_round: OnRound,
) -> Generator[Finished, None, None]:
    """Executes the runs on the cluster and yields each as it ends, as `local.stream` does.

    Args:
        jobs: the runs with their folders, which are on this machine.
        on_tick: called some ten times a second for each run that works.
        cluster: where.
        say: takes a line on what the user should know: what is sent, which nodes were lost.
        on_round: as `local.stream` has it.
    """
    source, working, is_more = iter(jobs), list[_Task](), True
    brought = _Brought(say)
    try:
        while is_more or working:
            on_round()
            while is_more and len(working) < cluster.room():
                job = next(source, _NO_MORE)
                is_more = job is not _NO_MORE
                if job is None or job is _NO_MORE:
                    break
                run, folder = cast(Job, job)
                task = _Task(run, folder)
                task.begin(cluster, brought)
                if task.is_over:
                    yield Finished(run, folder, task.outcome())
                else:
                    working.append(task)
            if not working and is_more:
                time.sleep(_POLL_SECONDS)
            for task in _with_news(working):
                task.receive(cluster, brought, say)
            yield from _over(working, on_tick)
    finally:
        for task in working:
            task.cancel()


def _over(working: list["_Task"], on_tick: OnTick) -> Iterator[Finished]:
    """Takes out the tasks that have ended, and ends those that are not wanted any more."""
    for task in tuple(working):
        if on_tick(task.run, task.folder):
            working.remove(task)
            task.cancel()
            yield Finished(task.run, task.folder, "stopped")
        elif task.is_over:
            working.remove(task)
            yield Finished(task.run, task.folder, task.outcome())


def _with_news(working: Sequence["_Task"]) -> list["_Task"]:
    """Waits a moment; the tasks that have sent something, or ended, by then."""
    if not working:
        return []
    by_stream = {task.stream: task for task in working}
    ready, _ = import_ray().wait(
        list(by_stream), num_returns=len(by_stream), timeout=_POLL_SECONDS, fetch_local=False
    )
    return [by_stream[stream] for stream in ready]


class _Brought:
    """Data and weights in the cluster's object store, put there when a node first lacks them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._data: list[Any] | None = None
        self._weights: dict[str, Any] = {}

    def pack(self, run: Run, lacks: Sequence[str], node: str) -> None:
        """Puts what a node lacks into the store, unless it is there."""
        ray = import_ray()
        if "data" in lacks and self._data is None:
            self._data = [ray.put(parcel) for parcel in shipping.pack_data(run.data)]
            self._say(f"the data set is sent to the nodes, since {node} has none of its content")
        weights = run.experiment.weights
        if "weights" in lacks and weights not in self._weights:
            from pathlib import Path

            self._weights[weights] = ray.put(Path(weights).read_bytes())
            self._say(f"{weights} is sent to the nodes, since {node} has none of its content")

    def for_run(self, run: Run) -> tuple[list[Any], list[Any]]:
        """References to the parcels of the data and to the weights, as far as they are there."""
        weights = self._weights.get(run.experiment.weights)
        return self._data or [], [] if weights is None else [weights]


@dataclass
class _Task:
    """A run on its way through the cluster, whose folder this process holds."""

    run: Run
    folder: RunFolder
    stream: Any = None
    is_over: bool = False
    is_busy: bool = False
    n_losses: int = 0
    node: str = ""
    _held: ExitStack = field(default_factory=ExitStack)
    _has_brought: dict[str, bool] = field(default_factory=dict)

    def begin(self, cluster: Cluster, brought: _Brought) -> None:
        """Takes the run's folder and gives the run to the cluster, if there is anything to do."""
        try:
            self.folder.path.mkdir(parents=True, exist_ok=True)
            self._held.enter_context(self.folder.locked())
            if self.folder.state_when_locked() == "complete":
                self._end()
                return
            self.folder.begin()
            self._submit(cluster, brought)
        except BusyError:
            self.is_over = self.is_busy = True
        except Exception as error:  # noqa: BLE001 - one run's trouble is not the others'
            self._fail(failures.of_start(error, self.folder))

    def _submit(self, cluster: Cluster, brought: _Brought) -> None:
        """Gives the run to the cluster, from as far as it came."""
        data, weights = brought.for_run(self.run)
        self._has_brought = {"data": bool(data), "weights": bool(weights)}
        remote = import_ray().remote(_on_node).options(**cluster.options(self.run))
        self.stream = remote.remote(
            self.run, Needs.of(self.run), self._begun(), {"data": data, "weights": weights}
        )

    def _begun(self) -> dict[str, bytes]:
        found = {}
        for name in _BEGUN:
            with contextlib.suppress(FileNotFoundError):
                found[name] = (self.folder.path / name).read_bytes()
        return found

    def receive(self, cluster: Cluster, brought: _Brought, say: Callable[[str], None]) -> None:
        """Takes the next thing that was sent; begins again where the node was lost."""
        ray = import_ray()
        try:
            sent: Sent = ray.get(next(self.stream))
            self.node = sent.node
            self._write(sent)
            if sent.lacks:
                self._bring(sent, cluster, brought)
        except ray.exceptions.RayTaskError as error:
            self._fail(failures.of_exception(_cause(error), {}, self.folder))
        except (ray.exceptions.RayError, StopIteration) as error:
            self._begin_again(error, cluster, brought, say)
        except LostLockError:
            self.is_over = self.is_busy = True
            self.cancel()
        except Exception as error:  # noqa: BLE001 - such as a full disk here: this run's trouble
            self._fail(failures.of_exception(error, {}, self.folder))

    def _bring(self, sent: Sent, cluster: Cluster, brought: _Brought) -> None:
        if any(self._has_brought[what] for what in sent.lacks):
            raise DataError(
                f"{' and '.join(sent.lacks)} that were sent to {sent.node} are not what the run "
                "was planned with; have they changed since?"
            )
        brought.pack(self.run, sent.lacks, sent.node)
        self._submit(cluster, brought)

    def _begin_again(
        self,
        error: Exception,
        cluster: Cluster,
        brought: _Brought,
        say: Callable[[str], None],
    ) -> None:
        self.n_losses += 1
        reason = f"{self.node or 'its node'} was lost ({type(error).__name__})"
        if self.n_losses > _MOST_LOSSES:
            self._fail(failures.of_lost_nodes(f"{reason}, {self.n_losses} times", self.folder))
            return
        say(f"{self.run.experiment.name} seed {self.run.seed}: {reason}; it goes on elsewhere")
        self._stop_task()  # should it live after all
        try:
            self._submit(cluster, brought)
        except Exception as trouble:  # noqa: BLE001 - one run's trouble is not the others'
            self._fail(failures.of_exception(trouble, {}, self.folder))

    def _write(self, sent: Sent) -> None:
        for name, content in sent.files.items():
            self.folder.write(
                name, content, keep=PREVIOUS_CHECKPOINT if name == CHECKPOINT else None
            )
            if name == CHECKPOINT:
                self.n_losses = 0
        for name, content in sent.added.items():
            with (self.folder.path / name).open("ab") as file:
                file.write(content)
        if sent.outcome == "complete":
            self.folder.seal()
        if sent.outcome is not None:
            self._end()

    def _fail(self, failure: failures.Failure) -> None:
        with contextlib.suppress(OSError, LostLockError):
            self.folder.fail(failure)
        self._stop_task()
        self._end()

    def _end(self) -> None:
        self.is_over = True
        self._held.close()

    def cancel(self) -> None:
        """Ends the task, wherever it works; the run can be resumed from what has come."""
        self._stop_task()
        self._held.close()

    def _stop_task(self) -> None:
        if self.stream is not None:
            with contextlib.suppress(Exception):  # the cluster may be gone already
                import_ray().cancel(self.stream, force=True)

    def outcome(self) -> Any:
        """What became of the run."""
        if self.is_busy:
            return "busy"
        return "complete" if self.folder.state_when_locked() == "complete" else "failed"


def _cause(error: Any) -> Exception:
    """What was raised on the node, which Ray wraps."""
    cause = getattr(error, "cause", None)
    return cause if isinstance(cause, Exception) else Exception(str(error).splitlines()[-1])


def _on_node(
    run: Run, needs: Needs, begun: dict[str, bytes], luggage: dict[str, list[Any]]
) -> Iterator[Sent]:
    """The task: Ray serialises it by name, so that nodes need trackbench as this machine does."""
    ray = import_ray()
    data, weights = luggage["data"], luggage["weights"]

    def parcels() -> Iterator[Parcel]:
        for reference in data:
            yield ray.get(reference)

    opened = Luggage(
        data=parcels if data else None,
        weights=(lambda: bytes(ray.get(weights[0]))) if weights else None,
    )
    node = f"{socket.gethostname()} ({ray.util.get_node_ip_address()})"
    yield from work_remotely(run, needs, begun, opened, node)

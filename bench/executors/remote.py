"""What happens on a node of a cluster: a run in a process of its own, its files sent as they come.

The node's disk holds them only while the run works there: results/ lies on the machine that asked.
"""

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.executors import shipping
from bench.executors.process import Outcome, RunProcess
from bench.executors.shipping import Needs, Parcel
from bench.experiments.spec import Run
from bench.results.store import COMPLETE, PREVIOUS_CHECKPOINT, SYSTEM, RunFolder

_POLL_SECONDS = 0.3
# These grow, so that only what is new of them is sent.
_GROWING = ("log.txt", "events.jsonl", SYSTEM)
# The seal is for the log of all nodes that worked on the run, and the machine that asked has its
# own older checkpoint.
_KEPT = (COMPLETE, PREVIOUS_CHECKPOINT)


@dataclass(frozen=True)
class Sent:
    """What a node sends: whole files, what is to be added to others, and what it lacks.

    Attributes:
        files: by name.
        added: by name, to the end of the file.
        lacks: `data`, `weights` or both, where the run cannot begin without.
        outcome: what became of the run, with the last of its files.
        node: the name of the node.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    added: dict[str, bytes] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    outcome: Outcome | None = None
    node: str = ""


@dataclass(frozen=True)
class Luggage:
    """What was brought for a run, to be opened only where the node lacks it."""

    data: Callable[[], Iterator[Parcel]] | None = None
    weights: Callable[[], bytes] | None = None


def work_remotely(
    run: Run, needs: Needs, begun: dict[str, bytes], luggage: Luggage, node: str
) -> Iterator[Sent]:
    """Works on a run and sends what it writes.

    Args:
        run: what to do.
        needs: what it reads.
        begun: files of the run as far as it came elsewhere, by name.
        luggage: what was brought for it.
        node: this node's name, for messages.

    Yields:
        What has been written since, until there is an outcome. Or once, what is lacking.

    Raises:
        UserError: where what was brought cannot be written.
    """
    from runners.preparation import open_images

    found, lacks = _at_home(run, needs, luggage)
    if lacks:
        yield Sent(lacks=lacks, node=node)
        return
    open_images(found)  # here, since decoding says nothing and would be taken for a stall
    with TemporaryDirectory(prefix=".", dir=_workplace()) as temporary:
        folder = RunFolder(Path(temporary) / f"{run.seed}-{run.identity}")
        folder.path.mkdir()
        for name, content in begun.items():
            (folder.path / name).write_bytes(content)
        yield from _watched(found, folder, node)


def _workplace() -> Path:
    """Where `bench clean` finds what a node leaves that is ended in the middle."""
    from runners.data.places import cache_home

    place = cache_home() / "remote"
    place.mkdir(parents=True, exist_ok=True)
    return place


def _at_home(run: Run, needs: Needs, luggage: Luggage) -> tuple[Run, tuple[str, ...]]:
    """The run with the places of its data and weights on this machine, and what is lacking."""
    lacks = []
    data = shipping.find_data(run)
    if data is None and luggage.data is not None:
        shipping.unpack_data(luggage.data(), run)
        data = shipping.find_data(run)
    if data is None:
        lacks.append("data")
    experiment = run.experiment
    if needs.weights_sha256:
        path = shipping.find_weights(run, needs.weights_sha256)
        if path is None and luggage.weights is not None:
            shipping.unpack_weights(run, needs.weights_sha256, luggage.weights())
            path = shipping.find_weights(run, needs.weights_sha256)
        if path is None:
            lacks.append("weights")
        else:
            experiment = dataclasses.replace(experiment, weights=str(path))
    return dataclasses.replace(run, data=data or run.data, experiment=experiment), tuple(lacks)


def _watched(run: Run, folder: RunFolder, node: str) -> Iterator[Sent]:
    # Ray names the GPUs that are this task's; it works in a process that has served others.
    changes = _Changes(folder)
    process = RunProcess(run, folder, os.environ.get("CUDA_VISIBLE_DEVICES"))
    try:
        while True:
            process.join(_POLL_SECONDS)
            process.end_if_stalled()
            outcome = process.finished().outcome if process.is_over else None
            sent = Sent(changes.files(), changes.added(), outcome=outcome, node=node)
            if sent.files or sent.added or outcome:
                yield sent
            if outcome:
                return
    finally:
        process.kill()
        process.join()


class _Changes:
    """What of a run's files has not been sent yet."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._stamps = {path.name: _stamp(path) for path in folder.path.iterdir()}
        self._lengths = dict.fromkeys(_GROWING, 0)

    def files(self) -> dict[str, bytes]:
        """The files that have changed; not the hidden ones, which are locks or half written."""
        changed = {}
        for path in self._folder.path.iterdir():
            if path.name.startswith(".") or path.name in (*_GROWING, *_KEPT):
                continue
            stamp = _stamp(path)
            if stamp and stamp != self._stamps.get(path.name):
                # A file may be renamed at this moment, and comes under its name the next time.
                with contextlib.suppress(FileNotFoundError):
                    changed[path.name] = path.read_bytes()
                    self._stamps[path.name] = stamp
        return changed

    def added(self) -> dict[str, bytes]:
        """What was added to those that grow."""
        added = {}
        for name in _GROWING:
            path = self._folder.path / name
            if not path.exists():
                continue
            with path.open("rb") as file:
                file.seek(self._lengths[name])
                new = file.read()
            if new:
                self._lengths[name] += len(new)
                added[name] = new
        return added


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino

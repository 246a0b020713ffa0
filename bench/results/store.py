"""Run folders: `results/<suite>/<experiment>/<seed>-<identity>/`, locked, atomic, checksummed."""

import contextlib
import hashlib
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal

from bench.experiments.spec import Run
from bench.results.atomic import PART, sha256_file, write_atomic
from bench.results.lock import BusyError, FolderLock, LostLockError, is_locked, locked

__all__ = ["BusyError", "DamagedError", "LostLockError", "RunFolder"]

State = Literal["planned", "running", "complete", "failed"]

COMPLETE = "COMPLETE"
FAILURE = "failure.json"
PRUNED = "pruned.json"  # a trial of a search that was not worth its last epochs
CHECKPOINT = "checkpoint.pt"
PREVIOUS_CHECKPOINT = "checkpoint-previous.pt"
# What a finished run consists of, in the order in which it is written.
FILES = (
    "run.json",
    "history.csv",
    "model.safetensors",
    "predictions.parquet",
    "metrics.json",
    "log.txt",
    "events.jsonl",
)
# What the run used of its machine. Not sealed: a result is whole without it.
SYSTEM = "system.jsonl"


class DamagedError(Exception):
    """A file of a complete run is missing or is not what was sealed."""

    def with_remedy(self) -> str:
        """What is wrong, and what to do about it: a complete run is never run again by itself."""
        return f"{self}; remove the run's folder, and `bench run` makes it anew"


class RunFolder:
    """One run's folder. Its state is what lies in it; nothing is remembered elsewhere."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: FolderLock | None = None

    def __reduce__(self) -> tuple[type["RunFolder"], tuple[Path]]:
        """A copy in another process names the same folder, and does not hold its lock."""
        return RunFolder, (self.path,)

    @classmethod
    def of(cls, results: Path, run: Run) -> "RunFolder":
        """The folder of a planned run, whether or not it exists yet.

        A run that is complete under another experiment's name is the same run: its name is not
        part of its identity.
        """
        name = f"{run.seed}-{run.identity}"
        own = results / run.suite / run.experiment.name / name
        if not (own / COMPLETE).exists():
            for mark in sorted((results / run.suite).glob(f"*/{name}/{COMPLETE}")):
                return cls(mark.parent)
        return cls(own)

    def state(self) -> State:
        """Complete, running, failed, or else planned. Costs a few stats, reads no file."""
        state = self.state_when_locked()
        return "running" if state != "complete" and is_locked(self.path) else state

    def state_when_locked(self) -> State:
        """The state where this process itself holds the lock: complete, failed, or planned."""
        if (self.path / COMPLETE).exists():
            return "complete"
        return "failed" if (self.path / FAILURE).exists() else "planned"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder for this process; it is free again when the process is dead.

        Raises:
            BusyError: where another process holds it.
        """
        with locked(self.path) as lock:
            self._lock = lock
            try:
                yield
            finally:
                self._lock = None

    def write(
        self,
        name: str,
        content: bytes | str | Callable[[BinaryIO], object],
        keep: str | None = None,
    ) -> None:
        """Writes one of the run's files atomically.

        Args:
            name: of the file.
            content: of the file, or what writes it to an open one.
            keep: the name under which what is replaced is kept.

        Raises:
            LostLockError: this process held the folder, and another one does now.
        """
        if self._lock is not None and not self._lock.is_mine():
            raise LostLockError(f"{self.path}: another process has taken it over")
        write_atomic(self.path / name, content, self.path / keep if keep else None)

    def write_json(self, name: str, content: object) -> None:
        """Writes one of the run's files as JSON that a person can read."""
        self.write(name, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def begin(self) -> None:
        """Makes the folder; forgets an earlier end, whose log stays, and half-written files."""
        self.path.mkdir(parents=True, exist_ok=True)
        for mark in (FAILURE, PRUNED):
            (self.path / mark).unlink(missing_ok=True)
        for part in self.path.glob(f".*{PART}"):
            part.unlink(missing_ok=True)

    def seal(self) -> None:
        """Marks the run complete: the SHA-256 of each file, written last.

        Raises:
            FileNotFoundError: where a file is missing.
        """
        digests = {name: sha256_file(self.path / name) for name in FILES}
        self.write_json(COMPLETE, {"sha256": digests})
        self.drop_checkpoints()

    def drop_checkpoints(self) -> None:
        """Removes what a run is resumed from."""
        for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
            (self.path / name).unlink(missing_ok=True)

    def fail(self, failure: dict[str, Any]) -> None:
        """Records why the run ended: `reason`, `kind`, and what else is known."""
        self.write_json(FAILURE, {**failure, "host": socket.gethostname(), "pid": os.getpid()})

    def prune(self, record: dict[str, Any]) -> None:
        """Marks the run as one that a search has ended early; it is not gone on with.

        It is neither failed nor complete, and no list counts it.
        """
        self.write_json(PRUNED, record)
        self.drop_checkpoints()

    def failure(self) -> dict[str, Any]:
        """What `fail` recorded; a stand-in where it cannot be read."""
        try:
            recorded = json.loads((self.path / FAILURE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {"kind": "unknown", "reason": "its end could not be recorded (a full disk?)"}
        except (OSError, ValueError) as error:
            return {"kind": "unknown", "reason": f"{FAILURE} cannot be read: {error}"}
        known = recorded if isinstance(recorded, dict) else {}
        return {"kind": "unknown", "reason": f"{FAILURE} does not say", **known}

    def read(self, name: str) -> bytes:
        """A file of a complete run, checked against its sealed SHA-256.

        Raises:
            DamagedError: where it is missing, was changed, or the seal cannot be read.
        """
        sealed = self.sealed(name)
        try:
            content = (self.path / name).read_bytes()
        except OSError as error:
            raise DamagedError(f"{self.path / name}: {_why_unread(error)}") from None
        if hashlib.sha256(content).hexdigest() != sealed:
            raise DamagedError(f"{self.path / name}: was changed after the run was sealed")
        return content

    def sealed(self, name: str) -> str:
        """The SHA-256 that a file of a complete run was sealed with, 64 hex digits.

        Raises:
            DamagedError: where the seal cannot be read.
        """
        try:
            return str(json.loads((self.path / COMPLETE).read_bytes())["sha256"][name])
        except OSError as error:
            raise DamagedError(f"{self.path / COMPLETE}: {_why_unread(error)}") from None
        except (ValueError, KeyError, TypeError):
            raise DamagedError(f"{self.path / COMPLETE}: has no seal of {name}") from None


def _why_unread(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"

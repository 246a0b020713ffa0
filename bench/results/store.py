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

State = Literal["planned", "running", "complete", "failed"]

COMPLETE = "COMPLETE"
FAILURE = "failure.json"
CHECKPOINT = "checkpoint.pt"
_LOCK = ".lock"
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


class BusyError(Exception):
    """Another process works in the run folder."""


class DamagedError(Exception):
    """A file of a complete run is missing or is not what was sealed."""


class RunFolder:
    """One run's folder. Its state is what lies in it; nothing is remembered elsewhere."""

    def __init__(self, path: Path) -> None:
        self.path = path

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
        return "running" if state != "complete" and self._is_locked() else state

    def state_when_locked(self) -> State:
        """The state where this process itself holds the lock: complete, failed, or planned."""
        if (self.path / COMPLETE).exists():
            return "complete"
        return "failed" if (self.path / FAILURE).exists() else "planned"

    def _is_locked(self) -> bool:
        if not (self.path / _LOCK).exists():
            return False
        try:
            with self.locked():
                return False
        except (BusyError, OSError):
            return True

    @contextlib.contextmanager
    def locked(self, wait_seconds: float = 0) -> Iterator[None]:
        """Holds the folder for this process; the system lets go of it when the process dies.

        Args:
            wait_seconds: how long to try. Whoever asks for the folder's state holds the lock for a
                moment, so one that means to work should wait longer than that.

        Raises:
            BusyError: where another process holds it.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / _LOCK, timeout=wait_seconds, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise BusyError(str(self.path)) from None
        try:
            yield
        finally:
            lock.release()

    def write(self, name: str, content: bytes | str | Callable[[BinaryIO], object]) -> None:
        """Writes one of the run's files atomically."""
        write_atomic(self.path / name, content)

    def write_json(self, name: str, content: object) -> None:
        """Writes one of the run's files as JSON that a person can read."""
        self.write(name, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def begin(self) -> None:
        """Makes the folder; forgets an earlier failure, whose log stays, and half-written files."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / FAILURE).unlink(missing_ok=True)
        for part in self.path.glob(f".*{PART}"):
            part.unlink(missing_ok=True)

    def seal(self) -> None:
        """Marks the run complete: the SHA-256 of each file, written last.

        Raises:
            FileNotFoundError: where a file is missing.
        """
        digests = {name: sha256_file(self.path / name) for name in FILES}
        self.write_json(COMPLETE, {"sha256": digests})
        (self.path / CHECKPOINT).unlink(missing_ok=True)

    def fail(self, failure: dict[str, Any]) -> None:
        """Records why the run ended: `reason`, `kind`, and what else is known."""
        self.write_json(FAILURE, {**failure, "host": socket.gethostname(), "pid": os.getpid()})

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
        try:
            content = (self.path / name).read_bytes()
            sealed = json.loads((self.path / COMPLETE).read_bytes())["sha256"][name]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedError(f"{self.path / name}: {error}") from None
        if hashlib.sha256(content).hexdigest() != sealed:
            raise DamagedError(f"{self.path / name}: was changed after the run was sealed")
        return content

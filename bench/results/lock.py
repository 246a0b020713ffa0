"""The lock of a folder: a file that names its owner, broken only when the owner is surely dead.

It rests on one promise alone, which network file systems keep too: of several processes that
create one file exclusively, one succeeds. Locks are numbered. Who finds the newest one dead
creates the next number, so that two who find it dead at once cannot both win, and none removes
what another has just made.
"""

import contextlib
import json
import os
import random
import re
import secrets
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from threading import Event, Thread

# An owner whose process cannot be looked up, on another machine, shows that it lives by touching
# its lock. It is dead when it has been silent for as long as this, by the file system's own clock.
BEAT_SECONDS = 15.0
SILENT_SECONDS = 300.0
_NAME = re.compile(r"\.lock\.(\d+)")
_ATTEMPTS = 5


class BusyError(Exception):
    """Another process works in the folder."""


class LostLockError(Exception):
    """The lock that this process held was taken from it, since it was silent for too long."""


@dataclass(frozen=True)
class Owner:
    """Who holds a lock.

    Attributes:
        machine: host and all that tells whether its process numbers mean something here.
        pid: of the process.
        started: when the process started, by a clock that nobody sets.
        token: of this one lock.
    """

    machine: str
    pid: int
    started: str
    token: str

    def is_running(self) -> bool:
        """Whether the process runs, where it is one of this machine; another one's is unknown."""
        import psutil

        try:
            is_same = start_of(self.pid) == self.started
            return is_same and bool(psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return True


@dataclass(frozen=True)
class LockFile:
    """One lock as it lies in a folder."""

    number: int
    path: Path

    def owner(self) -> Owner | None:
        """Who wrote it; None where that says nothing, or not yet.

        Raises:
            OSError: it cannot be read, or is gone.
        """
        try:
            return Owner(**json.loads(self.path.read_bytes()))
        except (ValueError, TypeError):
            return None

    def is_alive(self) -> bool:
        """Whether its owner works, as far as can be known from here."""
        try:
            owner = self.owner()
            if owner is not None and owner.machine == this_machine():
                return owner.is_running()
            touched = self.path.stat().st_mtime
        except FileNotFoundError:
            return False
        except OSError:  # a network that stumbles is no proof
            return True
        return _now(self.path.parent) - touched < SILENT_SECONDS


def locks_in(folder: Path) -> list[LockFile]:
    """The locks in a folder, dead ones too, by number."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - three times as fast, and asked for each run
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = [(int(match[1]), name) for name in names if (match := _NAME.fullmatch(name))]
    return [LockFile(number, folder / name) for number, name in sorted(found)]


def is_locked(folder: Path) -> bool:
    """Whether a living process holds the folder."""
    return any(lock.is_alive() for lock in locks_in(folder))


class FolderLock:
    """A lock that this process holds on a folder, until it lets go or dies."""

    def __init__(self, folder: Path) -> None:
        """Takes the lock.

        Args:
            folder: has to exist.

        Raises:
            BusyError: another process holds it.
        """
        self._token = secrets.token_hex(8)
        self._lock = self._take(folder)
        self._released = Event()
        Thread(target=self._beat, name="lock-beat", daemon=True).start()

    def _take(self, folder: Path) -> LockFile:
        for _ in range(_ATTEMPTS):
            there = locks_in(folder)
            if any(lock.is_alive() for lock in there):
                break
            mine = self._create(folder, 1 + max((lock.number for lock in there), default=0))
            if mine is None:
                break
            # Another one, who saw the folder at another moment, may have made another number.
            others = [lock for lock in locks_in(folder) if lock.number != mine.number]
            if not any(lock.is_alive() for lock in others):
                for lock in others:
                    lock.path.unlink(missing_ok=True)
                return mine
            mine.path.unlink(missing_ok=True)
            time.sleep(random.uniform(0.01, 0.1))  # noqa: S311 - only to part the two
        raise BusyError(str(folder))

    def _create(self, folder: Path, number: int) -> LockFile | None:
        """Makes the lock of this number; None where another process was faster."""
        owner = Owner(this_machine(), os.getpid(), start_of(os.getpid()), self._token)
        path = folder / f".lock.{number}"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(json.dumps(asdict(owner)))
        except FileExistsError:
            return None
        except OSError:  # a full disk: what lies there now names nobody
            path.unlink(missing_ok=True)
            raise
        return LockFile(number, path)

    def _beat(self) -> None:
        while not self._released.wait(BEAT_SECONDS):
            if not self.is_mine():
                return
            with contextlib.suppress(OSError):
                os.utime(self._lock.path)

    def is_mine(self) -> bool:
        """Whether it still is this process's: false where it was taken for dead."""
        try:
            owner = self._lock.owner()
        except FileNotFoundError:
            return False
        except OSError:  # a network that stumbles is no proof
            return True
        return owner is not None and owner.token == self._token

    def release(self) -> None:
        """Lets go of the folder."""
        self._released.set()
        if self.is_mine():
            self._lock.path.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[FolderLock]:
    """Holds a folder for this process.

    Raises:
        BusyError: another process holds it.
    """
    lock = FolderLock(folder)
    try:
        yield lock
    finally:
        lock.release()


def start_of(pid: int) -> str:
    """When a process started, by a clock that nobody sets: the boot, and ticks since.

    Raises:
        psutil.NoSuchProcess: there is none of this number.
    """
    import psutil

    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, ProcessLookupError):  # no such process any more, or no Linux
        return f"{psutil.Process(pid).create_time():.0f}"
    # The name, in parentheses, may hold anything; the start is the 20th value after it.
    return f"{boot} {status.rpartition(')')[2].split()[19]}"


@cache
def this_machine() -> str:
    """The host's name, its installation, and the space in which its process numbers count."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(Path("/etc/machine-id").read_text(encoding="ascii").strip()[:12])
    with contextlib.suppress(OSError):  # two containers of one host do not see each other's
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(filter(None, parts))


def _now(folder: Path) -> float:
    """What time it is by the clock that dates files in this folder, which may be a server's."""
    probe = folder / f".now.{secrets.token_hex(8)}"
    try:
        probe.touch()
        return probe.stat().st_mtime
    except OSError:  # a folder that may only be read
        return time.time()
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)

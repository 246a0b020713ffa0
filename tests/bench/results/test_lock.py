"""The lock of a folder: one owner at a time, dead ones broken, slow ones not."""

import itertools
import json
import multiprocessing
import os
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bench.results import lock
from bench.results.lock import BusyError, FolderLock, Owner, is_locked, locked, locks_in

HOUR = 3600.0


def me(**other):
    known = Owner(lock.this_machine(), os.getpid(), lock.start_of(os.getpid()), "t")
    return replace(known, **other)


def lay(folder, owner, number=1, seconds_ago=0.0):
    """A lock as its owner left it, last touched so long ago."""
    path = folder / f".lock.{number}"
    path.write_text(owner if isinstance(owner, str) else json.dumps(asdict(owner)))
    os.utime(path, (time.time() - seconds_ago,) * 2)
    return path


DEAD = {
    "a process that is gone": (me(pid=2**22 - 1), 0.0),
    "a number that another process has now": (me(started="another boot 1"), 0.0),
    "a silent one elsewhere": (me(machine="elsewhere"), HOUR),
    "a silent one that was never written": ("", HOUR),
    "a silent one that is torn": ('{"machine": "elsew', HOUR),
}
ALIVE = {
    "this process": (me(), HOUR),  # which can be looked up, however long it was silent
    "one elsewhere that was heard of": (me(machine="elsewhere"), 60.0),
    "one that is being written": ("", 1.0),
    "one of a later version": ('{"machine": "elsewhere", "more": 1}', 1.0),
}


@pytest.mark.parametrize("name", DEAD)
def test_a_dead_ones_lock_is_broken(tmp_path, name):
    owner, seconds_ago = DEAD[name]
    lay(tmp_path, owner, seconds_ago=seconds_ago)
    assert not is_locked(tmp_path)
    with locked(tmp_path) as held:
        assert held.is_mine()
        assert is_locked(tmp_path)
        assert len(locks_in(tmp_path)) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ALIVE)
def test_a_living_ones_lock_is_not(tmp_path, name):
    owner, seconds_ago = ALIVE[name]
    path = lay(tmp_path, owner, seconds_ago=seconds_ago)
    before = path.read_bytes()
    assert is_locked(tmp_path)
    with pytest.raises(BusyError), locked(tmp_path):
        pass
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_zombie_is_dead(tmp_path):
    process = multiprocessing.get_context("fork").Process(target=os._exit, args=(0,))
    process.start()
    started = lock.start_of(process.pid)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    lay(tmp_path, me(pid=process.pid, started=started))
    assert not is_locked(tmp_path)
    process.join()


def test_one_that_ends_while_it_is_looked_up_is_dead(tmp_path, monkeypatch):
    """Its status can be opened then, and not be read."""

    def end(path, *arguments, **named):
        raise ProcessLookupError(3, "No such process")

    lay(tmp_path, me(pid=2**22 - 1))
    monkeypatch.setattr(Path, "read_text", end)
    assert not is_locked(tmp_path)


def test_a_dead_one_beside_a_living_one_does_not_matter(tmp_path):
    lay(tmp_path, me(pid=2**22 - 1), number=1)
    living = lay(tmp_path, me(), number=2)
    with pytest.raises(BusyError), locked(tmp_path):
        pass
    assert living.exists()
    living.unlink()
    later = lay(tmp_path, me(pid=2**22 - 1), number=7)
    with locked(tmp_path):
        assert [one.number for one in locks_in(tmp_path)] == [8]
    assert not later.exists()


def test_the_owner_shows_that_it_lives(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "BEAT_SECONDS", 0.05)
    with locked(tmp_path):
        (mine,) = locks_in(tmp_path)
        os.utime(mine.path, (0, 0))
        end = time.monotonic() + 10
        while mine.path.stat().st_mtime == 0 and time.monotonic() < end:
            time.sleep(0.01)
        assert time.time() - mine.path.stat().st_mtime < 20


def test_who_was_taken_for_dead_knows_it_and_takes_nothing_back(tmp_path):
    first = FolderLock(tmp_path)
    (own,) = locks_in(tmp_path)
    own.path.unlink()
    with locked(tmp_path) as second:
        assert not first.is_mine()
        first.release()
        assert second.is_mine()


def test_a_folder_that_is_not_there_is_not_locked(tmp_path):
    assert not is_locked(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        FolderLock(tmp_path / "nowhere")


def test_a_network_that_stumbles_is_no_proof(tmp_path, monkeypatch):
    """Neither that the owner is dead nor that the lock is lost."""
    with locked(tmp_path) as held:

        def stumble(*_):
            raise OSError(116, "Stale file handle")

        with monkeypatch.context() as now:
            now.setattr(Path, "read_bytes", stumble)
            assert held.is_mine()
            assert is_locked(tmp_path)
    assert list(tmp_path.iterdir()) == []


def race(folder: Path, barrier, won):
    """Takes the folder as often as it can within two seconds; notes when it had it."""
    barrier.wait()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        try:
            with locked(folder):
                began = time.monotonic()
                inside = folder / "inside"
                inside.touch(exist_ok=False)  # fails where another one is in here
                time.sleep(0.002)
                inside.unlink()
                won.append((began, time.monotonic()))
        except BusyError:
            time.sleep(0.001)


@pytest.mark.parametrize("dead", [False, True])
def test_of_many_that_try_at_once_one_at_a_time_has_it(tmp_path, dead):
    if dead:
        lay(tmp_path, me(pid=2**22 - 1), number=3)
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        won, barrier = manager.list(), manager.Barrier(4)
        processes = [context.Process(target=race, args=(tmp_path, barrier, won)) for _ in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0] * 4
        times = sorted(won)
    assert len(times) > 10
    assert all(ended <= began for (_, ended), (began, _) in itertools.pairwise(times))
    assert list(tmp_path.iterdir()) == []

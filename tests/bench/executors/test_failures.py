"""What ended a run, in one word, one line, and what to try."""

import signal

import pytest
import torch

from bench.errors import DataError, UserError
from bench.executors import failures
from bench.results.store import RunFolder
from runners.training import Diverged


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "log.txt").write_text("".join(f"line {number}\n" for number in range(100)))
    return RunFolder(tmp_path)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UserError("no such model"), "input"),
        (DataError("photos: there is no such folder"), "data"),
        (Diverged(3, 7), "diverged"),
        (MemoryError(), "out-of-memory"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), "out-of-memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "out-of-memory"),
        (OSError(28, "No space left on device"), "disk"),
        (RuntimeError("write failed: No space left on device (os error 28)"), "disk"),
        (OSError(5, "Input/output error"), "exception"),
        (ZeroDivisionError("division by zero"), "exception"),
    ],
)
def test_each_exception_has_its_kind(error, kind, folder):
    failure = failures.of_exception(error, {"epoch": 2, "step": 1}, folder)
    assert failure["kind"] == kind
    assert failure["exception"] == type(error).__name__
    assert failure["reason"]
    assert failure["try"]
    expected = (3, 7) if kind == "diverged" else (2, 1)
    assert (failure["epoch"], failure["step"]) == expected


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (-signal.SIGKILL, "killed", "SIGKILL, which is what the system sends when memory runs out"),
        (-signal.SIGTERM, "killed", "its process was ended by SIGTERM"),
        (-signal.SIGSEGV, "crashed", "its process was ended by SIGSEGV"),
        (-signal.SIGBUS, "crashed", "its process was ended by SIGBUS"),
        (3, "crashed", "its process ended with exit code 3"),
    ],
)
def test_each_sudden_end_has_its_kind(code, kind, said, folder):
    failure = failures.of_exit(code, folder)
    assert failure["kind"] == kind
    assert said in failure["reason"]
    assert failure["try"]


def test_the_end_of_the_log_is_in_it(folder):
    failure = failures.of_stall(1800.0, folder)
    assert failure["kind"] == "stalled"
    assert failure["reason"] == "it made no step for 1800 seconds and was ended"
    assert failure["log"] == [f"line {number}" for number in range(80, 100)]


def test_without_a_log_there_is_none(tmp_path):
    assert failures.of_exit(3, RunFolder(tmp_path / "nowhere"))["log"] == []

"""What ended a run, as failure.json has it: its kind, its reason, the log's end, what to try."""

import errno
import signal
import traceback
from datetime import datetime

from bench.errors import DataError, UserError
from bench.results.store import RunFolder

Failure = dict[str, object]
_LOG_LINES, _LINE_LENGTH, _LOG_BYTES = 20, 300, 65_536
_ADVICE = {
    "input": "mend what the reason names",
    "data": "put the data back as they were, or run again to plan with those that are there",
    "diverged": 'a lower learning rate, clip_norm = 1.0, or precision = "fp32"',
    "out-of-memory": 'a smaller batch_size, precision = "bf16", or fewer runs at a time (--jobs, '
    "--per-gpu)",
    "killed": "look whether memory was short: fewer runs at a time, or a smaller batch_size",
    "crashed": "log.txt ends with where it was, the library's own frames too",
    "disk": "make room on the disk of the results",
    "stalled": "log.txt ends with where each thread was; raise stall_seconds if steps take so long",
    "node": "look at the cluster's own logs: its nodes were lost several times over",
    "exception": "the traceback is in failure.json and in log.txt",
}


def of_exception(error: Exception, last_event: Failure, folder: RunFolder) -> Failure:
    """The failure that an exception in the run's own process is.

    Args:
        error: what was raised.
        last_event: the last `step` or `epoch`, for where the run stood.
        folder: the run's.
    """
    reason = " ".join(str(error).split()) or type(error).__name__
    return {
        **_told(_kind(error), reason, folder),
        "exception": type(error).__name__,
        "epoch": getattr(error, "epoch", last_event.get("epoch")),
        "step": getattr(error, "step", last_event.get("step")),
        "traceback": "".join(traceback.format_exception(error)),
    }


def of_exit(code: int, folder: RunFolder) -> Failure:
    """The failure of a process that ended without a word: by a signal, where `code` is negative."""
    if code >= 0:
        return _told("crashed", f"its process ended with exit code {code}", folder)
    known = {one.value: one.name for one in signal.Signals}
    name = known.get(-code, f"signal {-code}")
    reason = f"its process was ended by {name}"
    if name == "SIGKILL":
        reason += ", which is what the system sends when memory runs out"
    kind = "killed" if name in ("SIGKILL", "SIGTERM", "SIGHUP") else "crashed"
    return {**_told(kind, reason, folder), "signal": name}


def of_stall(seconds: float, folder: RunFolder) -> Failure:
    """The failure of a process that was ended since it had made no step for so long."""
    return _told("stalled", f"it made no step for {seconds:g} seconds and was ended", folder)


def of_start(error: Exception, folder: RunFolder) -> Failure:
    """The failure of a run whose process, or task, could not be begun."""
    failure = of_exception(error, {}, folder)
    return {**failure, "reason": f"it could not be started: {failure['reason']}"}


def of_lost_nodes(reason: str, folder: RunFolder) -> Failure:
    """The failure of a run whose nodes were lost more often than it is tried again."""
    return _told("node", reason, folder)


def _told(kind: str, reason: str, folder: RunFolder) -> Failure:
    return {
        "kind": kind,
        "reason": reason,
        "try": _ADVICE[kind],
        "failed": datetime.now().astimezone().isoformat(timespec="seconds"),
        "log": _last_lines(folder),
    }


def _last_lines(folder: RunFolder) -> list[str]:
    try:
        with (folder.path / "log.txt").open("rb") as log:
            log.seek(0, 2)
            log.seek(max(0, log.tell() - _LOG_BYTES))
            end = log.read().decode(errors="replace")
    except OSError:
        return []
    # Python's own account of a crash ends with a list of hundreds of modules, in one line.
    lines = [line[:_LINE_LENGTH] for line in end.splitlines() if "Extension modules: " not in line]
    return lines[-_LOG_LINES:]


def _kind(error: Exception) -> str:
    """One word for what ended the run."""
    name = type(error).__name__
    if isinstance(error, UserError):
        return "data" if isinstance(error, DataError) else "input"
    if name == "Diverged":
        return "diverged"
    # Where the CPU's memory is short, torch says so in the text alone.
    short = "can't allocate memory" in str(error) or "Cannot allocate memory" in str(error)
    if isinstance(error, MemoryError) or name == "OutOfMemoryError" or short:
        return "out-of-memory"
    # The number, or the words of a library that wraps the system's error.
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT) or "No space left on device" in str(error):
        return "disk"
    return "exception"

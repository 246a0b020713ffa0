"""What happens inside a run's own process: lock, execute, seal; or record why not."""

import contextlib
import faulthandler
import json
import multiprocessing
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Thread

from bench.executors import failures
from bench.executors.watching import watched
from bench.experiments.spec import Run
from bench.results.store import BusyError, LostLockError, RunFolder

# Exit codes of a run's process; what else it may die of has another one, or a signal's.
DONE, FAILED, BUSY = 0, 1, 75


def work(
    run: Run,
    folder: RunFolder,
    gpu: str | None = None,
    on_work: Callable[[bool], None] | None = None,
) -> None:
    """The body of a run's process. Ends it with DONE, FAILED or BUSY.

    The folder's lock is held by this process, so that it is free when the process is dead,
    however it died. Ctrl-C is the parent's to answer.

    Args:
        run: what to do.
        folder: where its files go.
        gpu: the only one to use, as CUDA_VISIBLE_DEVICES names it.
        on_work: called with True when the run is this process's to work on.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu
    Thread(target=_die_with_parent, name="die-with-parent", daemon=True).start()
    folder.path.mkdir(parents=True, exist_ok=True)
    try:
        with folder.locked():
            code = DONE
            if folder.state_when_locked() != "complete":
                if on_work is not None:
                    on_work(True)
                code = _work_locked(run, folder)
    except (BusyError, LostLockError):
        code = BUSY
    sys.exit(code)


def _die_with_parent() -> None:
    """Ends this process when the one that asked for it is gone, however that went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _work_locked(run: Run, folder: RunFolder) -> int:
    folder.begin()
    failure = _execute_logged(run, folder)
    if failure is None:
        try:
            folder.seal()
        except OSError as error:
            failure = failures.of_exception(error, {}, folder)
    if failure is None:
        return DONE
    with contextlib.suppress(OSError):  # on a full disk not even that can be written
        folder.fail(failure)
    return FAILED


def _execute_logged(run: Run, folder: RunFolder) -> dict[str, object] | None:
    """Executes the run; gives what to record where it failed."""
    log = _EventLog(folder.path / "events.jsonl")
    try:
        with _logged(folder), watched(folder.path):
            try:
                _import_and_execute(run, folder, log)
            except Exception:
                traceback.print_exc()
                raise
    except LostLockError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever ends a run is recorded
        return failures.of_exception(error, log.last, folder)
    return None


def _import_and_execute(run: Run, folder: RunFolder, log: "_EventLog") -> None:
    from runners.run import execute

    print(f"{_now()} run {run.experiment.name}, seed {run.seed}, {run.identity}")  # noqa: T201
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        execute(run, folder, log)


class _EventLog:
    """Appends events to events.jsonl, says the notable ones in the log, and knows the last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with contextlib.suppress(OSError):
            _end_last_line(path)
        self.last: dict[str, object] = {}

    def __call__(self, event: dict[str, object]) -> None:
        stamped = {"time": round(time.time(), 3), **event}
        with self._path.open("a", encoding="utf-8") as events:
            events.write(json.dumps(stamped) + "\n")
        self.last = event if event["event"] in ("step", "epoch") else self.last
        if event["event"] not in ("step", "score"):
            facts = ", ".join(f"{k} {_shown(v)}" for k, v in event.items() if k != "event")
            print(f"{_now()} {event['event']}: {facts}", flush=True)  # noqa: T201


def _end_last_line(path: Path) -> None:
    """A line that a killed process left half would else take the next event with it."""
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


@contextlib.contextmanager
def _logged(folder: RunFolder) -> Iterator[None]:
    """Sends all that this process prints, native crashes too, to the end of log.txt."""
    with (folder.path / "log.txt").open("a", encoding="utf-8") as log:
        saved = [os.dup(1), os.dup(2)]
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor in (1, 2):
            os.dup2(log.fileno(), descriptor)
        faulthandler.enable(log)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            faulthandler.disable()
            for descriptor, original in zip((1, 2), saved, strict=True):
                os.dup2(original, descriptor)
                os.close(original)

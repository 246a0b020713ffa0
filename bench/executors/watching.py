"""What a run uses of its machine while it lasts: a line every few seconds in system.jsonl.

Nothing here may disturb the run: what goes wrong is said once in its log, and ends the watching.
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

from bench.results.store import SYSTEM

_SECONDS_BETWEEN_LOOKS = 2.0
_MOST_SECONDS_BETWEEN_LOOKS = 30.0
# The longer a run lasts the less often it is looked at, so that hours do not make a long file.
_LOOKS_PER_DURATION = 300
_SECONDS_TO_END = 5.0

Look = Callable[[], dict[str, float]]


@contextlib.contextmanager
def watched(folder: Path, make_look: Callable[[], Look] | None = None) -> Iterator[None]:
    """Writes what this process and its machine use to the folder's system.jsonl, in a thread.

    A run that goes on adds to the file.

    Args:
        folder: the run's.
        make_look: makes what measures; `machine_use` where None.
    """
    over = Event()
    arguments = (folder / SYSTEM, make_look or machine_use, over)
    thread = Thread(target=_watch, args=arguments, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_SECONDS_TO_END)


def _watch(path: Path, make_look: Callable[[], Look], over: Event) -> None:
    began = time.monotonic()
    try:
        look = make_look()
        _end_torn_line(path)
        while not over.wait(_pause(time.monotonic() - began)):
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"time": round(time.time(), 3), **look()}) + "\n")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not the run's concern
        reason = f"{type(error).__name__}: {error}"
        print(f"note: what the run uses is not recorded from here on: {reason}", flush=True)  # noqa: T201


def _pause(elapsed_seconds: float) -> float:
    wanted = elapsed_seconds / _LOOKS_PER_DURATION
    return min(max(wanted, _SECONDS_BETWEEN_LOOKS), _MOST_SECONDS_BETWEEN_LOOKS)


def _end_torn_line(path: Path) -> None:
    """A process that was killed may have left half a line; the next one starts anew."""
    with contextlib.suppress(FileNotFoundError), path.open("rb+") as file:
        content = file.read()
        if content and not content.endswith(b"\n"):
            file.write(b"\n")


def machine_use() -> Look:
    """Makes what looks at this process, its machine and, where the run uses one, its GPU.

    Returns:
        A function that gives each measure by the name that MLflow has for it: percentages from 0
        to 100 (of the process: 100 for each CPU that is busy), and megabytes of 10⁶ bytes.
    """
    import psutil

    process = psutil.Process()
    for count in (psutil.cpu_percent, process.cpu_percent):
        count()  # each later call tells what was used since the one before

    def look() -> dict[str, float]:
        memory = psutil.virtual_memory()
        return {
            "cpu_utilization_percentage": psutil.cpu_percent(),
            "system_memory_usage_megabytes": round(memory.used / 1e6, 1),
            "system_memory_usage_percentage": memory.percent,
            "process_cpu_percentage": process.cpu_percent(),
            "process_memory_megabytes": round(process.memory_info().rss / 1e6, 1),
            **_gpu_use(),
        }

    return look


def _gpu_use() -> dict[str, float]:
    """The use of the run's GPU, which is the first that it sees; empty before the run uses it."""
    cuda: Any = getattr(sys.modules.get("torch"), "cuda", None)
    # To ask earlier would start CUDA, which is the run's to do.
    if cuda is None or not cuda.is_initialized():
        return {}
    free, total = cuda.mem_get_info(0)
    used = {
        "gpu_0_memory_usage_megabytes": round((total - free) / 1e6, 1),
        "gpu_0_memory_usage_percentage": round(100 * (total - free) / total, 1),
    }
    # NVML is asked for it, which not every machine has.
    with contextlib.suppress(ImportError, RuntimeError, AttributeError):
        used["gpu_0_utilization_percentage"] = float(cuda.utilization(0))
    return used

"""`bench` with clocks around its steps and those of its runs' processes, put there from outside.

    TRACE=FILE python -m tests.speed.tracing run --all ...

Each step leaves a line in the file when it ends. The clock is the machine's, one for all processes.
"""

import functools
import importlib
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "TRACE"
# What is timed of the command, and of a run's process: a step's name, and the function that is it.
COMMAND_STEPS = {
    "plan": "bench.cli.run:_draw_and_survey",
    "check": "bench.launch:check",
    "mirror a run": "bench.tracking.sync:_mirror_run",
    "mirror round": "bench.launch:_Mirror._round",
    "last mirror": "bench.launch:_Mirror.finish",
    "start process": "bench.executors.process:RunProcess.__init__",
    "report": "bench.cli.run:_conclude",
}
RUN_STEPS = {
    "process": "bench.executors.worker:work",
    "execute": "runners.run:execute",
    "seal": "bench.results.store:RunFolder.seal",
}
# What the server that runs are forked from imports, so that they have the clocks too.
PRELOADED = "tests.speed.tracing_runs"


@dataclass(frozen=True)
class Step:
    """One step that has ended: seconds by a clock that only runs forward.

    `cpu_seconds` are those of the thread that did it; `folder` is the run's where it is a run's.
    """

    name: str
    folder: str
    began: float
    ended: float
    cpu_seconds: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began


def clock(steps: dict[str, str]) -> None:
    """Puts a clock around each of the functions, in this process.

    Raises:
        AttributeError: where one of them is not there any more.
    """
    for name, place in steps.items():
        module, _, path = place.partition(":")
        *owners, function = path.split(".")
        owner = functools.reduce(getattr, owners, importlib.import_module(module))
        setattr(owner, function, _timed(name, getattr(owner, function)))


def _timed(name, function):
    @functools.wraps(function)
    def measured(*arguments, **named):
        began, cpu = time.monotonic(), time.thread_time()
        try:
            return function(*arguments, **named)
        finally:
            _note(name, arguments, began, time.thread_time() - cpu)

    return measured


def _note(name, arguments, began, cpu_seconds):
    from bench.results.store import RunFolder

    folder = next((str(one.path.resolve()) for one in arguments if isinstance(one, RunFolder)), "")
    step = Step(name, folder, began, time.monotonic(), cpu_seconds)
    with Path(os.environ[FILE]).open("a", encoding="utf-8") as trace:
        trace.write(json.dumps(asdict(step)) + "\n")


def read(file: Path) -> list[Step]:
    """The steps of a trace, in the order in which they ended."""
    return [Step(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """The command, timed."""
    from bench.cli import main as bench
    from bench.executors import process

    process._PRELOADED.append(PRELOADED)
    clock(COMMAND_STEPS)
    sys.argv[0] = "bench"
    bench()


if __name__ == "__main__":
    main()

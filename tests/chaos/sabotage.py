"""`bench`, but that runs come to harm in their second epoch, for real.

SABOTAGE names what happens and to whom: `one:hang two:segfault`, experiments and harms.
"""

import faulthandler
import os
import resource
import signal
import time
from pathlib import Path

SECONDS_TO_WAIT = 60


def raise_():
    raise ZeroDivisionError("as if by a mistake")


def segfault():
    # To write its memory down may take longer than `stall_seconds` of a test.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler._sigsegv()


def be_killed():
    os.kill(os.getpid(), signal.SIGKILL)


def run_out_of_memory():
    import torch

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, used + 2**28))
    torch.zeros(2**31)


def hang():
    time.sleep(1000)


def stop():
    os.kill(os.getpid(), signal.SIGSTOP)


HARM = {one.__name__: one for one in (raise_, segfault, be_killed, run_out_of_memory, hang, stop)}


def spoil_a_weight(model):
    import torch

    with torch.no_grad():
        next(iter(model.trainable_parameters().values())).fill_(float("nan"))


def wait_for_first_epoch(experiment):
    """Until the first epoch is on the disk, and the log says so."""
    end = time.monotonic() + SECONDS_TO_WAIT
    (folder,) = Path().glob(f"results/*/{experiment}/0-*")
    said = folder / "events.jsonl"
    while not (folder / "checkpoint.pt").exists() or '"event": "epoch"' not in said.read_text():
        assert time.monotonic() < end, "no epoch was written down"
        time.sleep(0.02)


def plant(harms):
    """Makes it so in the process from which each run's is forked."""
    from runners import fitting

    train_epoch = fitting.train_epoch

    def harmed(model, optimizer, batches, n_steps, experiment, precision, epoch, *rest):
        what = harms.get(experiment.name)
        if what is not None and epoch == 1:
            wait_for_first_epoch(experiment.name)
            if what == "spoil_a_weight":
                spoil_a_weight(model)
            else:
                HARM[what]()
        return train_epoch(model, optimizer, batches, n_steps, experiment, precision, epoch, *rest)

    fitting.train_epoch = harmed


if __name__ == "__main__":
    from bench.cli import main
    from bench.executors import process

    process._PRELOADED.append("tests.chaos.sabotage")
    main()
elif __name__ == "tests.chaos.sabotage" and "SABOTAGE" in os.environ:
    plant(dict(one.split(":") for one in os.environ["SABOTAGE"].split()))

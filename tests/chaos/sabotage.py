"""`bench`, but that the run of one experiment comes to harm in its second epoch, for real.

What happens is named by SABOTAGE, to whom by the experiment's name: `one`.
"""

import faulthandler
import os
import resource
import signal
import time
from pathlib import Path

VICTIM = "one"


def raise_():
    raise ZeroDivisionError("as if by a mistake")


def segfault():
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


def plant(what):
    """Makes it so in the process from which each run's is forked."""
    from runners import fitting

    train_epoch = fitting.train_epoch

    def harmed(model, optimizer, batches, n_steps, experiment, precision, epoch, *rest):
        if experiment.name == VICTIM and epoch == 1:
            time.sleep(2)  # until the first epoch is on the disk
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
    plant(os.environ["SABOTAGE"])

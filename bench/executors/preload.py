"""What the server imports once, from which each run's process is forked.

It is for `multiprocessing`'s forkserver alone, which offers no other moment than an import: Ctrl-C
is the parent's to answer, also while the imports last, and numeric libraries start no threads that
a fork would lose. The garbage collector passes over what is imported, all of which stays: else it
would cost a fifth of the imports' time, and each run 0.3 s and 130 MB of its own at the first full
collection, which writes to every object and so copies what the processes share.
"""

import gc
import os
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# GNU OpenMP reads it when torch is imported. Threads that wait shall soon leave the core to others.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "30000")
gc.disable()

import pandas  # noqa: E402
import sklearn.metrics  # noqa: E402
import timm  # noqa: E402
import torchvision.models  # noqa: E402

import runners.run  # noqa: E402

gc.freeze()
gc.enable()

__all__ = ["pandas", "runners", "sklearn", "timm", "torchvision"]

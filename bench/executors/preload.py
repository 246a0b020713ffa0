"""What the server imports once, from which each run's process is forked.

It is for `multiprocessing`'s forkserver alone, which offers no other moment than an import: Ctrl-C
is the parent's to answer, also while the imports last, and numeric libraries start no threads that
a fork would lose.
"""

import os
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pandas  # noqa: E402
import sklearn.metrics  # noqa: E402
import timm  # noqa: E402
import torchvision.models  # noqa: E402

import runners.run  # noqa: E402

__all__ = ["pandas", "runners", "sklearn", "timm", "torchvision"]

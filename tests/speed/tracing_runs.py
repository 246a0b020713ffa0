"""What the runs' server imports beside its own, so that the runs' processes are timed."""

from tests.speed.tracing import RUN_STEPS, clock

clock(RUN_STEPS)

"""What is asked of a command by a signal is not forgotten."""

import contextlib
import os
import signal

import pytest

from bench.interruption import terminated_like_interrupted


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interruption_that_a_library_swallows_is_asked_for_again(number):
    with terminated_like_interrupted() as insist:
        insist()  # nothing was asked yet
        with contextlib.suppress(KeyboardInterrupt):  # as a library does
            os.kill(os.getpid(), number)
            signal.pause()
        with pytest.raises(KeyboardInterrupt):
            insist()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_where_ctrl_c_is_ignored_it_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with terminated_like_interrupted() as insist:
            os.kill(os.getpid(), signal.SIGINT)
            insist()
    finally:
        signal.signal(signal.SIGINT, before)


def test_one_within_another_is_asked_again_too():
    with terminated_like_interrupted(), terminated_like_interrupted() as insist:
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            signal.pause()
        with pytest.raises(KeyboardInterrupt):
            insist()

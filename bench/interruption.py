"""How a command is asked to stop, and what it answers."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def terminated_like_interrupted() -> Iterator[Callable[[], None]]:
    """SIGTERM, which a scheduler sends, is answered as Ctrl-C is.

    Yields:
        What asks again where that was lost, to be called now and then: KeyboardInterrupt is raised
        wherever the process is, and a library that is at work there may swallow it.
    """
    is_asked = False

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal is_asked
        is_asked = True
        raise KeyboardInterrupt

    def insist() -> None:
        if is_asked:
            raise KeyboardInterrupt

    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, interrupt)}
    # Not where it is ignored, as behind `nohup`.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        before[signal.SIGINT] = signal.signal(signal.SIGINT, interrupt)
    try:
        yield insist
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)

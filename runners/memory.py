"""Memory that a process has given back and will soon need again."""

import ctypes

# Names of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4


def keep_freed_memory() -> bool:
    """Has the C library keep what is freed, instead of giving it back to the system at once.

    Every step of a training allocates the same large tensors. Asked for anew, each page of them
    is cleared by the system at the first touch; kept, it is simply there. Where the C library is
    not glibc, nothing happens.

    Returns:
        Whether it was done.
    """
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    options = ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, 2**31 - 1), (_M_TOP_PAD, 64 * 2**20))
    return all(set_option(name, value) == 1 for name, value in options)

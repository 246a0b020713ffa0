"""Memory that a process has given back and will soon need again."""

import ctypes

# Names of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
# Larger blocks still come from the system and go back to it, lest what lives on between them
# should tear the heap to pieces. It is the most that glibc takes.
_LARGE = 32 * 2**20


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
    options = ((_M_MMAP_THRESHOLD, _LARGE), (_M_TRIM_THRESHOLD, 2**31 - 1))
    return all(set_option(name, value) == 1 for name, value in options)

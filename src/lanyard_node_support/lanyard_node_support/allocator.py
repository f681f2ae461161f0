"""How the C library keeps memory, in a process that holds large blocks for moments.

Once a large block was freed, glibc puts the next ones, of up to 32 MiB, on the heap. Small ones
that live longer then come to lie between them, no hole fits the next, and the heap grows by its
size, step by step. A large block that no hole has room for is better kept apart: it goes back to
the system when it is freed.

Nothing but the standard library. Call in any thread.
"""

from __future__ import annotations

import ctypes

LARGE_BYTES = 512 * 1024
_M_MMAP_THRESHOLD = -3  # of <malloc.h>; set once, it is not adjusted any more


def keep_large_blocks_apart() -> bool:
    """Have no heap grow by blocks of ``LARGE_BYTES`` or more; False where that cannot be had."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # not glibc
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES))

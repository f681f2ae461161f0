"""Work that keeps processors busy at normal priority, as a build beside the robot does."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

# Arithmetic, and memory that does not fit into a cache: both hold up whoever shares the processor.
_BURN = """
import hashlib
block = bytearray(4 << 20)
while True:
    hashlib.blake2b(block).digest()
    sum(range(20_000))
"""


@contextlib.contextmanager
def busy(processors: int) -> Iterator[None]:
    """Keep so many processors busy while the block runs."""
    burners = [subprocess.Popen([sys.executable, "-c", _BURN]) for _ in range(processors)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()

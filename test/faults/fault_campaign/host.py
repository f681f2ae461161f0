"""What the computer under it all was up to: how much of its processors a host took away."""

from __future__ import annotations

import os
from pathlib import Path

_STEAL = 8  # the column of /proc/stat's first line, see proc(5)


def stolen_s() -> float:
    """Processor time that was wanted here and given to others by a host, since the start, in s.

    Only a virtual machine has any. While it grows nothing here runs, whatever its priority.
    """
    columns = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
    return int(columns[_STEAL]) / os.sysconf("SC_CLK_TCK")

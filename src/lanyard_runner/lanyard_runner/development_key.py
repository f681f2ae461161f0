"""A fresh API key for each run of the demo; the one before it stops working.

The gateway's own ``keys`` command makes it, so that the form of the key file is known in one place
only. The key's text is in nobody's file but READY_FILE.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lanyard_core.faults import BadConfiguration

KEYS_COMMAND = (sys.executable, "-m", "lanyard_gateway.commands.keys")
ROLE = "maintainer"
"""May do all that the demo shows: tasks, driving, stop and reset; may not make further keys."""


def renew_development_key(file: Path) -> str:
    """Make ``file`` hold one new key, and return its text. Raises BadConfiguration."""
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise BadConfiguration([f"no API key could be made: {file}: {error.strerror}"]) from error
    result = subprocess.run(  # noqa: S603 (our own command)
        [*KEYS_COMMAND, "--file", file, "create", "--name=demo", f"--role={ROLE}", "--plain"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise BadConfiguration([f"no API key could be made: {result.stderr.strip()}"])
    return result.stdout.strip()

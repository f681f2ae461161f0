"""Claims that hold while a process lives and leave nothing behind: a domain, a state folder.

Two demos on one ROS domain would be two controllers of one robot; two on one folder would share a
database. The kernel releases both claims when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lanyard_core.faults import BadConfiguration


@contextmanager
def claim_domain(domain_id: int) -> Iterator[None]:
    """Hold ``domain_id`` for the ``with`` block. Raises BadConfiguration when a demo has it."""
    with socket.socket(socket.AF_UNIX) as holder:
        try:
            # An abstract name: no file, and gone with the process.
            holder.bind(f"\0lanyard-demo-domain-{domain_id}")
        except OSError as error:
            raise BadConfiguration(
                [
                    f"DOMAIN_ID={domain_id} is used by another demo on this machine:"
                    f" stop that one, or choose another: DOMAIN_ID={(domain_id + 1) % 102}"
                ]
            ) from error
        yield


@contextmanager
def claim_folder(folder: Path) -> Iterator[None]:
    """Make ``folder`` (for us alone) and hold it. Raises BadConfiguration when that fails."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        problem = f"STATE_DIR={folder} cannot be made: {error.strerror}: name another folder"
        raise BadConfiguration([problem]) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        problem = f"STATE_DIR={folder} is used by another demo: stop that one, or name another"
        raise BadConfiguration([problem]) from error
    try:
        yield
    finally:
        os.close(descriptor)

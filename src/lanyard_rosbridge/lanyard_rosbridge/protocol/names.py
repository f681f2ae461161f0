"""Names of the ROS graph as clients write them, and as the graph has them."""

from __future__ import annotations

import re

from lanyard_core.faults import BadInput

_ABSOLUTE = re.compile(r"(/[A-Za-z_][A-Za-z0-9_]*)+")
ROSAPI = "rosapi"


def absolute(name: str, namespace: str) -> str:
    """The absolute name; relative ones are below ``namespace``. Raises BadInput for no name."""
    found = name if name.startswith("/") else f"{namespace.rstrip('/')}/{name}"
    if not _ABSOLUTE.fullmatch(found):
        raise BadInput(
            f"{name[:80]!r} is no name of the ROS graph: letters, digits and _, parts parted by /"
        )
    return found


def rosapi_service(name: str) -> str | None:
    """``topics`` for ``/rosapi/topics`` or ``/robot/rosapi/topics``; None for other services."""
    before, _, last = name.rpartition("/")
    return last if before.rpartition("/")[2] == ROSAPI else None

"""`make demo` with room for as many clients as are measured, all from one address."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from lanyard_runner import demo

CONNECTIONS = 1000


class RoomyDemo(demo.Demo):
    """Everything else is as it ships."""

    def _overrides(self, share: Path) -> Path:
        file = super()._overrides(share)
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        content["gateway"]["ros__parameters"]["limits"] = {
            "max_connections": CONNECTIONS,
            "max_connections_per_address": CONNECTIONS,
        }
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        return file


if __name__ == "__main__":
    demo.Demo = RoomyDemo  # type: ignore[misc]
    sys.exit(demo.main())

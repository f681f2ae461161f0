"""A log in a folder of its own, that writes at once and seals when told to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import waiting

from lanyard_core.audit.heads import Head
from lanyard_gateway.audit import folder as folders
from lanyard_gateway.audit.log import AuditLog, LogSettings
from lanyard_gateway.audit.signing import open_signer, public_file
from lanyard_gateway.audit.verifying import Report, verify_folder


@dataclass
class Room:
    """A folder with its key, and the logs that were opened in it."""

    folder: Path
    key: Path
    shipped: list[Head] = field(default_factory=list)
    open: ExitStack = field(default_factory=ExitStack)

    def log(self, **changes: object) -> AuditLog:
        """Open a log; it is closed when the test ends, if not before."""
        settings = LogSettings(
            folder=self.folder, write_every_s=0.01, sync_every_s=0.01, reserve_bytes=4096
        )
        settings = replace(settings, **changes)
        log = AuditLog(settings, open_signer(self.key), ship=self.shipped.append)
        log.start()
        self.open.callback(log.close)
        return log

    def entries(self) -> list[dict]:
        return [json.loads(line) for line in folders.lines(self.folder)]

    def events(self) -> list[str]:
        return [entry["event"] for entry in self.entries()]

    def verify(self, heads: Path | None = None) -> Report:
        files = [heads or self.folder / folders.HEADS_FILE]
        return verify_folder(self.folder, head_files=files, public_keys=[public_file(self.key)])


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], object]:
    return waiting.wait_for


@pytest.fixture
def until_written() -> Callable[[AuditLog, int], object]:
    """Waits until a log has written so many entries."""
    return lambda log, count: waiting.wait_for(lambda: log.last_number >= count)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path / "audit", tmp_path / "key.pem")
    yield room
    room.open.close()

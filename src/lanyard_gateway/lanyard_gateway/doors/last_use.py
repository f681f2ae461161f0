"""When each API key was last used, kept beside the key file.

A key that nobody has used for months is one to take back. The figures are for people: they are
written once in a while, not at every request, and losing the last minute of them does no harm.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from pathlib import Path

_log = logging.getLogger(__name__)


def last_uses(key_file: Path) -> dict[str, float]:
    """Unix seconds of the last use by key id; nothing when the file is not there or not whole."""
    try:
        found = json.loads(_beside(key_file).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): float(at) for name, at in found.items() if isinstance(at, (int, float))}


class LastUse:
    """Remembers uses, and writes them now and then. Event loop's thread."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._written: dict[str, float] = {}

    def note(self, key_id: str, *, now_unix_s: float) -> None:
        """A key was used."""
        self._at[key_id] = now_unix_s

    def known(self) -> Mapping[str, float]:
        """Unix seconds of the last use by key id."""
        return self._at

    async def keep(self, key_file: Path, *, period_s: float) -> None:
        """Begin with what the file says and write what is new, until cancelled, then once more."""
        try:
            self._at = {**await asyncio.to_thread(last_uses, key_file), **self._at}
            while True:
                await asyncio.sleep(period_s)
                await asyncio.to_thread(self._write, key_file, dict(self._at))
        finally:
            self._write(key_file, dict(self._at))

    def _write(self, key_file: Path, uses: dict[str, float]) -> None:
        if uses == self._written:
            return
        path = _beside(key_file)
        draft = path.with_name(path.name + ".new")
        try:
            draft.write_text(json.dumps({**last_uses(key_file), **uses}), encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            _log.warning("last uses of keys cannot be written to %s: %s", path, error.strerror)
            return
        self._written = uses


def _beside(key_file: Path) -> Path:
    return key_file.with_name(key_file.stem + ".used.json")

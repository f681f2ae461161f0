"""Verifies the folder of an audit log against heads, of this machine or from where they went.

The heads beside the log prove only that nobody without the signing key has changed it. Those that
left the machine prove it against whoever owns the machine, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lanyard_core.audit.heads import Head, HeadsByNumber, read_head
from lanyard_core.audit.verification import Verdict, verify
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.audit import folder as folders
from lanyard_gateway.audit.signing import is_signed, read_public_keys


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. ``problems`` has all that is wrong, first that of the heads themselves."""

    verdict: Verdict
    heads: int
    problems: tuple[str, ...]


def verify_folder(
    folder: Path, *, head_files: Sequence[Path], public_keys: Sequence[Path]
) -> Report:
    """Read the whole log and hold it against the heads. Raises BadConfiguration, OSError."""
    if not folder.is_dir():
        raise BadConfiguration([f"{folder} is no folder of an audit log; name it with --folder"])
    keys = read_public_keys(public_keys)
    good: list[Head] = []
    problems: list[str] = []
    for path in head_files:
        for number, line in enumerate(_text_lines(path), start=1):
            where = f"{path}, line {number}"
            try:
                head = read_head(line)
            except ValueError:
                problems.append(f"{where}: is no head of an audit log")
                continue
            if is_signed(head, keys):
                good.append(head)
            else:
                problems.append(f"{where}: is not signed by a key that was given")
    verdict = verify(folders.lines(folder), HeadsByNumber(good))
    return Report(verdict, len(good), (*problems, *verdict.problems))


def _text_lines(path: Path) -> list[str]:
    """The lines of a file of heads; a syslog server may have put words of its own before each."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return [line[max(line.find('{"n":'), 0) :] for line in text.splitlines() if line.strip()]

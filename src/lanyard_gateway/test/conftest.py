"""What all tests of the gateway share: the table of its doors, as the documentation has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs/access.md"
ROW = re.compile(r"^\| `(?P<door>[A-Z]+ /[^`]*)` \| (?P<scope>[^|]+) \|(?P<cells>.+)\|$")


@dataclass(frozen=True)
class Door:
    """A row of the table: who gets through; ``scope`` is what the route asks for."""

    scope: str
    opens_to: frozenset[str]


@pytest.fixture(scope="session")
def door_table() -> dict[str, Door]:
    """The doors in docs/access.md, by method (WS for a socket) and path."""
    found: dict[str, Door] = {}
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    [header] = [line for line in lines if line.startswith("| door |")]
    roles = [cell.strip() for cell in header.split("|")[3:-1]]
    for line in lines:
        if row := ROW.match(line):
            cells = [cell.strip() for cell in row["cells"].split("|")]
            assert len(cells) == len(roles), line
            assert set(cells) <= {"yes", "no"}, line
            opens = frozenset(role for role, cell in zip(roles, cells) if cell == "yes")
            assert row["door"] not in found, line
            found[row["door"]] = Door(row["scope"].strip().strip("`"), opens)
    return found

"""What a look at a machine or a gateway has found: how good it is, in words, and what would help.

``lanyard doctor`` shows findings. Packages that know more about a machine add theirs under the
entry points ``lanyard.checks``: functions without arguments that return a list of findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Grade(str, Enum):
    """How good a finding is."""

    GOOD = "good"
    NOTE = "note"
    """Neither good nor bad; good to know."""
    WARNING = "warning"
    """It works, and could work better."""
    BAD = "bad"
    """Something will not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: what was looked at, what was seen, and what would mend it (or nothing)."""

    name: str
    grade: Grade
    detail: str
    remedy: str = ""

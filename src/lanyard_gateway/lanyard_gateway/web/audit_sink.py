"""Where entries of the audit log go, as the web half sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class AuditSink(Protocol):
    """Where entries go."""

    @property
    def is_healthy(self) -> bool:
        """Whether what happens now will be in the log."""

    @property
    def trouble(self) -> str:
        """What is wrong, for an operator; empty when nothing is."""

    def append(self, record: Mapping[str, object]) -> None:
        """Take an entry in; never waits and never raises."""


class NoAudit:
    """For a gateway that is told to keep no log, and for tests."""

    is_healthy = True
    trouble = ""

    def append(self, record: Mapping[str, object]) -> None:
        """Forget it."""

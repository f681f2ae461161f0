"""What this machine would allow a node of this user, for ``lanyard doctor``.

Tries the real-time settings in a thread that ends with them; the process stays as it was.
"""

from __future__ import annotations

from lanyard_core.finding import Finding, Grade
from lanyard_node_support.realtime import RealtimeSettings, Setting, Verdict, examine

PRIORITY = 80
_NAMES = {"loop_scheduling": "real-time priority", "memory": "locked memory"}


def findings() -> list[Finding]:
    """Whether a node would get real-time priority, and its memory be locked."""
    settings = RealtimeSettings(wanted=True, priority=PRIORITY, cpus=(), lock_memory=True)
    return [
        _finding(_NAMES[setting.name], setting)
        for setting in examine(settings)
        if setting.name in _NAMES
    ]


def _finding(name: str, setting: Setting) -> Finding:
    if setting.verdict is Verdict.APPLIED:
        return Finding(name, Grade.GOOD, setting.detail)
    why, _, remedy = setting.detail.partition(": ")
    return Finding(name, Grade.WARNING, why, remedy)

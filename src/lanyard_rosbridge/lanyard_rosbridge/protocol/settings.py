"""Bounds of a session: how much one client may have open, and the guards of motion."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """Guards of messages that move a robot; times in seconds.

    ``quiet_s``: what comes so soon after the first words of a connection was queued before it.
    ``burst_s``: of messages that come closer to each other than this, only the newest counts.
    ``max_age_s``: a stamped message that is older is refused. ``silence_s``: after so much silence
    the topic's zero is published, and somebody else may move the robot.
    """

    quiet_s: float = 0.5
    burst_s: float = 0.005
    max_age_s: float = 0.25
    silence_s: float = 0.5


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """What one client may have open; sizes in bytes, times in seconds."""

    max_frame_bytes: int = 1024 * 1024
    max_topics: int = 256
    max_calls: int = 64
    max_served: int = 32
    max_goals: int = 32
    call_timeout_s: float = 5.0
    max_call_timeout_s: float = 300.0
    motion: MotionSettings = field(default_factory=MotionSettings)

"""The settings of command sessions, made from those of the web half."""

from __future__ import annotations

from lanyard_core.stream.settings import CommandLimits, CommandTiming, StreamSettings
from lanyard_gateway.web.settings import WebSettings


def stream_settings(settings: WebSettings) -> StreamSettings:
    """Limits and the acknowledgement deadline as configured; the rest as the core has it."""
    limits = settings.limits
    return StreamSettings(
        timing=CommandTiming(ack_deadline_s=settings.ack_deadline_s),
        ack_miss_limit=settings.ack_miss_limit,
        bare_twists=settings.bare_twists,
        limits=CommandLimits(
            min_rate_hz=limits.min_rate_hz,
            max_rate_hz=limits.max_rate_hz,
            hard_max_hz=limits.hard_max_hz,
            max_linear_m_s=limits.max_linear_m_s,
            max_angular_rad_s=limits.max_angular_rad_s,
            max_bytes=limits.max_command_bytes,
        ),
    )

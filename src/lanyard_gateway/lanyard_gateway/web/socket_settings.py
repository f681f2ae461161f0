"""The settings of command sessions, made from those of the web half."""

from __future__ import annotations

from lanyard_core.stream.settings import CommandLimits, StreamSettings
from lanyard_gateway.web.settings import WebSettings


def stream_settings(settings: WebSettings) -> StreamSettings:
    """Limits as configured; deadlines are the defaults of the core."""
    limits = settings.limits
    return StreamSettings(
        limits=CommandLimits(
            min_rate_hz=limits.min_rate_hz,
            max_rate_hz=limits.max_rate_hz,
            hard_max_hz=limits.hard_max_hz,
            max_linear_m_s=limits.max_linear_m_s,
            max_angular_rad_s=limits.max_angular_rad_s,
            max_bytes=limits.max_command_bytes,
        )
    )

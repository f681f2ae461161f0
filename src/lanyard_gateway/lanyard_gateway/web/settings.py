"""Settings of the web half: plain values with units and safe defaults.

Made once by the gateway's main.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lanyard_gateway.web.connections import ConnectionLimits


@dataclass(frozen=True, slots=True)
class PublicLimits:
    """What a command client is told: rates in Hz, speeds in m/s and rad/s, sizes in bytes."""

    min_rate_hz: float = 50.0
    max_rate_hz: float = 100.0
    hard_max_hz: float = 120.0
    max_linear_m_s: float = 1.0
    max_angular_rad_s: float = 1.5
    max_command_bytes: int = 1024


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the web half listens and what it allows. Loopback unless told otherwise."""

    host: str = "127.0.0.1"
    port: int = 8080
    """TCP port; 0 lets the system choose one."""
    root_aliases: bool = True
    """Also serve ``/tasks``, ``/tasks/{id}`` and ``/robots/{id}/status`` at the root."""
    limits: PublicLimits = field(default_factory=PublicLimits)
    ack_deadline_s: float = 0.010
    """How long the control node may take to acknowledge a command."""
    bare_twists: bool = False
    """Whether command sockets also take a bare TwistStamped."""
    ack_miss_limit: int = 1
    """Acknowledgements in a row that may miss the deadline; the last of them stops the robot."""
    max_body_bytes: int = 64 * 1024
    max_task_body_bytes: int = 256 * 1024
    max_socket_message_bytes: int = 64 * 1024
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of proxies that are believed when they say for whom they ask."""
    allowed_origins: tuple[str, ...] = ()
    """Exact origins of browsers that may open sockets; a client without an Origin is no browser."""
    cancel_wait_s: float = 5.0
    """How long ``DELETE /tasks/{id}`` waits for the robot before it answers 202."""
    ready_timeout_s: float = 2.0
    """How long ``/readyz`` gives one check before it counts as failed."""
    problem_base: str = "https://lanyard-robotics.org/errors/"
    """Start of the ``type`` of every problem; the code follows."""
    key_file: Path | None = None
    """The API key file to follow while running; None when keys never change (tests)."""
    policy_file: Path | None = None
    """The policy file to follow; None when the built-in policy holds."""
    audit_folder: Path | None = None
    """Where the audit log is, for those who may read it; None when there is none."""
    audit_public_key: Path | None = None
    """The public half of the key that signs its heads."""
    key_file_poll_s: float = 0.3
    """How often these files are looked at, so that what is revoked stops within a second."""

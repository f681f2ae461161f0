"""Settings of the bridge in a process of its own, with every problem at once.

Defaults, units and bounds are in ``parameters.yaml`` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lanyard_core.access.patterns import Patterns
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.robot_entries import robots_of
from lanyard_gateway.settings import AuditSettings, audit_settings, is_loopback
from lanyard_gateway.side_doors import room_for
from lanyard_gateway.web.settings import WebSettings
from lanyard_rosbridge.serve.bridge import BridgeSettings


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the bridge listens, which files it reads, and how it is set up."""

    host: str
    port: int
    wireguard_only: bool
    keys_file: Path
    policy_file: Path | None
    ready_file: Path | None
    allowed_origins: tuple[str, ...]
    audit: AuditSettings
    bridge: BridgeSettings

    def web(self, *, max_message_bytes: int) -> WebSettings:
        """The same for the gateway's web half, whose checks are used."""
        return WebSettings(
            host=self.host,
            port=self.port,
            allowed_origins=self.allowed_origins,
            key_file=self.keys_file,
            policy_file=self.policy_file,
            max_socket_message_bytes=max_message_bytes,
            connections=room_for(self.bridge.max_clients),
        )


def read_settings(parameters: Mapping[str, object]) -> ServerSettings:
    """The settings in a node's parameters. Raises BadConfiguration with every problem."""
    problems: list[str] = []
    host = str(parameters["host"]).strip()
    wireguard_only = cast(bool, parameters["wireguard_only"])
    if not (is_loopback(host) or parameters["insecure"] or wireguard_only):
        problems.append(
            f"host: {host} can be reached from other machines, and plain WebSockets would show"
            " them API keys; listen on 127.0.0.1, or on an address of WireGuard with"
            " wireguard_only set to true, or on that of another VPN with insecure set to true"
        )
    named = [entry for entry in _texts(parameters, "robots") if entry]
    state = Path(str(parameters["state_dir"])).expanduser().absolute()
    settings = ServerSettings(
        host=host,
        port=cast(int, parameters["port"]),
        wireguard_only=wireguard_only,
        keys_file=_path(parameters, "keys_file") or state / "keys.json",
        policy_file=_path(parameters, "policy_file"),
        ready_file=_path(parameters, "ready_file"),
        allowed_origins=tuple(_texts(parameters, "allowed_origins")),
        audit=audit_settings(parameters, name="rosbridge-audit"),
        bridge=BridgeSettings(
            namespace=str(parameters["namespace"]),
            motion=_patterns(_texts(parameters, "motion_topics"), problems),
            robots={robot.namespace: robot.robot_id for robot in robots_of(named, problems)},
            max_clients=cast(int, parameters["max_clients"]),
        ),
    )
    if problems:
        raise BadConfiguration(problems)
    return settings


def _patterns(texts: Sequence[str], problems: list[str]) -> Patterns:
    try:
        return Patterns.of(texts)
    except ValueError as error:
        problems.append(f"motion_topics: {error}")
        return Patterns()


def _texts(parameters: Mapping[str, object], name: str) -> list[str]:
    return [str(item).strip() for item in cast(Sequence[object], parameters[name])]


def _path(parameters: Mapping[str, object], name: str) -> Path | None:
    text = str(parameters[name]).strip()
    return Path(text).expanduser().absolute() if text else None

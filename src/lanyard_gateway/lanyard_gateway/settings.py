"""The gateway's settings as values, read from the node's parameters with every problem at once.

Defaults, units and bounds are in ``parameters.yaml`` and nowhere else; what comes in here has the
right types. Here is judged what one parameter alone cannot say: whether an entry of ``robots`` is
one, and whether settings go together. Nothing is opened or resolved here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from lanyard_core.faults import BadConfiguration
from lanyard_gateway.robot_entries import NAMESPACE, RobotEntry, robots_of, with_traits
from lanyard_gateway.rosbridge_settings import RosbridgeSettings, rosbridge_of

Parameters = Mapping[str, object]

_ORIGIN = re.compile(r"https?://[^/\s]+")
_NAME_FIELD = "{name}"


@dataclass(frozen=True, slots=True)
class TfSettings:
    """Where poses come from: topics, and frames before the prefix is put on."""

    topic: str
    static_topic: str
    frame_prefix: str
    map_frame: str
    odom_frame: str
    base_frame: str
    tool_frame: str


@dataclass(frozen=True, slots=True)
class CommandSettings:
    """When a missing acknowledgement stops the robot: deadline in seconds, misses in a row.

    ``bare_twists``: take a TwistStamped without a frame around it.
    """

    ack_deadline_s: float
    ack_miss_limit: int
    bare_twists: bool


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """Where and how the audit log is written; times in seconds, sizes in bytes."""

    enabled: bool
    folder: Path
    signing_key: Path
    head_targets: tuple[str, ...]
    max_file_bytes: int
    max_file_age_s: float
    keep_files: int
    head_every_s: float
    head_every_entries: int
    reserve_bytes: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds, speeds in m/s and rad/s; these are only told to clients."""

    max_body_bytes: int
    max_task_body_bytes: int
    max_connections: int
    max_connections_per_address: int
    head_timeout_s: float
    body_timeout_s: float
    shared_url: str
    max_linear_speed_mps: float
    max_angular_speed_radps: float


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Files of the gateway's own TLS, in PEM; without a certificate it speaks plain HTTP."""

    certificate: Path | None
    key: Path | None
    client_ca: Path | None


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """All settings of the gateway; the meaning and unit of each is in ``parameters.yaml``."""

    host: str
    port: int
    insecure: bool
    robots: tuple[RobotEntry, ...]
    cameras: tuple[str, ...]
    keys_file: Path
    policy_file: Path | None
    token_key: Path
    issuer: str
    task_store: Path
    database_url: str
    ready_file: Path | None
    allowed_origins: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    root_aliases: bool
    offline_after_s: float
    service_timeout_s: float
    task_accept_timeout_s: float
    task_result_poll_s: float
    robot_lost_s: float
    gateway_lost_s: float
    cancel_wait_s: float
    shutdown_timeout_s: float
    realtime: bool
    rt_priority: int
    command: CommandSettings
    limits: Limits
    audit: AuditSettings
    tls: TlsSettings
    rosbridge: RosbridgeSettings
    tf: TfSettings


def read_settings(parameters: Parameters) -> GatewaySettings:
    """The settings in a node's parameters. Raises BadConfiguration with every problem."""
    problems: list[str] = []
    robots = with_traits(
        robots_of(_texts(parameters, "robots"), problems),
        labels=_texts(parameters, "robot_labels"),
        capabilities=_texts(parameters, "robot_capabilities"),
        problems=problems,
    )
    settings = GatewaySettings(
        host=_text(parameters, "host"),
        port=cast(int, parameters["port"]),
        robots=robots,
        cameras=_cameras(_texts(parameters, "cameras"), problems),
        keys_file=_file(parameters, "keys_file", "keys.json"),
        policy_file=_path(_text(parameters, "policy_file")),
        token_key=_file(parameters, "token_key", "token-signing-key.pem"),
        issuer=_text(parameters, "issuer").rstrip("/"),
        task_store=_file(parameters, "task_store", "tasks.sqlite3"),
        database_url=_text(parameters, "database_url"),
        ready_file=_path(_text(parameters, "ready_file")),
        allowed_origins=tuple(_texts(parameters, "allowed_origins")),
        trusted_proxies=tuple(_texts(parameters, "trusted_proxies")),
        rt_priority=cast(int, parameters["rt_priority"]),
        command=CommandSettings(**_group(parameters, "command.")),
        limits=Limits(**_group(parameters, "limits.")),
        audit=audit_settings(parameters),
        tls=_tls(parameters),
        rosbridge=rosbridge_of(_group(parameters, "rosbridge."), problems),
        tf=TfSettings(**_group(parameters, "tf.")),
        **_as_they_are(parameters),
    )
    _check_host(settings, problems)
    _check_origins(settings.allowed_origins, problems)
    _check_proxies(settings.trusted_proxies, problems)
    _check_frames(settings, problems)
    if problems:
        raise BadConfiguration(problems)
    return settings


def _as_they_are(parameters: Parameters) -> dict[str, Any]:
    return {name: parameters[name] for name in (*_SWITCHES, *_DURATIONS)}


def _tls(parameters: Parameters) -> TlsSettings:
    return TlsSettings(**{name: _path(_text(parameters, f"tls.{name}")) for name in _TLS_FILES})


def audit_settings(parameters: Parameters, *, name: str = "audit") -> AuditSettings:
    """How the audit log is written, from the group ``audit`` of a node's parameters.

    ``name``: how its folder and its key in state_dir are called unless a parameter says otherwise.
    """
    found = _group(parameters, "audit.")
    found["folder"] = _file(parameters, "audit.folder", name)
    found["signing_key"] = _file(parameters, "audit.signing_key", f"{name}-signing-key.pem")
    found["head_targets"] = tuple(_texts(parameters, "audit.head_targets"))
    return AuditSettings(**found)


_TLS_FILES = ("certificate", "key", "client_ca")
_SWITCHES = ("insecure", "root_aliases", "realtime")
_DURATIONS = (
    "offline_after_s",
    "service_timeout_s",
    "task_accept_timeout_s",
    "task_result_poll_s",
    "robot_lost_s",
    "gateway_lost_s",
    "cancel_wait_s",
    "shutdown_timeout_s",
)


def is_loopback(host: str) -> bool:
    """True when only this machine can reach ``host``; of names only localhost is known to."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _cameras(names: Sequence[str], problems: list[str]) -> tuple[str, ...]:
    problems.extend(
        f"cameras: {name!r} is no ROS name below a robot's namespace, such as camera or arm/camera"
        for name in names
        if not NAMESPACE.fullmatch(f"/{name}")
    )
    return tuple(dict.fromkeys(names))


def _check_host(settings: GatewaySettings, problems: list[str]) -> None:
    tls = settings.tls
    if (tls.certificate is None) != (tls.key is None):
        problems.append(
            "tls: a certificate and its key go together; set tls.certificate and tls.key"
        )
    if tls.client_ca is not None and tls.certificate is None:
        problems.append(
            "tls.client_ca: only over TLS do clients show certificates; set those first"
        )
    side = settings.rosbridge
    hosts = {"host": settings.host, "rosbridge.host": side.host if side.listen else ""}
    reachable = [name for name, host in hosts.items() if host and not is_loopback(host)]
    if settings.insecure or not reachable or tls.certificate is not None:
        return
    problems.append(
        f"{reachable[0]}: {hosts[reachable[0]]} can be reached from other machines, and plain HTTP"
        " would show them API keys and commands; set tls.certificate and tls.key (`lanyard certs"
        " create` makes them), listen on 127.0.0.1 behind a VPN or a proxy with TLS, or set"
        " insecure to true if you know that this network is safe"
    )


def _check_origins(origins: Sequence[str], problems: list[str]) -> None:
    problems.extend(
        f"allowed_origins: {origin!r} is no origin; write it as the browser does, such as"
        " https://panel.example.org, without a path"
        for origin in origins
        if not _ORIGIN.fullmatch(origin)
    )


def _check_proxies(proxies: Sequence[str], problems: list[str]) -> None:
    for proxy in proxies:
        try:
            ipaddress.ip_address(proxy)
        except ValueError:
            problems.append(
                f"trusted_proxies: {proxy!r} is no address; write that from which the proxy"
                " connects, such as 127.0.0.1"
            )


def _check_frames(settings: GatewaySettings, problems: list[str]) -> None:
    tf = settings.tf
    is_shared = tf.topic.startswith("/") and len(settings.robots) > 1
    if is_shared and _NAME_FIELD not in tf.frame_prefix:
        problems.append(
            f"tf.frame_prefix: {len(settings.robots)} robots share {tf.topic}, so their frames need"
            ' names of their own; set it to "{name}/", or set tf.topic to tf when each robot'
            " publishes in its namespace"
        )


def _text(parameters: Parameters, name: str) -> str:
    return str(parameters[name]).strip()


def _texts(parameters: Parameters, name: str) -> list[str]:
    return [str(item).strip() for item in cast(Sequence[object], parameters[name])]


def _group(parameters: Parameters, prefix: str) -> dict[str, Any]:
    return {
        name[len(prefix) :]: value for name, value in parameters.items() if name.startswith(prefix)
    }


def _path(text: str) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _file(parameters: Parameters, name: str, in_state_dir: str) -> Path:
    given = _path(_text(parameters, name))
    return given or Path(_text(parameters, "state_dir")).expanduser().absolute() / in_state_dir

"""Puts the gateway together: settings and a ROS node in, robots and a web application out.

The only module besides ``main`` that knows both the web half and the robot half. Nothing is served
yet when it is done; what can be wrong with the surroundings (files, keys) is found here.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lanyard_core.access.built_in import BUILT_IN_POLICY
from lanyard_core.access.keys import KeyRecord, KeyRing
from lanyard_core.access.policy import Policy
from lanyard_core.faults import BadConfiguration
from lanyard_core.task.built_in import BUILT_IN
from lanyard_core.task.supervision import Patience
from lanyard_gateway.audit.service import audit_log
from lanyard_gateway.audit.signing import public_file
from lanyard_gateway.dispatch.service import TaskService
from lanyard_gateway.dispatch.shop import DispatchSettings
from lanyard_gateway.doors import key_file, policy_file
from lanyard_gateway.doors.issuer_keys import IssuerKeys
from lanyard_gateway.doors.rates import Rates
from lanyard_gateway.doors.tls import Tls, TlsFiles, server_context
from lanyard_gateway.doors.tokens import TokenDesk, signing_key
from lanyard_gateway.events.hub import EventHub
from lanyard_gateway.listening import check_writable
from lanyard_gateway.robot.config import Frames, RobotConfig
from lanyard_gateway.robot.fleet import RobotFleet
from lanyard_gateway.robot_entries import RobotEntry
from lanyard_gateway.settings import GatewaySettings
from lanyard_gateway.side_doors import SideDoor, rosbridge_door
from lanyard_gateway.store.postgresql import check_database_url
from lanyard_gateway.store.task_store import SqlTaskStore
from lanyard_gateway.web.app import create_app
from lanyard_gateway.web.audit_sink import AuditSink, NoAudit
from lanyard_gateway.web.connections import ConnectionLimits
from lanyard_gateway.web.context import AppContext
from lanyard_gateway.web.farewell import Farewell
from lanyard_gateway.web.settings import PublicLimits, WebSettings
from lanyard_node_support.inbox import InboxNode


@dataclass(frozen=True)
class Gateway:
    """The parts that ``main`` starts and stops."""

    app: Farewell
    fleet: RobotFleet
    store: SqlTaskStore
    side_door: SideDoor | None


def check_surroundings(settings: GatewaySettings) -> KeyRing:
    """Keys and policy; raises BadConfiguration with all that is wrong outside the settings."""
    return open_keyring(
        settings.keys_file,
        settings.policy_file,
        lambda: tls_of(settings),
        lambda: check_writable(settings.ready_file),
        lambda: check_database_url(settings.database_url),
    )


def open_keyring(
    keys_file: Path, policy_file: Path | None, *further_checks: Callable[[], object]
) -> KeyRing:
    """Keys and policy. Raises BadConfiguration with each problem, ``further_checks``' too."""
    ring = KeyRing()
    problems: list[str] = []
    checks: tuple[Callable[[], object], ...] = (
        lambda: ring.replace(_keys(keys_file)),
        lambda: ring.adopt(_policy(policy_file)),
        *further_checks,
    )
    for check in checks:
        try:
            check()
        except BadConfiguration as error:
            problems.extend(error.problems)
    if problems:
        raise BadConfiguration(problems)
    return ring


def tls_of(settings: GatewaySettings) -> Tls | None:
    """TLS as the settings say; None for plain HTTP. Raises BadConfiguration."""
    if settings.tls.certificate is None or settings.tls.key is None:
        return None
    files = TlsFiles(settings.tls.certificate, settings.tls.key, settings.tls.client_ca)
    return Tls(server_context(files), files)


def audit_of(settings: GatewaySettings) -> AbstractContextManager[AuditSink]:
    """The audit log, open as long as its block runs. Raises BadConfiguration when entered."""
    return audit_log(settings.audit) if settings.audit.enabled else nullcontext(NoAudit())


def compose(
    settings: GatewaySettings, node: InboxNode, keyring: KeyRing, audit: AuditSink
) -> Gateway:
    """The gateway, ready to be started; raises BadConfiguration when the store is not usable."""
    store = open_store(settings)
    fleet = RobotFleet(node, [robot_config(settings, entry) for entry in settings.robots])
    events = EventHub()
    issuer_keys = IssuerKeys(keyring)
    context = AppContext(
        robots=fleet.robots,
        keyring=keyring,
        tasks=TaskService(
            store=store,
            robots=fleet.robots,
            task_types=BUILT_IN,
            traits={robot.robot_id: robot.traits for robot in settings.robots},
            settings=dispatch_settings(settings),
            publish=events.publish,
        ),
        settings=web_settings(settings),
        version=_version(),
        ros_alive=fleet.ros_thread_works,
        events=events,
        audit=audit,
        rates=Rates(shared_url=settings.limits.shared_url),
        tokens=TokenDesk(
            signing_key(settings.token_key), url=settings.issuer, find_keys=issuer_keys.find
        ),
        issuer_keys=issuer_keys,
    )
    door = rosbridge_door(settings)
    app = create_app(context, routers=() if door is None else (door.router,))
    return Gateway(Farewell(app), fleet, store, door)


def open_store(settings: GatewaySettings) -> SqlTaskStore:
    """The task store that is configured; raises BadConfiguration when it cannot be used."""
    if settings.database_url:
        return SqlTaskStore.open_url(settings.database_url)
    return SqlTaskStore.open(settings.task_store)


def dispatch_settings(settings: GatewaySettings) -> DispatchSettings:
    """What dispatch must know."""
    return DispatchSettings(
        patience=Patience(silence_s=settings.robot_lost_s), claim_s=settings.gateway_lost_s
    )


def robot_config(settings: GatewaySettings, entry: RobotEntry) -> RobotConfig:
    """What the robot half must know of one robot."""
    tf = settings.tf
    frames = Frames(tf.map_frame, tf.odom_frame, tf.base_frame, tf.tool_frame)
    return RobotConfig(
        robot_id=entry.robot_id,
        namespace=entry.namespace,
        frames=frames.prefixed(tf.frame_prefix.replace("{name}", entry.name)),
        tf_topic=tf.topic,
        tf_static_topic=tf.static_topic,
        offline_after_s=settings.offline_after_s,
        service_timeout_s=settings.service_timeout_s,
        task_accept_timeout_s=settings.task_accept_timeout_s,
        task_result_poll_s=settings.task_result_poll_s,
        cameras=settings.cameras,
    )


def web_settings(settings: GatewaySettings) -> WebSettings:
    """What the web half must know."""
    limits = settings.limits
    return WebSettings(
        host=settings.host,
        port=settings.port,
        root_aliases=settings.root_aliases,
        limits=PublicLimits(
            max_linear_m_s=limits.max_linear_speed_mps,
            max_angular_rad_s=limits.max_angular_speed_radps,
        ),
        ack_deadline_s=settings.command.ack_deadline_s,
        ack_miss_limit=settings.command.ack_miss_limit,
        bare_twists=settings.command.bare_twists,
        max_body_bytes=limits.max_body_bytes,
        max_task_body_bytes=limits.max_task_body_bytes,
        connections=ConnectionLimits(
            most=limits.max_connections,
            most_per_address=limits.max_connections_per_address,
            head_s=limits.head_timeout_s,
            body_s=limits.body_timeout_s,
            shared_addresses=frozenset(settings.trusted_proxies),
        ),
        trusted_proxies=settings.trusted_proxies,
        allowed_origins=settings.allowed_origins,
        cancel_wait_s=settings.cancel_wait_s,
        key_file=settings.keys_file,
        policy_file=settings.policy_file,
        audit_folder=settings.audit.folder if settings.audit.enabled else None,
        audit_public_key=public_file(settings.audit.signing_key),
    )


def _keys(path: Path) -> tuple[KeyRecord, ...]:
    if not path.exists():
        raise BadConfiguration(
            [f"keys_file: there are no API keys at {path}; make one: {_create_key_command(path)}"]
        )
    return key_file.read(path)


def _policy(path: Path | None) -> Policy:
    return BUILT_IN_POLICY if path is None else policy_file.read(path)


def _create_key_command(path: Path) -> str:
    keys = Path(sys.argv[0]).with_name("keys")
    command = shlex.quote(str(keys)) if keys.exists() else "ros2 run lanyard_gateway keys"
    return f"{command} --file {shlex.quote(str(path))} create --name me --role operator"


def _version() -> str:
    try:
        return version("lanyard_gateway")
    except PackageNotFoundError:
        return "unknown"

"""``ros2 run lanyard_rosbridge server``: the bridge in a process of its own.

The same keys, policy, checks, limits and audit log as the gateway's, and nothing else of it. Main
thread: this module, then the event loop. One more thread: ROS.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import logging
import socket
import sys

import rclpy
from rclpy.node import Node
from rclpy.utilities import remove_ros_args

from lanyard_core.access.keys import KeyRing
from lanyard_core.faults import BadConfiguration
from lanyard_gateway import listening
from lanyard_gateway.audit.service import audit_log
from lanyard_gateway.composition import open_keyring
from lanyard_gateway.doors.rates import Rates
from lanyard_gateway.server import Server, run_loop, stop_on_signals
from lanyard_gateway.side_doors import Only
from lanyard_gateway.web.app import create_door_app
from lanyard_gateway.web.audit_sink import AuditSink, NoAudit
from lanyard_gateway.web.context import DoorContext
from lanyard_gateway.web.farewell import Farewell
from lanyard_gateway.web.scope_keys import API_PREFIX
from lanyard_gateway.web.serve import server_config, tune_listener
from lanyard_node_support.interpreter import (
    exempt_from_garbage_collection,
    shorten_switch_interval,
)
from lanyard_node_support.parameters import declare
from lanyard_node_support.run import complain, init_ros, node_parser
from lanyard_node_support.transport import choose_transport
from lanyard_rosbridge.serve.socket import PATH
from lanyard_rosbridge.settings import ServerSettings, read_settings
from lanyard_rosbridge.side_door import NODE_NAME, RosbridgeDoor
from lanyard_wireguard import machine

_log = logging.getLogger("lanyard_rosbridge")
_SHUTDOWN_S = 5
_TICKETS = frozenset({f"{API_PREFIX}/ws-tickets"})


def main() -> int:
    """Run the bridge; 0 after an orderly stop, 2 when its configuration cannot be used."""
    logging.basicConfig(level=logging.INFO, format="[%(levelname)s] [%(name)s]: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    transport = choose_transport()
    try:
        init_ros()
        options = _parser().parse_args(remove_ros_args(sys.argv)[1:])
        node = Node(f"{NODE_NAME}_settings")
        try:
            settings = read_settings(declare(node, package="lanyard_rosbridge").as_dict())
        finally:
            node.destroy_node()
        tunnel = machine.tunnel(settings.host).name if settings.wireguard_only else None
        keyring = open_keyring(
            settings.keys_file,
            settings.policy_file,
            lambda: listening.check_writable(settings.ready_file),
        )
        if options.check:
            print(f"server: the configuration is good: {len(keyring.records())} API keys")
            return 0
        _log.info("DDS transport: %s", transport.detail)
        return _run(settings, keyring, tunnel)
    except BadConfiguration as error:
        return complain(error, name="server")
    finally:
        rclpy.try_shutdown()


def _parser() -> argparse.ArgumentParser:
    parser = node_parser("server", "Speaks the rosbridge protocol.")
    parser.add_argument(
        "--check", action="store_true", help="say whether the configuration is good, and end"
    )
    return parser


def _run(settings: ServerSettings, keyring: KeyRing, tunnel: str | None) -> int:
    with listening.bind(settings.host, settings.port, device=tunnel) as listener:
        origins = (*settings.allowed_origins, *listening.own_origins(listener))
        settings = dataclasses.replace(settings, allowed_origins=origins)
        with _audit_of(settings) as audit:
            run_loop(_serve(settings, keyring, listener, audit))
    return 0


def _audit_of(settings: ServerSettings) -> contextlib.AbstractContextManager[AuditSink]:
    """The audit log, open as long as its block runs. Raises BadConfiguration when entered."""
    if settings.audit.enabled:
        return audit_log(settings.audit)
    return contextlib.nullcontext(NoAudit())


async def _serve(
    settings: ServerSettings, keyring: KeyRing, listener: socket.socket, audit: AuditSink
) -> None:
    door = RosbridgeDoor(settings.bridge)
    web = settings.web(max_message_bytes=door.max_message_bytes)
    rates = Rates()
    context = DoorContext(robots={}, keyring=keyring, settings=web, audit=audit, rates=rates)
    app = Farewell(create_door_app(context, door.router))
    config = server_config(Only(app, PATH, requests=_TICKETS), web)
    config.timeout_graceful_shutdown = _SHUTDOWN_S
    url = listening.url_of(listener)
    rosbridge_url = listening.url_of(listener, scheme="ws")
    ready = listening.ready_file(settings.ready_file, url=url, rosbridge_url=rosbridge_url)
    server = Server(config, farewell=app, while_up=ready)
    stop_on_signals(server)
    exempt_from_garbage_collection()
    shorten_switch_interval()
    door.start()
    try:
        _log.info("serving rosbridge at %s", rosbridge_url)
        await server.serve(sockets=[tune_listener(listener)])
    finally:
        door.stop()
        await rates.close()


if __name__ == "__main__":
    sys.exit(main())

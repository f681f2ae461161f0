"""Entry point of the gateway's process, and its order of starting and stopping.

Main thread: this module, then the event loop. One more thread: ROS. Starting: settings, keys,
port, store, robots, web, and last the ready file. Stopping (SIGTERM, SIGINT) goes backwards: the
ready file goes, clients are told, a robot that was being driven is stopped, tasks stay on their
robots and in the store, and ROS goes last. A second signal ends open requests where they are.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import socket
import sys

import rclpy
from rclpy.utilities import remove_ros_args

from lanyard_core.faults import BadConfiguration
from lanyard_gateway import listening
from lanyard_gateway.composition import (
    Gateway,
    audit_of,
    check_surroundings,
    compose,
    tls_of,
    web_settings,
)
from lanyard_gateway.doors.tls import Tls, renewed
from lanyard_gateway.server import Server, run_loop, stop_on_signals
from lanyard_gateway.settings import GatewaySettings, is_loopback, read_settings
from lanyard_gateway.side_doors import open_door
from lanyard_gateway.web.serve import server_config, tune_listener
from lanyard_node_support.inbox import InboxNode
from lanyard_node_support.parameters import declare
from lanyard_node_support.realtime import RealtimeSettings, Setting, Verdict, prepare_carrier
from lanyard_node_support.run import complain, init_ros, node_parser
from lanyard_node_support.transport import choose_transport

NAME = "gateway"
_log = logging.getLogger("lanyard_gateway")


def main() -> int:
    """Run the gateway; 0 after an orderly stop, 2 when its configuration cannot be used."""
    logging.basicConfig(level=logging.INFO, format="[%(levelname)s] [%(name)s]: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    transport = choose_transport()
    try:
        init_ros()
        options = _parser().parse_args(remove_ros_args(sys.argv)[1:])
        node = InboxNode(NAME)
        try:
            return _check(node) if options.check else _run(node, transport)
        finally:
            node.destroy_node()
    except BadConfiguration as error:
        return complain(error, name=NAME)
    finally:
        rclpy.try_shutdown()


def _parser() -> argparse.ArgumentParser:
    parser = node_parser(NAME, "Serves robots over HTTP and WebSockets.")
    parser.add_argument(
        "--check", action="store_true", help="say whether the configuration is good, and end"
    )
    return parser


def _check(node: InboxNode) -> int:
    settings = read_settings(declare(node, package="lanyard_gateway").as_dict())
    keyring = check_surroundings(settings)
    robots = ", ".join(robot.robot_id for robot in settings.robots)
    print(
        f"{NAME}: the configuration is good: robots {robots}; {len(keyring.records())} API keys,"
        f" roles {', '.join(sorted(keyring.policy.roles))}"
    )
    return 0


def _run(node: InboxNode, transport: Setting) -> int:
    settings = read_settings(declare(node, package="lanyard_gateway").as_dict())
    keyring = check_surroundings(settings)
    tls = tls_of(settings)
    scheme = "http" if tls is None else "https"
    with listening.bind(settings.host, settings.port) as listener:
        own = listening.own_origins(listener, scheme=scheme)
        origins = (*settings.allowed_origins, *own)
        issuer = settings.issuer or listening.url_of(listener, scheme=scheme)
        settings = dataclasses.replace(settings, allowed_origins=origins, issuer=issuer)
        with audit_of(settings) as audit:
            gateway = compose(settings, node, keyring, audit)
            try:
                run_loop(_serve(settings, gateway, listener, transport, tls))
            finally:
                gateway.store.close()
    return 0


async def _serve(
    settings: GatewaySettings,
    gateway: Gateway,
    listener: socket.socket,
    transport: Setting,
    tls: Tls | None,
) -> None:
    url = listening.url_of(listener, scheme="http" if tls is None else "https")
    context = None if tls is None else tls.context
    web = web_settings(settings)
    config = server_config(gateway.app, web, tls=context)
    config.timeout_graceful_shutdown = max(1, round(settings.shutdown_timeout_s))
    gateway.fleet.start()
    _keep_time(settings, transport)
    try:
        _announce(settings, url)
        door = open_door(gateway.side_door, settings, web, gateway.app, tls=context)
        async with renewed(tls), door as rosbridge_url:
            ready = listening.ready_file(settings.ready_file, url=url, rosbridge_url=rosbridge_url)
            server = Server(config, farewell=gateway.app, while_up=ready)
            stop_on_signals(server)
            await server.serve(sockets=[tune_listener(listener)])
    finally:
        gateway.fleet.stop()


def _keep_time(settings: GatewaySettings, transport: Setting) -> None:
    """An acknowledgement has 10 ms to pass through two threads of this process."""
    wanted = RealtimeSettings(
        wanted=settings.realtime, priority=settings.rt_priority, cpus=(), lock_memory=False
    )
    for setting in (transport, *prepare_carrier(wanted)):
        refused = setting.verdict is Verdict.REFUSED
        _log.log(logging.WARNING if refused else logging.INFO, "%s: %s", setting.name, setting)


def _announce(settings: GatewaySettings, url: str) -> None:
    robots = ", ".join(robot.robot_id for robot in settings.robots)
    _log.info("serving %s at %s", robots, url)
    if not is_loopback(settings.host) and settings.tls.certificate is None:
        _log.warning(
            "plain HTTP on %s: whoever can listen on that network sees API keys and commands",
            settings.host,
        )


if __name__ == "__main__":
    sys.exit(main())

"""The two floors under a command's round trip: a bare WebSocket echo, and a bare rclpy round trip.

    python test/performance/floors.py --seconds 20

Each between two processes of this machine, at 100 Hz, with the libraries and the settings that the
suite uses. ``floors.py socket-echo`` and ``floors.py ros-echo`` are the far sides, and ``floors.py
twist-echo COUNT`` one for a peer (``peer.py``).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import subprocess
import sys
import threading
import time

import uvloop
import websockets
from lean_socket import connect
from quantiles import in_words

_RATE_HZ = 100.0
_WARM_UP = 100


def measure(seconds: float) -> dict[str, list[float]]:
    """Round trips in s: ``socket`` and ``ros``."""
    os.environ["ROS_DOMAIN_ID"] = str(random.randint(1, 100))
    with subprocess.Popen([sys.executable, __file__, "socket-echo"], stdout=subprocess.PIPE) as far:
        assert far.stdout is not None
        port = int(far.stdout.readline())
        socket = uvloop.run(_socket_trips(port, seconds))
        far.kill()
    with subprocess.Popen([sys.executable, __file__, "ros-echo"]) as far:
        ros = _ros_trips(seconds)
        far.kill()
    return {"socket": socket[_WARM_UP:], "ros": ros[_WARM_UP:]}


async def _socket_trips(port: int, seconds: float) -> list[float]:
    trips: list[float] = []
    sent = 0.0
    socket = await connect(f"ws://127.0.0.1:{port}")
    socket.listen(lambda _: trips.append(time.monotonic() - sent))
    for _ in range(int(seconds * _RATE_HZ)):
        sent = time.monotonic()
        socket.put(b"x" * 71)
        await asyncio.sleep(1.0 / _RATE_HZ)
    await socket.close()
    return trips


async def _socket_echo() -> None:
    async def echo(socket: websockets.ServerConnection) -> None:
        async for message in socket:
            await socket.send(message)

    async with websockets.serve(echo, "127.0.0.1", 0, compression=None) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await server.serve_forever()


def ros_node(name: str):  # type: ignore[no-untyped-def]
    from lanyard_node_support.interpreter import shorten_switch_interval
    from lanyard_node_support.run import init_ros, make_executor
    from lanyard_node_support.transport import choose_transport

    choose_transport()
    init_ros([])
    import rclpy

    node = rclpy.create_node(name)
    executor = make_executor()
    executor.add_node(node)
    shorten_switch_interval()
    return node, executor


def _ros_trips(seconds: float) -> list[float]:
    from lanyard_msgs.msg import CommandAck, MotionCommand

    from lanyard_node_support import qos

    node, executor = ros_node("floor_near")
    trips: list[float] = []
    sent: dict[int, float] = {}

    def heard(ack: CommandAck) -> None:
        trips.append(time.monotonic() - sent.pop(ack.seq))

    commands = node.create_publisher(MotionCommand, "floor/command", qos.COMMAND)
    node.create_subscription(CommandAck, "floor/ack", heard, qos.ACK_IN)
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            executor.spin_once(timeout_sec=0.1)

    thread = threading.Thread(target=spin)
    thread.start()
    while not commands.get_subscription_count():
        time.sleep(0.05)
    for seq in range(int(seconds * _RATE_HZ)):
        sent[seq] = time.monotonic()
        commands.publish(MotionCommand(seq=seq))
        time.sleep(1.0 / _RATE_HZ)
    stop.set()
    thread.join()
    node.destroy_node()
    return trips


def _ros_echo() -> None:
    from lanyard_msgs.msg import CommandAck, MotionCommand

    from lanyard_node_support import qos

    node, executor = ros_node("floor_far")
    acks = node.create_publisher(CommandAck, "floor/ack", qos.ACK)
    node.create_subscription(
        MotionCommand,
        "floor/command",
        lambda command: acks.publish(CommandAck(seq=command.seq)),
        qos.COMMAND_IN,
    )
    while True:
        executor.spin_once(timeout_sec=0.1)


def _twist_echo(count: int) -> None:
    from geometry_msgs.msg import TwistStamped

    node, executor = ros_node("twist_echo")
    for number in range(count):
        back = node.create_publisher(TwistStamped, f"/peer_out{number}", 10)
        node.create_subscription(
            TwistStamped, f"/peer_in{number}", back.publish, 10, raw=True
        )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            executor.spin_once(timeout_sec=0.1)


if __name__ == "__main__":
    if sys.argv[1:] == ["socket-echo"]:
        uvloop.run(_socket_echo())
    elif sys.argv[1:] == ["ros-echo"]:
        _ros_echo()
    elif sys.argv[1:2] == ["twist-echo"]:
        _twist_echo(int(sys.argv[2]))
    else:
        given = sys.argv[2] if sys.argv[1:2] == ["--seconds"] else "20"
        for kind, found in measure(float(given)).items():
            print(f"{kind:7} ms p50 / p99 / p99.9 / max: {in_words(found, scale=1e3)}")

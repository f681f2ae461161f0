"""Clients that send nonsense or too much, or come all at once: nobody else notices."""

import contextlib
import random
import socket
import time

import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Int32, String
from websockets.exceptions import ConnectionClosed


def handshake(server):
    """A WebSocket without a library, which reads when the test does."""
    host, port = server.url.removeprefix("ws://").split(":")
    opened = socket.create_connection((host, int(port)))
    opened.sendall(
        (
            f"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {server.keys['panel']}\r\n\r\n"
        ).encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += opened.recv(1)
    assert b" 101 " in head
    return opened


def masked(text):
    """A client's text frame of up to 125 bytes, masked with zeros."""
    data = text.encode()
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data


def test_nonsense_is_answered_and_ends_nothing(client):
    chance = random.Random(7)
    samples = ['{"op":"publish","topic":"/x","msg":', "[]", '{"op":"subscribe","topic":5}']
    for _ in range(100):
        client.socket.send(chance.choice(samples))
        client.socket.send(chance.randbytes(chance.randrange(60)))
    for _ in range(200):
        assert client.hear()["op"] == "status"
    assert client.call("/rosapi/get_time")["result"] is True


def test_a_frame_that_is_too_large_ends_its_own_connection_only(server, client):
    with server.connect() as other:
        with contextlib.suppress(ConnectionClosed):
            other.send("x" * (2 * 1024 * 1024))
        with pytest.raises(ConnectionClosed, match="1009"):
            other.recv(timeout=10.0)
    assert client.call("/rosapi/get_time")["result"] is True


def test_a_bomb_of_fragments_is_refused(client):
    for number in range(3):
        client.say(op="fragment", id="bomb", num=number, total=1000, data="x" * 500_000)
    assert "bytes wait" in client.hear()["msg"]
    assert client.call("/rosapi/get_time")["result"] is True


def test_one_that_never_reads_is_let_go_and_costs_nobody_a_message(
    server, client, peer, eventually
):
    publisher = peer.node.create_publisher(String, "/large", 10)
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    counts = []
    counter = peer.node.create_subscription(Int32, "/client_count", counts.append, latched)
    stuck = handshake(server)
    wanted = '{"op":"subscribe","topic":"/large","type":"std_msgs/String"}'
    stuck.sendall(masked(wanted))
    client.socket.send(wanted)
    eventually(publisher.get_subscription_count)
    eventually(lambda: counts and counts[-1].data >= 2)
    most, before, sent = counts[-1].data, server.memory_bytes(), 0
    deadline = time.monotonic() + 30.0
    while counts[-1].data >= most:
        assert time.monotonic() < deadline, "it was not let go"
        publisher.publish(String(data=f"{sent:06d}" + "x" * 300_000))
        assert client.hear()["msg"]["data"].startswith(f"{sent:06d}")
        sent += 1
    assert server.memory_bytes() - before < 16 * 1024 * 1024
    assert sent > 3
    stuck.close()
    peer.node.destroy_subscription(counter)
    peer.node.destroy_publisher(publisher)


def test_two_hundred_clients_at_once_get_their_message(server, peer, eventually):
    publisher = peer.node.create_publisher(String, "/many", 10)
    sockets = [handshake(server) for _ in range(200)]
    for each in sockets:
        each.sendall(masked('{"op":"subscribe","topic":"/many","type":"std_msgs/String"}'))
    eventually(publisher.get_subscription_count)
    for each in sockets:
        each.settimeout(0.2)
    waiting = set(sockets)
    deadline = time.monotonic() + 60.0
    while waiting and time.monotonic() < deadline:
        publisher.publish(String(data="hello"))
        for each in tuple(waiting):
            try:
                if b"hello" in each.recv(4096):
                    waiting.discard(each)
            except TimeoutError:
                break
    assert not waiting
    for each in sockets:
        each.close()
    peer.node.destroy_publisher(publisher)

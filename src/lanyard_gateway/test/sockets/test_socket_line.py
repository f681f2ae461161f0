"""What a connection may hold: little, until something large is to be sent."""

import socket
from types import SimpleNamespace

import pytest

from lanyard_gateway.web.serve import tune_listener
from lanyard_gateway.web.socket_line import SEND_BUFFER_BYTES, Line


class Transport:
    """A transport of a real socket, which notes what is written."""

    def __init__(self, kept):
        self.kept, self.written = kept, []
        self.write = self.written.append

    def get_extra_info(self, name):
        return {"socket": self.kept}[name]

    def is_closing(self):
        return False


@pytest.fixture
def kept():
    with tune_listener(socket.socket()) as made:
        yield made


def held_by(kept):
    return kept.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)


def line_on(transport):
    return Line(SimpleNamespace(transport=transport, close_sent=False, disconnected=False))


def test_small_frames_leave_a_slow_client_little_to_fall_behind_with(kept):
    before = held_by(kept)
    transport = Transport(kept)
    line_on(transport).send_packed(bytes(SEND_BUFFER_BYTES))
    assert held_by(kept) == before
    assert len(transport.written) == 1


def test_a_large_frame_need_not_go_in_small_pieces_that_each_wait_for_the_client(kept):
    transport = Transport(kept)
    line = line_on(transport)
    before = held_by(kept)
    line.send_packed(bytes(150_000))
    grown = held_by(kept)
    assert grown >= 150_000 > before
    line.send_packed(bytes(100_000))
    assert held_by(kept) == grown


def test_a_transport_without_a_socket_sends_all_the_same():
    transport = Transport(None)
    line_on(transport).send_packed(bytes(150_000))
    assert len(transport.written) == 1

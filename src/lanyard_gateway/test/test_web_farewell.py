import asyncio

import pytest

from lanyard_gateway.web import farewell as farewell_module
from lanyard_gateway.web.farewell import Farewell, on_farewell

ACCEPT = {"type": "websocket.accept"}


class Server:
    """The server's side of one socket: what the application sent, and when it may end."""

    def __init__(self):
        self.sent = []
        self.accepted = asyncio.Event()
        self.end = asyncio.Event()

    async def app(self, scope, receive, send):
        if scope["type"] == "websocket":
            await send(ACCEPT)
            self.accepted.set()
            await self.end.wait()
        await send({"type": "websocket.send", "text": "last"})

    async def send(self, message):
        self.sent.append(message)


async def open_socket(farewell, server):
    serving = asyncio.ensure_future(farewell({"type": "websocket"}, None, server.send))
    await server.accepted.wait()
    return serving


async def test_an_open_socket_is_closed_as_going_away_and_sends_nothing_more():
    server = Server()
    farewell = Farewell(server.app)
    serving = await open_socket(farewell, server)
    await farewell.say()
    server.end.set()
    await serving
    assert server.sent == [
        ACCEPT,
        {"type": "websocket.close", "code": 1001, "reason": "going_away"},
    ]


async def test_a_socket_that_ended_before_is_left_alone():
    server = Server()
    farewell = Farewell(server.app)
    serving = await open_socket(farewell, server)
    server.end.set()
    await serving
    await farewell.say()
    assert [message["type"] for message in server.sent] == ["websocket.accept", "websocket.send"]


async def test_a_client_that_went_first_does_not_keep_the_others_from_being_told():
    class Gone(Server):
        async def send(self, message):
            if message["type"] == "websocket.close":
                raise OSError("disconnected")

    gone, there = Gone(), Server()
    farewell = Farewell(lambda scope, receive, send: scope["server"].app(scope, receive, send))
    for server in (gone, there):
        scope = {"type": "websocket", "server": server}
        server.serving = asyncio.ensure_future(farewell(scope, None, server.send))
        await server.accepted.wait()
    await farewell.say()
    for server in (gone, there):
        server.end.set()
        await server.serving
    assert there.sent[-1]["code"] == 1001


async def test_requests_are_passed_through():
    server = Server()
    await Farewell(server.app)({"type": "http"}, None, server.send)
    assert server.sent == [{"type": "websocket.send", "text": "last"}]


async def test_a_client_that_does_not_read_holds_nobody_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(farewell_module, "TELL_TIMEOUT_S", 0.01)
    server = Server()

    async def stalled(message):
        server.sent.append(message)
        if message["type"] == "websocket.close":
            await asyncio.Event().wait()

    farewell = Farewell(server.app)
    serving = asyncio.ensure_future(farewell({"type": "websocket"}, None, stalled))
    await server.accepted.wait()
    await asyncio.wait_for(farewell.say(), 5.0)
    server.end.set()
    await serving


async def test_a_stream_is_ended_as_going_away_unless_it_is_over():
    ended = []

    async def app(scope, receive, send):
        on_farewell(scope, ended.append)
        forget = on_farewell(scope, lambda code: ended.append("the stream that is over"))
        forget()

    farewell = Farewell(app)
    await farewell({"type": "http"}, None, None)
    await farewell.say()
    assert ended == [1001]


def test_without_a_farewell_a_stream_needs_none():
    on_farewell({"type": "http"}, print)()

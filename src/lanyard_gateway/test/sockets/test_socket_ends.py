"""What a connection held is free when it ends, whether or not the garbage collector looks."""

import asyncio
import contextlib
import gc
import socket
import weakref

import pytest
import uvicorn
from fastapi import FastAPI, WebSocket
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from lanyard_gateway.web.http_connection import HttpProtocol
from lanyard_gateway.web.serve import server_config, tune_listener
from lanyard_gateway.web.settings import WebSettings
from lanyard_gateway.web.socket_line import SocketProtocol, line_of

app = FastAPI()


@app.websocket("/")
async def hear(websocket: WebSocket):
    line = line_of(websocket)
    await websocket.accept()
    line.on_clear = line.on_answer = lambda: line.is_over
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await websocket.receive_bytes()


@app.websocket("/nobody")
async def refuse(websocket: WebSocket):
    await websocket.close()


@pytest.fixture
async def url(eventually):
    """A server of that application."""
    listener = tune_listener(socket.socket())
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(app, WebSettings(port=0)))
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    await eventually(lambda: server.started)
    yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await serving
    listener.close()


@pytest.fixture
def held():
    """How many connections of this test are held in memory; the collector is off meanwhile."""
    gc.collect()
    gc.disable()
    kinds = (SocketProtocol, HttpProtocol)

    def every():
        return [each for each in gc.get_objects() if issubclass(type(each), kinds)]

    earlier = weakref.WeakSet(every())
    yield lambda: sum(each not in earlier for each in every())
    gc.enable()


async def close(client):
    await client.close()


async def drop(client):
    client.transport.abort()


async def send_what_is_no_frame(client):
    client.transport.write(b"\xff" * 64)
    await client.wait_closed()


async def send_too_much(client):
    await client.send(b"x" * (256 * 1024))
    await client.wait_closed()


async def leave_a_message_half_sent(client):
    client.transport.write(b"\x02\xfe\x10\x00\0\0\0\0" + b"x" * 2048)
    client.transport.abort()


@pytest.mark.parametrize(
    "leave", [close, drop, send_what_is_no_frame, send_too_much, leave_a_message_half_sent]
)
async def test_nothing_of_a_socket_waits_for_the_collector(url, eventually, held, leave):
    async with connect(url, proxy=None) as client:
        assert held() == 1, "of the upgrade nothing is kept but the socket"
        await leave(client)
    await eventually(lambda: held() == 0)


async def test_nothing_of_a_refused_socket_does(url, eventually, held):
    with pytest.raises(InvalidStatus):
        await connect(f"{url}/nobody", proxy=None)
    await eventually(lambda: held() == 0)

"""The WebSocket endpoint: whoever may not come in is told why, before the upgrade."""

import json
from types import SimpleNamespace

import pytest

from lanyard_core.access.keys import ID_BYTES, SECRET_BYTES, KeyRing, make_key
from lanyard_core.access.policy_document import read_policy
from lanyard_gateway.web.app import create_door_app
from lanyard_gateway.web.context import DoorContext
from lanyard_gateway.web.settings import WebSettings
from lanyard_rosbridge.serve.socket import PATH, rosbridge_router

POLICY = {
    "version": 1,
    "roles": {"panel": {"scopes": ["rosbridge"]}, "stranger": {"scopes": ["robots:read"]}},
}


class Audit:
    """Keeps what is written into it."""

    is_healthy = True

    def __init__(self):
        self.records = []
        self.append = self.records.append


@pytest.fixture
def keys():
    return {
        role: make_key(
            id_entropy=bytes([number] * ID_BYTES),
            secret_entropy=bytes([number] * SECRET_BYTES),
            role=role,
            name=role,
            now_unix_s=0.0,
        )
        for number, role in enumerate(POLICY["roles"])
    }


@pytest.fixture
def audit():
    return Audit()


@pytest.fixture
def door(keys, audit):
    """A door with room for no client at all."""
    ring = KeyRing((key.record for key in keys.values()), policy=read_policy(POLICY))
    context = DoorContext(robots={}, keyring=ring, settings=WebSettings(), audit=audit)
    full = SimpleNamespace(clients=0, settings=SimpleNamespace(max_clients=0))
    return create_door_app(context, rosbridge_router(full))


async def knock(door, headers):
    """Ask for a socket; the status and the body of the answer."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "scheme": "ws",
        "root_path": "",
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    await door(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], json.loads(body)


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [
        (None, 401, "unauthenticated"),
        ("stranger", 403, "forbidden"),
        ("panel", 503, "queue_full"),
    ],
)
async def test_whoever_may_not_come_in_is_told_why(door, keys, audit, role, status, code):
    headers = [(b"authorization", f"Bearer {keys[role].text}".encode())] if role else []
    answered, body = await knock(door, headers)
    assert (answered, body["code"]) == (status, code)
    told = [record for record in audit.records if record["event"] == "socket.open"]
    assert [(each["endpoint"], each["status"]) for each in told] == [(PATH, status)]

"""Tickets of pages, and pages of other sites, on a real server."""

from __future__ import annotations

import json

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from lanyard_core.access.scopes import Role

PANEL = "https://panel.example.org"  # the one origin that is allowed
COMMAND = "/ws/command/arm-001"
JSON = "lanyard.command.v1+json"
OTHER_SITES = [
    "https://evil.example.org",
    "https://panel.example.org.evil.example",
    "https://evil-panel.example.org",
    "https://sub.panel.example.org",
    "https://example.org",
    "http://panel.example.org",
    "https://panel.example.org:8443",
    "https://panel.example.org:443",
    "https://panel.example.org/",
    "https://panel.example.org/page",
    "https://panel.example.org.",
    "https://PANEL.example.org",
    "HTTPS://panel.example.org",
    "https://user@panel.example.org",
    "https://panel.example.org@evil.example",
    "https://panel.example.org, https://evil.example",
    "https://panel.example.org https://evil.example",
    "//panel.example.org",
    "panel.example.org",
    "wss://panel.example.org",
    "file://",
    "null",
    "*",
    "https://xn--pnel-5na.example.org",
]


async def ticket(gateway, role=Role.OPERATOR, **wish) -> httpx.Response:
    wish = wish or {"purpose": "command", "robot_id": "arm-001"}
    async with httpx.AsyncClient(
        base_url=gateway.http_url, headers=gateway.headers(role)
    ) as client:
        return await client.post("/api/v1/ws-tickets", json=wish)


async def status(gateway, path=COMMAND, *, origin: str | None = PANEL, **more) -> tuple[int, str]:
    """The status and the problem's code with which a socket is answered."""
    headers = more.pop("headers", {}) | ({"Origin": origin} if origin is not None else {})
    try:
        socket = await gateway.connect(path, headers=headers, **more)
    except InvalidStatus as refusal:
        return refusal.response.status_code, json.loads(refusal.response.body)["code"]
    assert socket.subprotocol in ("lanyard.command.v1+json", "lanyard.events.v1+json")
    await socket.close()
    return 101, ""


async def test_a_page_opens_its_socket_with_a_ticket_once(gateway):
    offered = [JSON, (await ticket(gateway)).json()["subprotocol"]]
    assert await status(gateway, role=None, subprotocols=offered) == (101, "")
    assert await status(gateway, role=None, subprotocols=offered) == (401, "ticket_used")


async def test_a_ticket_is_for_one_channel_and_one_robot(gateway, other_robot):
    for path, protocol in (
        ("/ws/command/amr-002", JSON),
        ("/ws/telemetry/arm-001", "lanyard.telemetry.v1+json"),
        ("/ws/events", "lanyard.events.v1+json"),
    ):
        offered = [protocol, (await ticket(gateway)).json()["subprotocol"]]
        answer = await status(gateway, path, role=None, subprotocols=offered)
        assert answer == (403, "wrong_ticket")


async def test_a_ticket_for_events_is_about_no_robot(gateway):
    offered = ["lanyard.events.v1+json", (await ticket(gateway, purpose="events")).json()]
    offered[1] = offered[1]["subprotocol"]
    assert await status(gateway, "/ws/events", role=None, subprotocols=offered) == (101, "")
    for wrong in ({"purpose": "events", "robot_id": "arm-001"}, {"purpose": "command"}):
        assert (await ticket(gateway, **wrong)).status_code == 422


async def test_nobody_gets_a_ticket_for_what_he_may_not_do(gateway):
    assert (await ticket(gateway, Role.INTEGRATOR)).status_code == 403
    assert (await ticket(gateway, Role.VIEWER)).status_code == 403
    unknown = await ticket(gateway, purpose="command", robot_id="nobody")
    assert unknown.status_code == 404
    assert (await ticket(gateway, role=None)).status_code == 401


async def test_a_ticket_of_a_key_that_was_revoked_is_worth_nothing(gateway):
    offered = [JSON, (await ticket(gateway)).json()["subprotocol"]]
    gateway.keyring.replace([])
    answer = await status(gateway, role=None, subprotocols=offered)
    assert answer == (401, "unauthenticated")


@pytest.mark.parametrize("origin", OTHER_SITES)
async def test_a_page_of_another_site_is_refused_before_the_upgrade(gateway, origin):
    answer = await status(gateway, origin=origin, subprotocols=[JSON])
    assert answer == (403, "origin_not_allowed")


@pytest.mark.parametrize("origin", OTHER_SITES[:3])
async def test_not_even_with_a_ticket(gateway, origin):
    offered = [JSON, (await ticket(gateway)).json()["subprotocol"]]
    answer = await status(gateway, origin=origin, role=None, subprotocols=offered)
    assert answer == (403, "origin_not_allowed")


async def test_two_origins_are_refused_even_if_one_is_good(gateway):
    headers = [("Origin", PANEL), ("Origin", PANEL), *gateway.headers(Role.OPERATOR).items()]
    with pytest.raises(InvalidStatus) as refusal:
        await gateway.connect_with(COMMAND, headers, [JSON])
    problem = json.loads(refusal.value.response.body)
    assert (refusal.value.response.status_code, problem["code"]) == (400, "bad_request")
    assert refusal.value.response.headers["content-type"] == "application/problem+json"


async def test_without_an_origin_neither_a_ticket_nor_a_cookie_is_taken(gateway):
    offered = [JSON, (await ticket(gateway)).json()["subprotocol"]]
    answer = await status(gateway, origin=None, role=None, subprotocols=offered)
    assert answer == (403, "origin_not_allowed")
    cookie = {"Cookie": "session=1"}
    answer = await status(gateway, origin=None, headers=cookie, subprotocols=[JSON])
    assert answer == (403, "origin_not_allowed")


async def test_a_program_needs_no_origin(gateway):
    assert await status(gateway, origin=None, subprotocols=[JSON]) == (101, "")
    bearer = f"lanyard.bearer.{gateway.keys[Role.OPERATOR].text}"
    answer = await status(gateway, origin=None, role=None, subprotocols=[JSON, bearer])
    assert answer == (101, "")


@pytest.mark.parametrize("name", ["ticket", "access_token", "token", "key"])
async def test_nothing_is_taken_from_the_url(gateway, name):
    made = (await ticket(gateway)).json()["ticket"]
    answer = await status(gateway, f"{COMMAND}?{name}={made}", role=None, subprotocols=[JSON])
    assert answer == (401, "unauthenticated")


async def test_two_credentials_are_refused(gateway):
    offered = [JSON, (await ticket(gateway)).json()["subprotocol"]]
    assert (await status(gateway, subprotocols=offered))[0] == 401

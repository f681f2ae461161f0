"""Who is let in, and who is not; the same for requests and sockets."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from lanyard_core.access.scopes import Role
from lanyard_core.faults import Unauthenticated
from lanyard_gateway.web.auth import identify
from lanyard_gateway.web.credentials import offered_protocols

TASKS = "/api/v1/tasks"


def socket(app, *protocols: str, headers: tuple = (), query: bytes = b"") -> HTTPConnection:
    return HTTPConnection(
        {
            "type": "websocket", "path": "/ws/command/arm-001", "app": app, "query_string": query,
            "headers": list(headers), "subprotocols": list(protocols),
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Authorization": "Bearer nope"},
        {"Authorization": "Bearer lyd_aaaaaaaaaa_" + "A" * 43},
    ],
)
async def test_without_a_known_key_the_answer_is_401_and_says_how(house, headers):
    answer = await house.call("GET", TASKS, role=None, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_two_authorization_headers_are_refused(house):
    good = ("Authorization", house.headers()["Authorization"])
    answer = await house.client.get(TASKS, headers=[good, good])
    assert answer.status_code == 401


async def test_the_scheme_may_be_spelled_in_any_case(house):
    key = house.keys[Role.VIEWER].text
    answer = await house.call("GET", TASKS, role=None, headers={"Authorization": f"bearer {key}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["access_token", "token", "ticket", "api_key"])
async def test_a_key_in_the_url_is_never_taken(house, name):
    key = house.keys[Role.ADMIN].text
    answer = await house.call("GET", f"{TASKS}?{name}={key}", role=None)
    assert answer.status_code == 401


async def test_a_role_without_the_scope_is_403_and_says_which_is_missing(house, order):
    answer = await house.call("POST", TASKS, json=order, role=Role.VIEWER)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "tasks:write" in answer.json()["detail"]


async def test_a_stranger_learns_nothing_from_a_bad_body(house):
    answer = await house.call(
        "POST", TASKS, content=b"{", role=None, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 401


async def test_a_revoked_key_stops_working(house):
    assert (await house.call("GET", TASKS)).status_code == 200
    house.context.keyring.replace([])
    assert (await house.call("GET", TASKS)).status_code == 401


async def test_a_key_never_appears_in_an_answer_or_a_log(house, order, caplog):
    caplog.set_level("DEBUG")
    secret = house.keys[Role.OPERATOR].text
    for method, path in (("GET", TASKS), ("POST", TASKS), ("GET", "/api/v1/whoami")):
        answer = await house.call(method, path, json=order if method == "POST" else None)
        assert secret not in answer.text + str(answer.headers)
    assert secret not in caplog.text


async def test_a_socket_may_offer_its_key_as_a_subprotocol(house):
    key = house.keys[Role.OPERATOR]
    offer = socket(house.app, "lanyard.command.v1+json", f"lanyard.bearer.{key.text}")
    assert identify(offer).key_id == key.record.key_id
    assert offered_protocols(offer) == ["lanyard.command.v1+json"]


async def test_a_socket_may_send_its_key_in_the_header(house):
    key = house.keys[Role.OPERATOR].text
    header = (b"authorization", f"Bearer {key}".encode())
    assert identify(socket(house.app, headers=(header,))).role == Role.OPERATOR


async def test_a_socket_without_a_key_or_with_one_in_its_url_is_refused(house):
    key = house.keys[Role.OPERATOR].text
    for refused in (
        socket(house.app),
        socket(house.app, "lanyard.bearer."),
        socket(house.app, "lanyard.bearer.nope"),
        socket(house.app, query=f"access_token={key}".encode()),
    ):
        with pytest.raises(Unauthenticated):
            identify(refused)


async def test_a_request_cannot_use_the_way_of_sockets(house):
    key = house.keys[Role.OPERATOR].text
    headers = {"Sec-WebSocket-Protocol": f"lanyard.bearer.{key}"}
    answer = await house.call("GET", TASKS, role=None, headers=headers)
    assert answer.status_code == 401

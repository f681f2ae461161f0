"""Every error is one problem document, with the right status and nothing about our inside."""

from __future__ import annotations

import json
import logging

import pytest
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocket

from lanyard_core import faults
from lanyard_core.faults import BadInput
from lanyard_gateway.web.problems import (
    STATUS_OF_CLASS,
    STATUS_OF_CODE,
    deny,
    fault_of_http_exception,
    status_of,
)
from lanyard_gateway.web.routing import parse_strict_json

TASKS = "/api/v1/tasks"


def all_faults(cls: type = faults.LanyardFault) -> list[type]:
    return [cls] + [sub for each in cls.__subclasses__() for sub in all_faults(each)]


@pytest.mark.parametrize("fault", all_faults())
def test_every_class_of_fault_has_its_row(fault):
    assert fault in STATUS_OF_CLASS


def test_a_code_may_be_more_exact_than_its_class():
    assert status_of(faults.BadInput("x")) == 400
    assert status_of(faults.BadInput("x", code="too_large")) == 413
    assert all(400 <= status < 600 for status in STATUS_OF_CODE.values())


def is_problem(answer, status: int, code: str) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"].endswith(f"/errors/{code}")
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["x-request-id"]
    assert isinstance(body["retryable"], bool)
    return body


@pytest.mark.parametrize("path", ["/nope", "/api/v1/nope", "/api/v2/tasks", TASKS + "/", "/robots"])
async def test_an_unknown_path_is_404(house, path):
    is_problem(await house.call("GET", path), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), [("PUT", TASKS), ("POST", "/healthz")])
async def test_a_wrong_method_is_405_and_lists_the_right_ones(house, method, path):
    answer = await house.call(method, path)
    is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"nope",
        b'{"a": 1} {}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        b"\xff\xfe{}",
        b'{"a": "\xc3\x28"}',
        b"[" * 2000,
        b'{"a":' * 20 + b"1" + b"}" * 20,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
async def test_a_body_that_is_not_json_is_400(house, body):
    answer = await house.call(
        "POST", TASKS, content=body, headers={"Content-Type": "application/json"}
    )
    if body == b"":
        is_problem(answer, 422, "validation_failed")
    else:
        is_problem(answer, 400, "malformed_json")


@pytest.mark.parametrize("body", [b"[]", b"7", b'"text"', b"null"])
async def test_json_that_is_no_object_is_422(house, body):
    answer = await house.call(
        "POST", TASKS, content=body, headers={"Content-Type": "application/json"}
    )
    is_problem(answer, 422, "validation_failed")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_of_another_kind_is_415(house, kind):
    answer = await house.call("POST", TASKS, content=b"{}", headers={"Content-Type": kind})
    body = is_problem(answer, 415, "unsupported_media_type")
    assert "application/json" in body["detail"]


async def test_the_json_type_may_name_its_charset(house, order):
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = await house.call("POST", TASKS, content=json.dumps(order), headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize(("size", "status"), [(0, 201), (1, 413)])
async def test_a_body_beyond_the_limit_is_413(house, web_settings, order, size, status):
    text = json.dumps(order)
    text += " " * (web_settings.max_task_body_bytes + size - len(text))
    headers = {"Content-Type": "application/json"}
    answer = await house.call("POST", TASKS, content=text, headers=headers)
    assert answer.status_code == status
    if status == 413:
        is_problem(answer, 413, "too_large")


async def test_an_input_value_is_not_repeated_in_the_answer(house, order):
    answer = await house.call("POST", TASKS, json=order | {"robot_id": ["s3cret"]})
    is_problem(answer, 422, "validation_failed")
    assert "s3cret" not in answer.text


async def test_a_surprise_is_500_and_tells_nothing(house, monkeypatch, caplog):
    async def surprise(task_id: str) -> None:
        raise RuntimeError("s3cret at /home/robot/lanyard.py")

    monkeypatch.setattr(house.context.tasks, "get", surprise)
    answer = await house.call("GET", f"{TASKS}/t-1")
    body = is_problem(answer, 500, "internal")
    assert body["detail"] == "something went wrong inside the gateway"
    assert "s3cret" not in answer.text
    assert "Traceback" not in answer.text
    [record] = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert body["request_id"] in record.getMessage()
    assert "s3cret" in str(record.exc_info)


async def test_a_store_that_fails_is_503_with_retry_after(house, monkeypatch, order):
    async def fails(*args: object, **kwargs: object) -> None:
        raise faults.Unavailable("the task store cannot be used", code="store_unavailable")

    monkeypatch.setattr(house.store, "add", fails)
    answer = await house.call("POST", TASKS, json=order)
    is_problem(answer, 503, "store_unavailable")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_request_id_of_ours_is_a_version_7_uuid(house):
    answer = await house.call("GET", "/healthz", role=None)
    assert answer.headers["x-request-id"][14] == "7"


@pytest.mark.parametrize(
    ("given", "kept"), [("order-4711.a:b", True), ("a b", False), ("x" * 129, False)]
)
async def test_a_usable_request_id_is_kept(house, given, kept):
    answer = await house.call("GET", "/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["x-request-id"] == given) is kept


async def test_every_answer_has_the_safety_headers(house):
    for path in ("/healthz", "/nope", TASKS):
        answer = await house.call("GET", path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


class Peer:
    """The other end of a socket's connection: keeps what it is sent."""

    def __init__(self, app, *, can_deny: bool = True) -> None:
        self.sent: list[dict] = []
        extensions = {"websocket.http.response": {}} if can_deny else {}
        scope = {
            "type": "websocket", "path": "/ws", "headers": [], "app": app,
            "extensions": extensions, "subprotocols": [],
        }  # fmt: skip
        self.socket = WebSocket(scope, self._receive, self._send)

    async def _receive(self) -> dict:
        return {"type": "websocket.connect"}

    async def _send(self, message: dict) -> None:
        self.sent.append(message)


FORBIDDEN = faults.Forbidden("not for you", code="robot_not_allowed")


async def test_a_socket_that_is_refused_before_its_upgrade_gets_the_problem_document(house):
    peer = Peer(house.app)
    assert await deny(peer.socket, FORBIDDEN) is None
    start, body = peer.sent
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 403)
    assert json.loads(body["body"])["code"] == "robot_not_allowed"


async def test_a_server_that_cannot_answer_a_socket_closes_it(house):
    peer = Peer(house.app, can_deny=False)
    await deny(peer.socket, FORBIDDEN)
    [close] = peer.sent
    assert (close["type"], close["code"], close["reason"]) == (
        "websocket.close", 4403, "robot_not_allowed",
    )  # fmt: skip


async def test_a_socket_that_is_open_is_closed_with_the_code_as_reason(house):
    peer = Peer(house.app)
    await peer.socket.accept()
    await deny(peer.socket, faults.RosTimeout("late"))
    assert (peer.sent[-1]["code"], peer.sent[-1]["reason"]) == (1011, "ros_timeout")
    await deny(peer.socket, FORBIDDEN)
    assert len(peer.sent) == 2, "it is closed once"


def test_what_the_framework_raises_becomes_a_fault_of_ours():
    assert fault_of_http_exception(HTTPException(500, "inside")).code == "internal"
    assert fault_of_http_exception(HTTPException(422, "odd")).code == "validation_failed"
    assert fault_of_http_exception(HTTPException(418, "tea")).code == "bad_request"


@pytest.mark.parametrize("nest", [('{"a":', "1", "}"), ("[", "1", "]"), ("[", "", "]")])
def test_a_body_may_be_nested_eight_deep_and_no_deeper(nest):
    begin, inside, end = nest
    parse_strict_json((begin * 8 + (inside or "") + end * 8).encode())
    with pytest.raises(BadInput) as refused:
        parse_strict_json((begin * 9 + (inside or "") + end * 9).encode())
    assert refused.value.code == "malformed_json"

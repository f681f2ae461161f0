"""Requests and answers, with a gateway that says what the test wants."""

import json

import httpx
import pytest

from lanyard_client import AsyncClient, RequestFailed, Unreachable

KEY = "lyd_aaaaaaaaaa_" + "s" * 43
TASK = {"task_id": "t-1", "status": "queued", "position": 3, "estimated_start": None}


class Gateway:
    """Answers each request with the next answer, and keeps the requests."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, content=content)

    def client(self):
        return AsyncClient("http://robot:8080/", api_key=KEY, transport=httpx.MockTransport(self))


async def test_a_task_is_submitted_with_the_key_and_the_seeds_body():
    gateway = Gateway((201, TASK))
    async with gateway.client() as client:
        task = await client.submit_task("move_to", robot_id="arm-001", parameters={"x_m": 1.0})
    (request,) = gateway.requests
    assert str(request.url) == "http://robot:8080/api/v1/tasks"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert "idempotency-key" not in request.headers
    assert json.loads(request.content) == {
        "task_type": "move_to",
        "robot_id": "arm-001",
        "parameters": {"x_m": 1.0},
        "priority": 1,
    }
    assert (task.task_id, task.status, task.position, task.ended) == ("t-1", "queued", 3, False)
    assert task.raw == TASK


async def test_an_idempotency_key_is_passed_on():
    gateway = Gateway((200, TASK))
    async with gateway.client() as client:
        await client.submit_task("move_to", robot_id="r", parameters={}, idempotency_key="once")
    assert gateway.requests[0].headers["idempotency-key"] == "once"


async def test_waiting_for_a_task_ends_when_it_has():
    running = TASK | {"status": "running", "progress": 0.5}
    failed = TASK | {"status": "failed", "error": {"code": "stuck", "message": "it is stuck"}}
    gateway = Gateway((200, running), (200, running), (200, failed))
    async with gateway.client() as client:
        task = await client.wait_for_task("t-1", timeout_s=10)
    assert (task.status, task.error, task.ended) == ("failed", "stuck: it is stuck", True)


async def test_a_watched_task_comes_each_time_it_has_changed():
    half = TASK | {"status": "running", "progress": 0.5}
    done = TASK | {"status": "succeeded", "progress": 1.0}
    gateway = Gateway((200, TASK), (200, half), (200, half), (200, half), (200, done))
    async with gateway.client() as client:
        seen = [(task.status, task.progress) async for task in client.watch_task("t-1")]
    assert seen == [("queued", None), ("running", 0.5), ("succeeded", 1.0)]


async def test_a_watch_outlasts_a_gateway_that_is_gone_for_a_moment(monkeypatch):
    monkeypatch.setattr("lanyard_core.backoff.STEPS_S", (0.01, 0.02, 0.04, 0.08))
    gone, failing = httpx.ConnectError("refused"), (503, {"code": "shutting_down"})
    gateway = Gateway((200, TASK), gone, failing, gone, (200, TASK | {"status": "canceled"}))
    async with gateway.client() as client:
        seen = [task.status async for task in client.watch_task("t-1")]
    assert seen == ["queued", "canceled"]


async def test_a_watch_ends_when_asking_again_cannot_help():
    gateway = Gateway((200, TASK), (401, {"code": "token_expired"}))
    async with gateway.client() as client:
        with pytest.raises(RequestFailed, match="token_expired"):
            [task async for task in client.watch_task("t-1")]


async def test_tasks_are_listed_page_by_page_up_to_the_limit():
    def page(*names, cursor):
        return 200, {"items": [TASK | {"task_id": name} for name in names], "next_cursor": cursor}

    gateway = Gateway(page("t-1", "t-2", cursor="c2"), page("t-3", cursor=None))
    async with gateway.client() as client:
        tasks = await client.list_tasks(robot_id="arm-001", status="queued", limit=9)
    assert [task.task_id for task in tasks] == ["t-1", "t-2", "t-3"]
    assert [dict(request.url.params) for request in gateway.requests] == [
        {"robot_id": "arm-001", "status": "queued", "limit": "9"},
        {"robot_id": "arm-001", "status": "queued", "limit": "7", "cursor": "c2"},
    ]


async def test_robots_and_task_types_are_listed():
    robot = {"robot_id": "r", "online": True, "safety_state": "ready", "queued_tasks": 2}
    kind = {"task_type": "move_to", "title": "Move", "description": "Moves."}
    gateway = Gateway((200, {"items": [robot]}), (200, {"items": [kind]}))
    async with gateway.client() as client:
        (listed,) = await client.robots()
        (known,) = await client.task_types()
    assert (listed.robot_id, listed.online, listed.queued_tasks) == ("r", True, 2)
    assert (known.name, known.title) == ("move_to", "Move")


async def test_a_gateway_that_is_not_ready_says_which_part_is_not():
    checks = {"ros": "ok", "db": "the task store does not answer"}
    async with Gateway((503, {"ready": False, "checks": checks})).client() as client:
        readiness = await client.readiness()
    assert (readiness.ready, readiness.checks) == (False, checks)


async def test_a_key_says_what_it_may_do():
    raw = {"key_id": "abc", "role": "viewer", "scopes": ["robots:read"]}
    async with Gateway((200, raw)).client() as client:
        who = await client.whoami()
    assert (who.role, who.scopes) == ("viewer", {"robots:read"})


async def test_waiting_for_a_task_can_take_too_long():
    gateway = Gateway(*[(200, TASK)] * 3)
    async with gateway.client() as client:
        with pytest.raises(TimeoutError, match="t-1 has not ended"):
            await client.wait_for_task("t-1", timeout_s=0.05)


async def test_a_task_is_cancelled():
    gateway = Gateway((202, {"task_id": "t-1", "status": "canceling"}))
    async with gateway.client() as client:
        outcome = await client.cancel_task("t-1", reason="not needed")
    assert outcome.status == "canceling"
    assert gateway.requests[0].method == "DELETE"
    assert gateway.requests[0].url.params["reason"] == "not needed"


@pytest.mark.parametrize(("word", "status"), [("pause", "running"), ("resume", "queued")])
async def test_a_task_is_paused_and_resumed(word, status):
    gateway = Gateway((202, TASK | {"status": status}))
    async with gateway.client() as client:
        task = await (client.pause_task if word == "pause" else client.resume_task)("t-1")
    assert (task.task_id, task.status) == ("t-1", status)
    assert gateway.requests[0].method == "POST"
    assert gateway.requests[0].url.path.endswith(f"/tasks/t-1/{word}")


async def test_a_robots_status_is_told():
    raw = {
        "robot_id": "arm-001",
        "online": True,
        "safety": {"state": "ready", "reason": None},
        "battery": {"percent": 81.5},
        "current_task": {"task_id": "t-1"},
    }
    async with Gateway((200, raw)).client() as client:
        status = await client.robot_status("arm-001")
    assert (status.online, status.safety_state, status.reason) == (True, "ready", "")
    assert (status.battery_percent, status.current_task_id) == (81.5, "t-1")


async def test_what_a_robot_does_not_know_is_none():
    async with Gateway((200, {"robot_id": "r", "battery": None})).client() as client:
        status = await client.robot_status("r")
    assert (status.online, status.battery_percent, status.current_task_id) == (False, None, None)


@pytest.mark.parametrize(("method", "path"), [("stop", "stop"), ("reset", "reset")])
async def test_a_robot_is_stopped_and_reset(method, path):
    gateway = Gateway((200, {"robot_id": "r", "safety_state": "safe_stop", "confirmed": True}))
    async with gateway.client() as client:
        outcome = await getattr(client, method)("r")
    assert (outcome.safety_state, outcome.confirmed) == ("safe_stop", True)
    assert gateway.requests[0].url.path == f"/api/v1/robots/r/{path}"


async def test_an_id_cannot_leave_its_place_in_the_path():
    gateway = Gateway((200, TASK))
    async with gateway.client() as client:
        await client.get_task("../robots/r")
    assert gateway.requests[0].url.raw_path == b"/api/v1/tasks/..%2Frobots%2Fr"


async def test_a_problem_becomes_an_exception_that_a_person_understands():
    problem = {
        "code": "validation_failed",
        "detail": "wrong or missing: priority",
        "errors": [{"field": "priority", "message": "must be at most 9"}],
        "request_id": "r-7",
        "retryable": False,
    }
    async with Gateway((422, problem)).client() as client:
        with pytest.raises(RequestFailed) as caught:
            await client.get_task("t-1")
    error = caught.value
    assert (error.status, error.code, error.retryable) == (422, "validation_failed", False)
    assert str(error) == (
        "validation_failed: wrong or missing: priority [priority: must be at most 9] (request r-7)"
    )


async def test_an_error_without_a_problem_document_is_told_all_the_same():
    async with Gateway((502, b"<html>bad gateway</html>")).client() as client:
        with pytest.raises(RequestFailed, match="http_502"):
            await client.get_task("t-1")


async def test_a_gateway_that_does_not_answer_is_named():
    async with Gateway(httpx.ConnectError("refused")).client() as client:
        with pytest.raises(Unreachable, match=r"no gateway answers at http://robot:8080: refused"):
            await client.get_task("t-1")


def test_the_key_is_not_shown():
    client = Gateway().client()
    assert KEY not in repr(client.endpoint)

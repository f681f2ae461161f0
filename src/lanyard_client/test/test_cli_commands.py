"""The command line against a gateway that says what the test wants: words, JSON and exit codes."""

import json

import httpx
import pytest

from lanyard_client import AsyncClient
from lanyard_client.cli.main import main
from lanyard_client.cli.settings import Settings

KEY = "lyd_aaaaaaaaaa_" + "s" * 43
TASK = {
    "task_id": "t-1", "status": "queued", "task_type": "move_to", "robot_id": "arm-001",
    "progress": 0.0, "position": 2, "hold_reason": "robot_busy", "phase": None, "error": None,
    "estimated_start": "2026-11-21T13:01:57.108Z",
}  # fmt: skip
ROBOT = {"robot_id": "arm-001", "online": True, "safety_state": "ready", "queued_tasks": 2}
STATUS = {
    "robot_id": "arm-001", "online": True, "safety": {"state": "safe_stop", "reason": "stop"},
    "battery": {"percent": 81.5, "voltage_v": 25.1, "charging": True},
    "pose": {"frame_id": "map", "x_m": 1.0, "y_m": 2.0, "qz": 0.7071, "qw": 0.7071},
    "twist": {"linear": {"x": 0.1}, "angular": {"z": 0.0}},
    "link": {"command_session": "key:me"}, "current_task": None,
    "errors": [{"code": "HOT", "level": "warning", "message": "hot", "hint": "let it rest"}],
    "joints": [{"name": "joint_1", "position_rad": 0.5, "temperature_c": None}],
}  # fmt: skip


class Gateway:
    """Answers by method and path; keeps the requests."""

    def __init__(self):
        self.answers = {
            "GET /robots": [(200, {"items": [ROBOT]})],
            "GET /readyz": [(200, {"ready": True, "checks": {"controller": "offline: b"}})],
            "GET /version": [(200, {"version": "1.2.3"})],
        }
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        path = request.url.path.removeprefix("/api/v1")
        answers = self.answers[f"{request.method} {path}"]
        status, body = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(body, Exception):
            raise body
        return httpx.Response(status, json=body)

    def answer(self, what, *answers):
        self.answers[what] = list(answers)

    @property
    def sent(self):
        return json.loads(self.requests[-1].content)


@pytest.fixture
def gateway(monkeypatch, tmp_path):
    gateway = Gateway()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("LANYARD_KEY", KEY)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(
        Settings,
        "client",
        lambda s: AsyncClient(s.url, api_key=s.key, transport=httpx.MockTransport(gateway)),
    )
    return gateway


@pytest.fixture
def lanyard(gateway, capsys):
    """Runs a command; its exit code, what it printed, and its complaints."""

    def run(*arguments):
        code = main(arguments)
        printed = capsys.readouterr()
        assert KEY not in printed.out + printed.err
        return code, printed.out, printed.err

    return run


def words(text):
    return [line.split() for line in text.splitlines()]


def test_robots_are_shown_in_a_table(lanyard):
    code, out, _ = lanyard("status")
    assert code == 0
    assert "gateway 1.2.3 at http://127.0.0.1:8080, ready (controller: offline: b)" in out
    assert ["arm-001", "ready", "-", "2"] in words(out)


def test_a_robot_is_shown_with_all_that_is_known(lanyard, gateway):
    gateway.answer("GET /robots/arm-001/status", (200, STATUS))
    code, out, _ = lanyard("status", "arm-001")
    assert code == 0
    for told in (
        "safe stop  stop", "key:me", "82 %, 25.1 V, charging", "x 1.00 m, y 2.00 m, heading 90°",
        "HOT (warning): hot (let it rest)", "joint_1 at 0.50 rad, -",
    ):  # fmt: skip
        assert told in out


def test_a_robot_of_which_nothing_is_known_is_shown_too(lanyard, gateway):
    gateway.answer("GET /robots/b/status", (200, {"robot_id": "b", "safety": {"state": "unknown"}}))
    code, out, _ = lanyard("status", "b")
    assert code == 0
    assert "unknown  offline: what was heard last" in out


@pytest.mark.parametrize(
    ("arguments", "what", "body"),
    [
        (("status",), "GET /robots", {"items": [ROBOT]}),
        (("status", "arm-001"), "GET /robots/arm-001/status", STATUS),
        (("task", "list"), "GET /tasks", {"items": [TASK]}),
        (("task", "types"), "GET /task-types", {"items": [{"task_type": "wait"}]}),
        (("task", "submit", "wait"), "POST /tasks", TASK),
        (("task", "cancel", "t-1"), "DELETE /tasks/t-1", {"task_id": "t-1", "status": "canceled"}),
        (("task", "pause", "t-1"), "POST /tasks/t-1/pause", TASK),
        (("task", "resume", "t-1"), "POST /tasks/t-1/resume", TASK),
    ],
)
def test_as_json_a_command_prints_what_the_gateway_answered_in_one_line(
    lanyard, gateway, arguments, what, body
):
    gateway.answer(what, (200, body))
    code, out, _ = lanyard(*arguments, "--json")
    assert code == 0
    assert out.count("\n") == 1
    assert json.loads(out) == body


def test_a_task_is_submitted_for_the_only_robot_with_parameters_of_every_kind(lanyard, gateway):
    gateway.answer("POST /tasks", (201, TASK))
    code, out, _ = lanyard(
        "task", "submit", "move_to", "-p", "x_m=1.5", "-p", "label=box", "-p", "fast=true",
        "--parameters", '{"x_m": 0, "y_m": 2}', "--priority", "7", "--idempotency-key", "once",
    )  # fmt: skip
    assert code == 0
    assert out == ("t-1 queued, position 2, starts about 13:01:57 UTC, waits: robot busy\n")
    assert gateway.sent == {
        "task_type": "move_to", "robot_id": "arm-001", "priority": 7,
        "parameters": {"x_m": 1.5, "y_m": 2, "label": "box", "fast": True},
    }  # fmt: skip
    assert gateway.requests[-1].headers["idempotency-key"] == "once"


def test_parameters_may_stand_in_a_file(lanyard, gateway, tmp_path):
    (tmp_path / "p.json").write_text('{"x_m": 3}')
    gateway.answer("POST /tasks", (201, TASK))
    lanyard("task", "submit", "move_to", "--parameters", f"@{tmp_path}/p.json")
    assert gateway.sent["parameters"] == {"x_m": 3}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-p", "x"), "write name=value"),
        (("--parameters", "[1]"), "must be a JSON object"),
        (("--parameters", "{"), "--parameters"),
        (("--parameters", "@/nowhere"), "/nowhere"),
    ],
)
def test_parameters_that_cannot_be_read_are_a_matter_of_usage(lanyard, gateway, arguments, told):
    code, _, err = lanyard("task", "submit", "move_to", *arguments)
    assert code == 2
    assert told in err
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("last", "code", "told"),
    [
        ({"status": "succeeded", "progress": 1.0}, 0, "t-1 succeeded"),
        (
            {"status": "failed", "error": {"code": "stuck", "message": "it is stuck"}},
            1,
            "stuck: it",
        ),
        ({"status": "canceled"}, 1, "t-1 canceled"),
    ],
)
def test_following_a_task_ends_with_it_and_says_how(lanyard, gateway, last, code, told):
    running = TASK | {"status": "running", "phase": "drive", "progress": 0.4, "hold_reason": None}
    gateway.answer("GET /tasks/t-1", (200, TASK), (200, running), (200, running | last))
    got, out, _ = lanyard("task", "watch", "t-1")
    assert got == code
    assert out.splitlines()[:2] == ["t-1 queued: robot busy", "t-1 running drive 40%"]
    assert told in out.splitlines()[2]


def test_a_task_may_be_followed_from_its_submission(lanyard, gateway):
    gateway.answer("POST /tasks", (201, TASK))
    gateway.answer("GET /tasks/t-1", (200, TASK | {"status": "succeeded"}))
    code, out, _ = lanyard("task", "submit", "wait", "--watch", "--json")
    assert (code, json.loads(out)["status"]) == (0, "succeeded")


def test_tasks_are_listed_with_what_they_do_or_wait_for(lanyard, gateway):
    failed = TASK | {"status": "failed", "error": {"code": "stuck", "message": "it is stuck"}}
    gateway.answer("GET /tasks", (200, {"items": [TASK, failed], "next_cursor": None}))
    code, out, _ = lanyard("task", "list", "--status", "queued", "-r", "arm-001", "--limit", "5")
    assert code == 0
    assert ["t-1", "move_to", "arm-001", "queued", "-", "robot", "busy"] in words(out)
    assert "stuck: it is stuck" in out
    assert dict(gateway.requests[-1].url.params) == {
        "status": "queued", "robot_id": "arm-001", "limit": "5",
    }  # fmt: skip


def test_the_parameters_of_a_task_type_are_listed_the_optional_ones_in_brackets(lanyard, gateway):
    schema = {"properties": {"x_m": {}, "speed": {}}, "required": ["x_m"]}
    kind = {"task_type": "move_to", "title": "Move", "parameters_schema": schema}
    gateway.answer("GET /task-types", (200, {"items": [kind]}))
    _, out, _ = lanyard("task", "types")
    assert ["move_to", "x_m", "[speed]", "Move"] in words(out)


@pytest.mark.parametrize(("confirmed", "code"), [(True, 0), (False, 1)])
@pytest.mark.parametrize("command", ["stop", "reset"])
def test_a_stop_that_the_robot_has_not_confirmed_is_no_success(
    lanyard, gateway, command, confirmed, code
):
    body = {"robot_id": "arm-001", "safety_state": "safe_stop", "confirmed": confirmed}
    gateway.answer(f"POST /robots/arm-001/{command}", (200, body))
    got, out, _ = lanyard(command)
    assert got == code
    assert "safe stop" in out
    assert ("not confirmed" in out) is not confirmed


@pytest.mark.parametrize("robots", [[], [ROBOT, ROBOT | {"robot_id": "amr-002"}]])
def test_where_there_is_not_one_robot_it_has_to_be_named(lanyard, gateway, monkeypatch, robots):
    gateway.answer("GET /robots", (200, {"items": robots}))
    code, _, err = lanyard("stop")
    assert code == 2
    assert "say which robot" in err
    monkeypatch.setenv("LANYARD_ROBOT", "amr-002")
    gateway.answer("POST /robots/amr-002/stop", (200, {"confirmed": True}))
    assert lanyard("stop")[0] == 0


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        ((401, {"code": "unauthenticated", "detail": "not known"}), 4, "unauthenticated: not"),
        ((200, httpx.ConnectError("refused")), 3, "no gateway answers at http://127.0.0.1:8080"),
        ((503, {"code": "shutting_down", "detail": "\x1b[2Jbye"}), 4, "shutting_down:  [2Jbye"),
    ],
)
def test_what_goes_wrong_is_one_line_and_an_exit_code(lanyard, gateway, answer, code, told):
    gateway.answer("GET /robots", answer)
    got, out, err = lanyard("status")
    assert (got, out) == (code, "")
    assert err.startswith("lanyard: ")
    assert told in err
    assert err.count("\n") == 1


def test_without_a_key_nothing_is_asked(lanyard, gateway, monkeypatch):
    monkeypatch.delenv("LANYARD_KEY")
    code, _, err = lanyard("status")
    assert (code, gateway.requests) == (2, [])
    assert "no API key" in err


def test_a_command_that_is_not_there_is_a_matter_of_usage(lanyard):
    assert lanyard("fly")[0] == 2


def test_a_live_table_wants_a_terminal(lanyard):
    code, _, err = lanyard("watch")
    assert code == 2
    assert "--json" in err


def test_driving_wants_a_terminal(lanyard, gateway):
    code, _, err = lanyard("drive")
    assert (code, gateway.requests) == (2, [])
    assert "terminal" in err


def test_without_its_libraries_the_command_line_says_what_to_install(capsys, monkeypatch):
    def import_app(*_):
        raise ModuleNotFoundError("No module named 'typer'", name="typer")

    monkeypatch.setitem(__import__("sys").modules, "lanyard_client.cli.app", None)
    monkeypatch.setattr("builtins.__import__", import_app)
    assert main(["status"]) == 2
    monkeypatch.undo()
    assert "pip install 'lanyard_client[cli]'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_pausing_a_task_tells_how_it_is_now(lanyard, gateway, command):
    gateway.answer(f"POST /tasks/t-1/{command}", (202, TASK | {"status": "running"}))
    code, out, _ = lanyard("task", command, "t-1")
    assert (code, out.split()) == (0, ["t-1", "running"])


def test_a_task_that_cannot_be_paused_says_why(lanyard, gateway):
    why = "task t-1 is in phase 'insertion', which cannot be paused"
    problem = {"code": "task_not_pausable", "detail": why}
    gateway.answer("POST /tasks/t-1/pause", (409, problem))
    code, _, err = lanyard("task", "pause", "t-1")
    assert code != 0
    assert why in " ".join(err.split())

"""How far the start has come."""

import http.server
import json
import threading

import pytest

from lanyard_runner.readiness import look


class Handler(http.server.BaseHTTPRequestHandler):
    status, body = 200, b""

    def do_GET(self):
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def gateway(tmp_path):
    """A stand-in for the gateway; called with a status and a body, gives its ready file."""
    servers = []

    def serve(status, body=b""):
        handler = type("Answer", (Handler,), {"status": status, "body": body})
        server = http.server.HTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        file = tmp_path / "gateway.json"
        file.write_text(json.dumps({"url": f"http://127.0.0.1:{server.server_port}", "pid": 1}))
        return file

    yield serve
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("text", [None, "", "{", "{}"])
def test_without_a_whole_ready_file_the_gateway_does_not_listen_yet(tmp_path, text):
    file = tmp_path / "gateway.json"
    if text is not None:
        file.write_text(text)
    state = look(file)
    assert (state.url, state.waiting_for) == (None, "the gateway to listen")


def test_it_is_up_when_readyz_answers_200(gateway):
    state = look(gateway(200))
    assert state.waiting_for == ""
    assert state.url.startswith("http://127.0.0.1:")


def test_checks_that_fail_are_what_it_waits_for(gateway):
    body = json.dumps({"checks": {"ros": "ok", "db": "no answer", "queue": "full"}}).encode()
    assert look(gateway(503, body)).waiting_for == "db (no answer), queue (full)"


def test_a_gateway_that_is_ready_without_its_robot_is_not_enough(gateway):
    body = json.dumps({"checks": {"ros": "ok", "controller": "offline: arm-001"}}).encode()
    assert look(gateway(200, body)).waiting_for == "controller (offline: arm-001)"


def test_an_answer_without_checks_still_means_not_ready(gateway):
    assert look(gateway(503, b"no")).waiting_for == "the gateway's checks"


def test_a_gateway_that_does_not_answer_is_waited_for(tmp_path):
    file = tmp_path / "gateway.json"
    file.write_text('{"url": "http://127.0.0.1:1"}')
    assert look(file).waiting_for == "the gateway to answer"

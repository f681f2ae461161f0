import json
import os
import socket

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_gateway.listening import bind, check_writable, own_origins, ready_file, url_of


def test_port_0_takes_a_free_port_and_the_url_tells_which():
    with bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert port > 0
        assert url_of(listener) == f"http://127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port), timeout=5.0):
            pass


def test_a_busy_port_is_named_with_a_way_out():
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadConfiguration) as caught:
            bind("127.0.0.1", port)
    (problem,) = caught.value.problems
    assert f"{port} on 127.0.0.1 is in use" in problem
    assert "-p port:=" in problem


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine_cannot_be_listened_on(host):
    with pytest.raises(BadConfiguration, match="no address of this machine"):
        bind(host, 0)


def test_the_ready_file_is_there_while_serving_and_gone_afterwards(tmp_path):
    path = tmp_path / "ready.json"
    told = {"url": "http://127.0.0.1:1", "rosbridge_url": "ws://127.0.0.1:2"}
    with ready_file(path, **told):
        assert json.loads(path.read_text()) == {**told, "pid": os.getpid()}
        assert list(tmp_path.iterdir()) == [path]
    assert list(tmp_path.iterdir()) == []


def test_a_ready_file_in_a_folder_that_is_not_there_is_refused(tmp_path):
    check_writable(None)
    check_writable(tmp_path / "ready.json")
    with pytest.raises(BadConfiguration, match="make it first"):
        check_writable(tmp_path / "nowhere" / "ready.json")


def test_the_pages_that_the_gateway_serves_may_open_its_sockets():
    with bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert own_origins(listener) == (
            f"http://127.0.0.1:{port}",
            f"http://localhost:{port}",
            f"http://[::1]:{port}",
        )


def test_an_address_that_is_not_loopback_is_its_only_own_origin():
    with bind("0.0.0.0", 0) as listener:
        assert own_origins(listener) == (url_of(listener),)

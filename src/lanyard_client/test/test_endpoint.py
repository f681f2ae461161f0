"""Where a gateway is, and what is refused before anything is sent."""

import pytest

from lanyard_client.endpoint import endpoint
from lanyard_client.errors import BadSettings


@pytest.mark.parametrize(
    ("url", "socket_url"),
    [
        ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/ws/x"),
        ("https://robot.example/", "wss://robot.example/ws/x"),
        (" http://robot:80/behind/a/proxy/ ", "ws://robot:80/behind/a/proxy/ws/x"),
        ("http://http.example", "ws://http.example/ws/x"),
    ],
)
def test_a_socket_is_where_the_requests_go(url, socket_url):
    assert endpoint(url, api_key="k").socket_url("/ws/x") == socket_url


@pytest.mark.parametrize(
    "url", ["", "robot:8080", "ws://robot", "http://", "ftp://robot", "http://robot?key=1"]
)
def test_what_is_no_url_of_a_gateway_is_refused(url):
    with pytest.raises(BadSettings, match="no gateway's URL"):
        endpoint(url, api_key="k")


@pytest.mark.parametrize("key", ["", "secret\n", "secret\r\nX-Admin: 1", "se cret", "sécret"])
def test_a_key_that_would_spoil_a_header_is_refused_and_not_shown(key):
    with pytest.raises(BadSettings) as caught:
        endpoint("http://robot", api_key=key)
    assert "cret" not in str(caught.value)

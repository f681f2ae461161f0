"""The server's settings that sockets and safety depend on."""

import socket

from lanyard_gateway.web.serve import server_config, tune_listener
from lanyard_gateway.web.settings import WebSettings


async def app(scope, receive, send): ...


def test_messages_are_small_and_nothing_is_compressed():
    config = server_config(app, WebSettings())
    assert config.ws_max_size == 64 * 1024
    assert config.ws_per_message_deflate is False


def test_forwarded_headers_are_not_believed_and_the_server_says_nothing_of_itself():
    config = server_config(app, WebSettings())
    assert (config.proxy_headers, config.server_header) == (False, False)


def test_the_address_is_that_of_the_settings():
    config = server_config(app, WebSettings(host="127.0.0.2", port=0))
    assert (config.host, config.port) == ("127.0.0.2", 0)


def test_what_waits_for_a_slow_client_is_bounded():
    with tune_listener(socket.socket()) as listener:
        assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 128 * 1024

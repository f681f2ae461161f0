"""The ready configurations of Caddy and nginx, each with the real program before a real gateway."""

from __future__ import annotations

import asyncio
import datetime
import os
import shutil
import socket
import ssl
import string
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from lanyard_core.access.scopes import Role
from lanyard_gateway.doors import certificates

CONFIG = Path(__file__).resolve().parents[4] / "config/proxy"
NOW = datetime.datetime.now(datetime.timezone.utc)
DEADLINE_S = 15.0


def program(name: str) -> str | None:
    """A program of the environment or the system; sbin is not on everybody's path."""
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", ""), "/usr/sbin"]
    return shutil.which(name, path=os.pathsep.join(places))


def programs() -> list[str]:
    """The proxies that can be tried. In CI both must be: a test without them fails."""
    return [name for name in ("caddy", "nginx") if program(name) or os.environ.get("CI")]


@pytest.fixture
def web_settings(web_settings):
    origin = ("https://panel.example.org",)
    return replace(web_settings, trusted_proxies=("127.0.0.1",), allowed_origins=origin)


@pytest.fixture
def trust(tmp_path) -> ssl.SSLContext:
    signer, _ = certificates.authority(tmp_path, now=NOW)
    certificates.issue_server(signer, tmp_path, ["localhost", "127.0.0.1"], days=1, now=NOW)
    return ssl.create_default_context(cafile=tmp_path / "ca.pem")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(name: str, folder: Path, port: int, gateway_port: int) -> tuple[list[str], dict]:
    env = {
        "LANYARD_SITE": f"localhost:{port}",
        "LANYARD_LISTEN": str(port),
        "LANYARD_CERT": str(folder / "localhost.pem"),
        "LANYARD_KEY": str(folder / "localhost.key"),
        "LANYARD_GATEWAY": f"127.0.0.1:{gateway_port}",
    }
    found = program(name)
    assert found, f"{name} is not installed; `make setup` brings it"
    if name == "caddy":
        env |= {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        config = str(CONFIG / "Caddyfile")
        return [found, "run", "--adapter", "caddyfile", "--config", config], env
    template = string.Template((CONFIG / "nginx.conf.template").read_text(encoding="utf-8"))
    made = template.safe_substitute(env)
    temporary = "".join(
        f"    {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(made.replace("http {\n", "http {\n" + temporary, 1))
    options = f"daemon off; pid {folder}/nginx.pid;"
    return [found, "-e", "stderr", "-p", str(folder), "-c", "nginx.conf", "-g", options], env


@pytest.fixture(params=programs())
async def proxy(request, gateway, trust, tmp_path):
    """A proxy that is up; gives its port."""
    port = free_port()
    arguments, env = command(request.param, tmp_path, port, int(gateway.url.rpartition(":")[2]))
    with (tmp_path / "proxy.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *arguments, env={**os.environ, **env}, stdout=log, stderr=log
        )
    deadline = asyncio.get_running_loop().time() + DEADLINE_S
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except OSError:
            told = (tmp_path / "proxy.log").read_text()
            assert process.returncode is None, told
            assert asyncio.get_running_loop().time() < deadline, told
            await asyncio.sleep(0.05)
    writer.close()
    yield port
    process.terminate()
    await asyncio.wait_for(process.wait(), DEADLINE_S)


async def test_a_request_gets_through_and_hsts_is_told(proxy, trust, gateway):
    async with httpx.AsyncClient(verify=trust, headers=gateway.headers(Role.VIEWER)) as client:
        answer = await client.get(f"https://localhost:{proxy}/api/v1/robots/arm-001/status")
        unknown = await client.get(f"https://localhost:{proxy}/nowhere")
    assert answer.status_code == 200
    hsts = answer.headers.get_list("strict-transport-security")
    assert hsts == ["max-age=31536000; includeSubDomains"]
    assert unknown.headers["content-type"] == "application/problem+json"
    assert "caddy" not in answer.headers.get("server", "").lower()
    assert answer.headers.get("server", "nginx") == "nginx"  # without a version


async def test_tls_1_2_is_refused(proxy, trust):
    trust.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        await asyncio.open_connection("localhost", proxy, ssl=trust)


async def test_a_robot_is_driven_through_it(proxy, trust, gateway):
    async with connect(
        f"wss://localhost:{proxy}/ws/command/arm-001", ssl=trust,
        additional_headers=gateway.headers(Role.OPERATOR), subprotocols=["lanyard.command.v1+json"],
    ) as line:  # fmt: skip
        assert line.subprotocol == "lanyard.command.v1+json"
        assert '"hello"' in await asyncio.wait_for(line.recv(), DEADLINE_S)


async def test_a_refused_upgrade_comes_through_with_its_reason(proxy, trust, gateway):
    with pytest.raises(InvalidStatus) as refusal:
        await connect(
            f"wss://localhost:{proxy}/ws/command/arm-001", ssl=trust,
            additional_headers={**gateway.headers(Role.OPERATOR), "Origin": "https://evil.example"},
            subprotocols=["lanyard.command.v1+json"],
        )  # fmt: skip
    assert refusal.value.response.status_code == 403
    assert b"origin_not_allowed" in refusal.value.response.body


async def test_the_gateway_knows_who_stands_behind_it_and_believes_no_claim(
    proxy, trust, gateway, entries
):
    claim = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    async with httpx.AsyncClient(verify=trust) as client:
        await client.get(f"https://localhost:{proxy}/healthz", headers=claim)
    assert entries[-1]["ip"] == "127.0.0.1"
    assert entries[-1]["path"] == "/healthz"


async def test_an_event_stream_is_not_held_back(proxy, trust, gateway):
    headers = gateway.headers(Role.VIEWER) | {"Accept": "text/event-stream"}
    url = f"https://localhost:{proxy}/api/v1/robots/arm-001/telemetry"
    async with (
        httpx.AsyncClient(verify=trust, headers=headers) as client,
        client.stream("GET", url) as answer,
    ):
        lines = answer.aiter_lines()
        first = await asyncio.wait_for(lines.__anext__(), DEADLINE_S)
    assert first


class _List(list):
    """An audit log in memory."""

    is_healthy = True


@pytest.fixture
def entries() -> list:
    return _List()


@pytest.fixture
def audit(entries):
    return entries

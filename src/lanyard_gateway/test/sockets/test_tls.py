"""TLS on a real server: 1.3 only, HSTS, renewed certificates, clients that show one."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import connect

from lanyard_core.access.scopes import Role
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.doors import certificates
from lanyard_gateway.doors.tls import Tls, TlsFiles, renewed, server_context
from lanyard_gateway.web.serve import server_config

NOW = datetime.datetime.now(datetime.timezone.utc)
DEADLINE_S = 10.0


@pytest.fixture
def signer(tmp_path) -> certificates.Authority:
    return certificates.authority(tmp_path, now=NOW)[0]


@pytest.fixture
def files(tmp_path, signer) -> TlsFiles:
    pair = certificates.issue_server(signer, tmp_path, ["localhost", "127.0.0.1"], days=1, now=NOW)
    return TlsFiles(pair.certificate, pair.key)


@pytest.fixture
def trust(tmp_path, signer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=tmp_path / "ca.pem")


@contextlib.asynccontextmanager
async def serving(app, settings, files: TlsFiles) -> AsyncIterator[int]:
    """The application over TLS; gives the port."""
    tls = Tls(server_context(files), files)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(app, settings, tls=tls.context))
    async with renewed(tls, period_s=0.05):
        task = asyncio.ensure_future(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.005)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await asyncio.wait_for(task, DEADLINE_S)
            listener.close()


@pytest.fixture
async def port(gateway, web_settings, files):
    app = gateway.app
    async with serving(app, replace(web_settings), files) as port:
        yield port


async def shown(port: int, trust: ssl.SSLContext) -> int:
    """The serial number of the certificate that is shown."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return certificates.x509.load_der_x509_certificate(der).serial_number


async def test_requests_and_sockets_go_over_tls_and_hsts_is_told(port, trust, gateway):
    url = f"https://localhost:{port}"
    async with httpx.AsyncClient(verify=trust, headers=gateway.headers(Role.VIEWER)) as client:
        answer = await client.get(f"{url}/api/v1/robots/arm-001/status")
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    async with connect(
        f"wss://localhost:{port}/ws/command/arm-001", ssl=trust,
        additional_headers=gateway.headers(Role.OPERATOR), subprotocols=["lanyard.command.v1+json"],
    ) as line:  # fmt: skip
        assert '"hello"' in await asyncio.wait_for(line.recv(), DEADLINE_S)


async def test_plain_http_is_not_told_hsts(gateway):
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{gateway.http_url}/healthz")
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_tls_1_3_is_spoken_and_nothing_older(port, trust, version):
    trust.maximum_version = version
    opening = asyncio.open_connection("localhost", port, ssl=trust)
    if version is ssl.TLSVersion.TLSv1_3:
        _, writer = await opening
        assert writer.get_extra_info("ssl_object").version() == "TLSv1.3"
        writer.close()
    else:
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            await opening


async def test_plain_http_to_the_tls_port_gets_nothing(port):
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.TransportError):
            await client.get(f"http://localhost:{port}/healthz")


async def test_a_renewed_certificate_is_shown_without_a_restart(
    port, trust, signer, tmp_path, files, eventually, gateway
):
    before = await shown(port, trust)
    async with connect(
        f"wss://localhost:{port}/ws/telemetry/arm-001", ssl=trust,
        additional_headers=gateway.headers(Role.VIEWER), subprotocols=["lanyard.telemetry.v1+json"],
    ) as line:  # fmt: skip
        again = ["localhost", "127.0.0.1"]
        certificates.issue_server(signer, tmp_path, again, days=2, now=NOW)
        deadline = asyncio.get_running_loop().time() + DEADLINE_S
        while (after := await shown(port, trust)) == before:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.05)
        assert after != before
        await line.ping()


async def test_files_that_do_not_fit_change_nothing(port, trust, files, caplog):
    before = await shown(port, trust)
    files.certificate.write_text("this is no certificate")
    deadline = asyncio.get_running_loop().time() + DEADLINE_S
    while "is shown on" not in caplog.text:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)
    assert await shown(port, trust) == before


async def test_with_an_authority_of_clients_only_those_that_it_signed_get_in(
    gateway, web_settings, files, trust, signer, tmp_path
):
    mutual = replace(files, client_ca=tmp_path / "ca.pem")
    stranger = certificates.authority(tmp_path / "other", now=NOW)[0]
    async with serving(gateway.app, web_settings, mutual) as port:
        url = f"https://localhost:{port}/healthz"
        for context, good in (
            (trust, False),
            (_showing(tmp_path, stranger, "stranger"), False),
            (_showing(tmp_path, signer, "wms"), True),
        ):
            async with httpx.AsyncClient(verify=context) as client:
                if good:
                    assert (await client.get(url)).status_code == 200
                else:
                    with pytest.raises(httpx.TransportError):
                        await client.get(url)


def _showing(folder, signer, name) -> ssl.SSLContext:
    pair = certificates.issue_client(signer, folder, name, days=1, now=NOW)
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(pair.certificate, pair.key)
    return context


@pytest.mark.parametrize("missing", ["certificate", "key"])
def test_a_file_that_is_not_there_is_named(files, missing, tmp_path):
    wrong = replace(files, **{missing: tmp_path / "gone.pem"})
    with pytest.raises(BadConfiguration, match=rf"tls\.{missing}: there is no file .*gone\.pem"):
        server_context(wrong)


def test_a_key_of_another_certificate_is_refused(files, tmp_path, signer):
    other = certificates.issue_server(signer, tmp_path, ["other.local"], days=1, now=NOW)
    with pytest.raises(BadConfiguration, match="cannot be used"):
        server_context(replace(files, key=other.key))

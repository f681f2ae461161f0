"""The public keys of issuers outside, over real TLS."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import ssl
from dataclasses import replace

import pytest
from joserfc.jwk import ECKey, KeySet

from lanyard_core.access.issuers import Issuer
from lanyard_core.access.keys import KeyRing
from lanyard_gateway.doors.certificates import authority, issue_server
from lanyard_gateway.doors.issuer_fetch import MAX_BYTES
from lanyard_gateway.doors.issuer_keys import IssuerKeys

IDP = "https://idp.example.org/plant"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
KEYS = json.dumps(KeySet([KEY]).as_dict(private=False))


class Provider:
    """A server with a certificate of the test's own authority; ``answer`` is all it says."""

    url = ""
    asked = 0

    def __init__(self) -> None:
        self.answer = said(200, KEYS)

    async def serve(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            writer.write(self.answer)
            await writer.drain()
        writer.close()


def said(status, body="", *headers):
    lines = [f"HTTP/1.1 {status} Said", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "connection: close", "", body]).encode()


@pytest.fixture
async def provider(tmp_path, monkeypatch):
    now = datetime.datetime.now(datetime.timezone.utc)
    signer, _ = authority(tmp_path, now=now)
    pair = issue_server(signer, tmp_path, ["127.0.0.1"], days=1.0, now=now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    made = Provider()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context)
    async with server:
        made.url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
        yield made


@pytest.fixture
def issuer(provider):
    return Issuer(IDP, provider.url, "ES256", "lanyard", {"clerk": "integrator"}, tenant=None)


@pytest.fixture
def keys(issuer, monkeypatch):
    monkeypatch.setattr("lanyard_gateway.doors.issuer_keys.AGAIN_S", 0.0)
    ring = KeyRing()
    ring.adopt(replace(ring.policy, issuers={IDP: issuer}))
    return IssuerKeys(ring)


def kids(keys, issuer):
    return [key.kid for key in keys.find(issuer, "one").keys]


async def test_keys_are_read_over_https(provider, issuer, keys):
    assert kids(keys, issuer) == []
    await keys.read_all()
    assert (kids(keys, issuer), provider.asked) == (["one"], 1)


async def test_keys_from_somebody_whose_certificate_nobody_vouches_for_are_not_taken(
    provider, issuer, keys, monkeypatch, caplog
):
    monkeypatch.delenv("SSL_CERT_FILE")
    await keys.read_all()
    assert kids(keys, issuer) == []
    assert provider.asked == 0
    assert "certificate verify failed" in caplog.text.lower()


@pytest.mark.parametrize(
    "answer",
    [
        said(302, "", "location: https://127.0.0.1:1/elsewhere"),
        said(503, KEYS),
        said(200, "no keys"),
        said(200, "{}"),
        said(200, json.dumps({"keys": [{"kty": "EC", "crv": "P-256"}]})),
        said(200, KEYS + " " * MAX_BYTES),
    ],
    ids=["redirect", "error", "no JSON", "no key set", "half a key", "too large"],
)
async def test_a_bad_answer_is_told_and_leaves_what_was_known(
    provider, issuer, keys, caplog, answer
):
    await keys.read_all()
    provider.answer = answer
    await keys.read_all()
    assert (kids(keys, issuer), provider.asked) == (["one"], 2)
    assert f"the keys of {IDP} cannot be read" in caplog.text

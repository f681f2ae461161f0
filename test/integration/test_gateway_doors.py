"""The doors of the gateway's real process: no secret in anything that it leaves, TLS, limits."""

import base64
import contextlib
import datetime
import re
import ssl

import httpx
import pytest
import websockets

from lanyard_gateway.doors import certificates

COMMAND = "lanyard.command.v1+json"


def token_of(client, key):
    form = {"grant_type": "client_credentials"}
    coded = base64.b64encode(f"{key.split('_')[1]}:{key}".encode()).decode()
    answer = client.post("/oauth2/token", data=form, headers={"Authorization": f"Basic {coded}"})
    return answer.raise_for_status().json()["access_token"]


async def knock(url, *subprotocols, headers=None):
    """Try to open a command socket; the robot is not there, so that nothing comes of it."""
    with contextlib.suppress(websockets.InvalidStatus):
        await websockets.connect(
            url, subprotocols=[COMMAND, *subprotocols], additional_headers=headers or {}
        )


async def test_no_file_that_a_run_leaves_holds_a_secret(own_stack):
    own_stack.key = own_stack.make_key("admin")
    process = own_stack.start_gateway()
    key, wrong = own_stack.key, f"lyd_{'a' * 10}_{'Wrong' * 8}abc"
    with own_stack.client() as client:
        token = token_of(client, key)
        ticket = client.post("/api/v1/ws-tickets", json={"purpose": "events"}).json()["ticket"]
        secrets = {
            "key": key.split("_", 2)[2],
            "wrong key": wrong.split("_", 2)[2],
            "token": token.split(".")[2],
            "ticket": ticket,
        }
        whole = (key, wrong, token, ticket)
        for text in whole:
            bearer = {"Authorization": f"Bearer {text}"}
            client.get("/api/v1/tasks", headers=bearer)
            client.get(f"/api/v1/tasks?access_token={text}", headers=bearer)
            client.get(f"/api/v1/tasks/{text}")
            client.get(f"/api/v1/robots/{text}/status")
            client.get(f"/{text}")
            client.get("/healthz", headers={"X-Request-ID": text[:128], "User-Agent": text})
            client.post("/api/v1/tasks", content=f'{{"{text}": ', headers=bearer)
    url = f"{own_stack.url.replace('http', 'ws', 1)}/ws/command/arm-001"
    for text in whole:
        await knock(url, f"lanyard.bearer.{text}")
        await knock(url, f"lanyard.ticket.{text}", headers={"Origin": own_stack.url})
        await knock(f"{url}?ticket={text}")
    assert process.stop() == 0
    left = [path for path in own_stack.folder.rglob("*") if path.is_file()]
    assert {"keys.json", "tasks.sqlite3", "gateway.log"} <= {path.name for path in left}
    found = [
        f"{path.name} holds the {name}"
        for path in left
        for name, secret in secrets.items()
        if secret.encode() in path.read_bytes()
    ]
    assert found == []


def test_the_gateway_serves_over_tls_when_it_has_a_certificate(own_stack):
    now = datetime.datetime.now(datetime.timezone.utc)
    signer, _ = certificates.authority(own_stack.folder, now=now)
    pair = certificates.issue_server(signer, own_stack.folder, ["127.0.0.1"], days=1, now=now)
    own_stack.key = own_stack.make_key("viewer")
    process = own_stack.start_gateway(
        f"tls.certificate:={pair.certificate}", f"tls.key:={pair.key}"
    )
    assert own_stack.url.startswith("https://127.0.0.1:")
    trust = ssl.create_default_context(cafile=own_stack.folder / "ca.pem")
    headers = {"Authorization": f"Bearer {own_stack.key}"}
    with httpx.Client(base_url=own_stack.url, headers=headers, verify=trust) as client:
        answer = client.get("/api/v1/whoami")
        metadata = client.get("/.well-known/oauth-authorization-server").json()
    assert answer.status_code == 200
    assert "strict-transport-security" in answer.headers
    assert metadata["issuer"] == own_stack.url
    assert process.stop() == 0


@pytest.mark.parametrize("missing", ["tls.certificate", "tls.key"])
def test_half_a_certificate_is_refused(own_stack, missing, tmp_path):
    own_stack.make_key("viewer")
    other = {"tls.certificate", "tls.key"} - {missing}
    process = own_stack._start("gateway", own_stack.gateway_command(f"{other.pop()}:=/x.pem"))
    assert process.wait() == 2
    assert re.search("a certificate and its key go together", process.text())


def test_more_requests_than_the_policy_says_are_429_and_a_stop_is_not(own_stack):
    own_stack.key = own_stack.make_key("viewer")
    policy = own_stack.folder / "policy.yaml"
    policy.write_text(
        "version: 1\nroles: {viewer: {scopes: [robots:read, stop:trigger], robots: ['**'],"
        " requests_per_s: 2}}\n"
    )
    process = own_stack.start_gateway(f"policy_file:={policy}")
    with own_stack.client() as client:
        answers = [client.get("/api/v1/whoami") for _ in range(30)]
        stopped = client.post("/api/v1/robots/arm-001/stop")
    assert {answer.status_code for answer in answers} == {200, 429}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.headers["retry-after"], refused.headers["ratelimit-limit"]) == ("1", "2")
    assert stopped.status_code != 429
    assert process.stop() == 0

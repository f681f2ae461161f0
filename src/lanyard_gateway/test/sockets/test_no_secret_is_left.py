"""After every kind of credential was shown in every place, none is left anywhere."""

from __future__ import annotations

import contextlib
import logging

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from lanyard_core.access.scopes import Role
from lanyard_gateway.audit.log import AuditLog, LogSettings
from lanyard_gateway.audit.signing import open_signer

PANEL = "https://panel.example.org"
COMMAND = "lanyard.command.v1+json"


@pytest.fixture
def audit(tmp_path):
    """The real log, on a disk."""
    settings = LogSettings(
        folder=tmp_path / "audit", max_file_bytes=1 << 20, max_file_age_s=60.0, keep_files=5,
        head_every_s=1.0, head_every_entries=10, reserve_bytes=4096,
    )  # fmt: skip
    log = AuditLog(settings, open_signer(tmp_path / "key.pem"), ship=lambda _: None)
    log.start()
    yield log
    log.close()


async def knock(gateway, path, *subprotocols, **headers):
    with contextlib.suppress(InvalidStatus):
        socket = await gateway.connect(
            path, role=None, subprotocols=[COMMAND, *subprotocols], headers=headers
        )
        await socket.close()


async def test_no_answer_no_log_and_no_file_holds_a_credential(gateway, audit, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "websockets.client"):  # the test's own end
        caplog.set_level(logging.WARNING, logger=name)
    key = gateway.keys[Role.OPERATOR].text
    wrong = f"lyd_{'a' * 10}_{'Wrong' * 8}abc"
    answers = []
    async with httpx.AsyncClient(base_url=gateway.http_url) as client:
        good = gateway.headers(Role.OPERATOR)
        wish = {"purpose": "command", "robot_id": "arm-001"}
        ticket = (await client.post("/api/v1/ws-tickets", json=wish, headers=good)).json()["ticket"]
        token = f"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.{'S1gnature' * 6}"
        texts = (key, wrong, ticket, token)
        for text in texts:
            bearer = {"Authorization": f"Bearer {text}"}
            answers += [
                await client.get("/api/v1/robots", headers=bearer),
                await client.get(f"/api/v1/robots?access_token={text}", headers=bearer),
                await client.get(f"/api/v1/robots/{text}/status", headers=good),
                await client.get(f"/{text}"),
                await client.get("/healthz", headers={"User-Agent": text, "Referer": text}),
                await client.post("/api/v1/ws-tickets", content=text, headers=good),
                await client.post("/oauth2/token", data={"client_secret": text}),
            ]
    for text in texts:
        await knock(gateway, "/ws/command/arm-001", f"lanyard.bearer.{text}")
        await knock(gateway, "/ws/command/arm-001", f"lanyard.ticket.{text}", Origin=PANEL)
        await knock(gateway, f"/ws/command/arm-001?ticket={text}", Origin=PANEL)
        await knock(gateway, f"/ws/command/{text}", Authorization=f"Bearer {text}")
    audit.close()
    # What only repeats the path of its own request tells its sender nothing new.
    told = [f"{a.headers} {a.text}" for a in answers if a.status_code != 404]
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len([path for path in left if path.parent.name == "audit"]) >= 1
    for text in texts:
        secret = text[-40:]
        assert [path.name for path in left if secret.encode() in path.read_bytes()] == []
        assert secret not in caplog.text
        assert [answer for answer in told if secret in answer] == []

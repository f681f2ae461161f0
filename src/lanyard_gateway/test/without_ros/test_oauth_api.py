"""The token endpoint, its errors in the words of RFC 6749, and what it publishes of itself."""

from __future__ import annotations

import base64
import time
from dataclasses import replace

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from lanyard_core.access.scopes import Role
from lanyard_gateway.doors.tokens import TokenDesk

URL = "https://gateway.example.org"
FORM = "application/x-www-form-urlencoded"
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
async def house(build):
    desk = TokenDesk(ECKey.generate_key("P-256"), url=URL, find_keys=lambda *_: KeySet([]))
    async with build(tokens=desk) as made:
        yield made


def basic(client_id: str, secret: str) -> dict[str, str]:
    coded = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {coded}"}


async def token(house, role=Role.OPERATOR, *, headers=None, **form):
    key = house.keys[role]
    if headers is None:
        headers = basic(key.record.key_id, key.text)
    return await house.client.post("/oauth2/token", data=GRANT | form, headers=headers)


async def test_a_client_gets_a_token_and_uses_it(house):
    answer = await token(house)
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 900)
    assert answer.headers["cache-control"] == "no-store"
    assert "command:stream" in body["scope"].split()
    bearer = {"Authorization": f"Bearer {body['access_token']}"}
    who = (await house.client.get("/api/v1/whoami", headers=bearer)).json()
    assert who["key_id"] == house.keys[Role.OPERATOR].record.key_id
    assert sorted(body["scope"].split()) == who["scopes"]


async def test_others_verify_it_with_what_is_published(house):
    text = (await token(house)).json()["access_token"]
    published = KeySet.import_key_set((await house.client.get("/.well-known/jwks.json")).json())
    read = jwt.decode(text, published, algorithms=["ES256"])
    assert read.header["typ"] == "at+jwt"
    assert (read.claims["iss"], read.claims["aud"]) == (URL, "lanyard")
    assert {"exp", "iat", "sub", "client_id", "jti", "scope"} <= set(read.claims)
    assert "d" not in (await house.client.get("/.well-known/jwks.json")).json()["keys"][0]


async def test_the_metadata_lead_to_the_endpoints(house):
    found = (await house.client.get("/.well-known/oauth-authorization-server")).json()
    assert found["issuer"] == URL
    assert found["token_endpoint"] == f"{URL}/oauth2/token"
    assert found["grant_types_supported"] == ["client_credentials"]


async def test_a_token_for_some_scopes_has_no_others(house, order):
    answer = (await token(house, scope="tasks:read")).json()
    assert answer["scope"] == "tasks:read"
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    assert (await house.client.get("/api/v1/tasks", headers=bearer)).status_code == 200
    posted = await house.client.post("/api/v1/tasks", headers=bearer, json=order)
    assert posted.status_code == 403


async def test_the_secret_may_stand_in_the_form(house):
    key = house.keys[Role.VIEWER]
    answer = await token(
        house, headers={}, client_id=key.record.key_id, client_secret=key.text
    )  # fmt: skip
    assert answer.status_code == 200


@pytest.mark.parametrize("scope", ["keys:admin", "tasks:read keys:admin", "nonsense", " "])
async def test_a_scope_that_the_client_has_not_is_refused(house, scope):
    answer = await token(house, scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("form", [{"grant_type": "password"}, {"grant_type": ""}])
async def test_another_grant_is_refused(house, form):
    answer = await token(house, **form)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


async def test_who_the_client_is_must_be_right(house):
    key, other = house.keys[Role.OPERATOR], house.keys[Role.VIEWER]
    for headers in (
        {},
        basic(other.record.key_id, key.text),
        basic(key.record.key_id, other.text),
        basic(key.record.key_id, key.text[:-1] + "_"),
        basic("", ""),
        {"Authorization": "Basic !!!"},
        {"Authorization": f"Bearer {key.text}"},
    ):
        answer = await token(house, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic")


async def test_a_form_that_is_wrong_is_refused(house):
    key = house.keys[Role.OPERATOR]
    headers = basic(key.record.key_id, key.text)
    post = house.client.post
    for content, media_type in (
        (b"grant_type=client_credentials&grant_type=client_credentials", FORM),
        (b"grant_type=client_credentials&client_id=x", FORM),
        (b"grant_type=client_credentials&audience=x", FORM),
        (b"\xff\xfe", FORM),
        (b"", FORM),
        (b"{}", "application/json"),
    ):
        answer = await post(
            "/oauth2/token", content=content, headers=headers | {"Content-Type": media_type}
        )
        assert answer.status_code == 400
        assert answer.json()["error"] in ("invalid_request", "unsupported_grant_type")


async def test_a_token_lives_no_longer_than_its_key(house):
    key = house.keys[Role.OPERATOR].record
    house.context.keyring.replace([replace(key, expires_unix_s=time.time() + 60)])
    assert 55 <= (await token(house)).json()["expires_in"] <= 60


@pytest.mark.parametrize("rates", [{}], indirect=True)
async def test_guessing_at_the_endpoint_is_throttled(house):
    codes = [(await token(house, headers=basic("a", "b"))).status_code for _ in range(12)]
    assert codes == [401] * 10 + [429] * 2


async def test_without_a_key_of_its_own_a_gateway_makes_no_tokens(build):
    async with build() as house:
        assert (await token(house)).status_code == 404

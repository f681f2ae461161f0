"""Access tokens: ours and those of an issuer outside, and every bad one that we could think of."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import warnings
from collections.abc import Callable
from dataclasses import replace

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from lanyard_core.access.issuers import Issuer
from lanyard_core.access.patterns import Patterns
from lanyard_core.access.scopes import Role
from lanyard_gateway.doors.issuer_keys import IssuerKeys
from lanyard_gateway.doors.tokens import TokenDesk

# The library warns of weak keys and of algorithms that it refuses by itself.
pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")

URL = "https://gateway.example.org"
IDP = "https://idp.example.org/plant"
PS = "https://ps.example.org"
TASKS = "/api/v1/tasks"
OWN = ECKey.generate_key("P-256")
THEIRS = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # that it is weak is the point
    WEAK = RSAKey.generate_key(1024, {"kid": "weak"})
OTHER = RSAKey.generate_key(2048, {"kid": "other"})
WRONG_KIND = ECKey.generate_key("P-256", {"kid": "ec-1"})
FOR_ENCRYPTION = RSAKey.generate_key(2048, {"kid": "enc-1"})
MARKED_SO = RSAKey.import_key(FOR_ENCRYPTION.as_pem(), {"kid": "enc-1", "use": "enc"})
KNOWN = KeySet([THEIRS, WEAK, WRONG_KIND, MARKED_SO])


def issuer(**more: object) -> Issuer:
    entry = Issuer(
        IDP, "https://idp/certs", "RS256", "lanyard", {"clerk": "integrator"}, tenant="acme"
    )
    return replace(entry, **more)


@pytest.fixture
def desk() -> TokenDesk:
    return TokenDesk(OWN, url=URL, find_keys=lambda *_: KNOWN)


@pytest.fixture
async def house(build, desk):
    async with build(tokens=desk) as made:
        policy = made.context.keyring.policy
        made.context.keyring.adopt(
            replace(policy, issuers={IDP: issuer()}, tenants={"acme": Patterns.of(["arm-*"])})
        )
        yield made


def claims(**more: object) -> dict[str, object]:
    now = int(time.time())
    made = {
        "iss": IDP, "aud": "lanyard", "sub": "anna", "client_id": "shop", "jti": "1",
        "iat": now, "exp": now + 600, "role": "clerk", "scope": "tasks:read tasks:write",
    } | more  # fmt: skip
    return {name: value for name, value in made.items() if value is not ...}


def head(**more: object) -> dict[str, object]:
    made = {"alg": "RS256", "typ": "at+jwt", "kid": "rsa-1"} | more
    return {name: value for name, value in made.items() if value is not ...}


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: dict | bytes, body: dict | bytes, key=THEIRS, alg: str = "RS256") -> str:
    """A token with whatever in it, truly signed."""
    made = jws.serialize_compact({"alg": alg}, b"x", key, algorithms=[alg])
    assert made
    text = f"{encoded(header)}.{encoded(body)}"
    algorithm = jws.JWSRegistry.algorithms[alg]
    return f"{text}.{encoded(algorithm.sign(text.encode(), key))}"


def own(desk: TokenDesk, house, role: Role = Role.OPERATOR, **more: object) -> str:
    principal = house.context.keyring.authenticate(house.keys[role].text, now_unix_s=time.time())
    text, _ = desk.make(principal, principal.scopes, now_unix_s=time.time())
    if not more:
        return text
    payload = json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "=="))
    kid = json.loads(base64.urlsafe_b64decode(text.split(".")[0] + "=="))["kid"]
    made = {k: v for k, v in (payload | more).items() if v is not ...}
    return signed({"alg": "ES256", "typ": "at+jwt", "kid": kid}, made, OWN, "ES256")


async def ask(house, token: str, path: str = TASKS, method: str = "GET"):
    headers = {"Authorization": f"Bearer {token}"}
    return await house.call(method, path, role=None, headers=headers)


async def test_a_good_token_of_ours_is_taken(house, desk):
    answer = await ask(house, own(desk, house), "/api/v1/whoami")
    assert (answer.status_code, answer.json()["role"]) == (200, "operator")


async def test_a_good_token_of_theirs_is_taken_for_the_role_that_the_policy_gives(house):
    who = (await ask(house, signed(head(), claims()), "/api/v1/whoami")).json()
    assert (who["key_id"], who["role"], who["tenant"]) == ("anna", "integrator", "acme")
    assert who["scopes"] == ["tasks:read", "tasks:write"]
    assert who["robots"] == ["arm-001"]


async def test_a_tenant_sees_only_its_robots(house):
    token = signed(head(), claims(scope=...))
    assert (await ask(house, token, "/api/v1/robots/arm-001")).status_code == 200
    assert (await ask(house, token, "/api/v1/robots/amr-002")).status_code == 404
    listed = (await ask(house, token, "/api/v1/robots")).json()["items"]
    assert [robot["robot_id"] for robot in listed] == ["arm-001"]


async def test_a_token_narrows_and_never_widens(house):
    token = signed(head(), claims(scope="tasks:read command:stream keys:admin"))
    assert (await ask(house, token)).status_code == 200
    assert (await ask(house, token, "/api/v1/keys")).status_code == 403
    narrow = signed(head(), claims(robots=["arm-009"], scope=...))
    assert (await ask(house, narrow, "/api/v1/robots/arm-001")).status_code == 403


DAY = 86_400


def now() -> int:
    return int(time.time())


BAD: dict[str, Callable[[], str]] = {
    # The head chooses nothing for us.
    "alg none": lambda: f"{encoded(head(alg='none'))}.{encoded(claims())}.",
    "alg none with a signature": lambda: f"{encoded(head(alg='none'))}.{encoded(claims())}.AAAA",
    "alg None": lambda: signed(head(alg="None"), claims()),
    "alg nOnE": lambda: signed(head(alg="nOnE"), claims()),
    "alg missing": lambda: signed(head(alg=...), claims()),
    "alg a number": lambda: signed(head(alg=1), claims()),
    "alg a list": lambda: signed(head(alg=["RS256"]), claims()),
    "alg HS256 with the public key": lambda: _hmac(THEIRS.as_pem(private=False)),
    "alg HS256 with the public key in DER": lambda: _hmac(THEIRS.as_der(private=False)),
    "alg HS256 with an empty key": lambda: _hmac(b""),
    "alg RS512 of the right key": lambda: signed(head(alg="RS512"), claims(), THEIRS, "RS512"),
    "alg PS256 of the right key": lambda: signed(head(alg="PS256"), claims(), THEIRS, "PS256"),
    "alg ES256 of the issuer's other key": lambda: signed(
        head(alg="ES256", kid="ec-1"), claims(), WRONG_KIND, "ES256"
    ),
    "alg RS256 said, ES256 signed": lambda: signed(
        head(kid="ec-1"), claims(), WRONG_KIND, "ES256"
    ),
    "typ JWT": lambda: signed(head(typ="JWT"), claims()),
    "typ missing": lambda: signed(head(typ=...), claims()),
    "typ of an ID token": lambda: signed(head(typ="id+jwt"), claims()),
    "typ a number": lambda: signed(head(typ=1), claims()),
    "kid missing": lambda: signed(head(kid=...), claims()),
    "kid empty": lambda: signed(head(kid=""), claims()),
    "kid unknown": lambda: signed(head(kid="rsa-9"), claims()),
    "kid a path": lambda: signed(head(kid="../../etc/passwd"), claims()),
    "kid of SQL": lambda: signed(head(kid="' OR 1=1 --"), claims()),
    "kid a list": lambda: signed(head(kid=["rsa-1"]), claims()),
    "kid of a weak key": lambda: signed(head(kid="weak"), claims(), WEAK),
    "kid of a key for encryption": lambda: signed(head(kid="enc-1"), claims(), FOR_ENCRYPTION),
    "jwk in the head": lambda: signed(head(jwk=OTHER.as_dict(private=False)), claims(), OTHER),
    "jku in the head": lambda: signed(head(jku="https://evil.example/jwks"), claims(), OTHER),
    "x5u in the head": lambda: signed(head(x5u="https://evil.example/x"), claims(), OTHER),
    "x5c in the head": lambda: signed(head(x5c=["AAAA"]), claims()),
    "crit in the head": lambda: signed(head(crit=["exp"]), claims()),
    "crit empty": lambda: signed(head(crit=[]), claims()),
    "b64 in the head": lambda: signed(head(b64=False, crit=["b64"]), claims()),
    "zip in the head": lambda: signed(head(zip="DEF"), claims()),
    "cty of a nested token": lambda: signed(head(cty="JWT"), claims()),
    # The signature.
    "signed by somebody else": lambda: signed(head(), claims(), OTHER),
    "signature missing": lambda: signed(head(), claims()).rpartition(".")[0] + ".",
    "signature cut": lambda: signed(head(), claims())[:-8],
    "one bit flipped": lambda: _flipped(signed(head(), claims())),
    "claims exchanged": lambda: _with_claims(signed(head(), claims()), claims(sub="admin")),
    "head exchanged": lambda: encoded(head(kid="enc-1")) + signed(head(), claims())[
        signed(head(), claims()).index("."):
    ],
    # The claims.
    "iss missing": lambda: signed(head(), claims(iss=...)),
    "iss unknown": lambda: signed(head(), claims(iss="https://evil.example")),
    "iss with a slash": lambda: signed(head(), claims(iss=IDP + "/")),
    "iss in capitals": lambda: signed(head(), claims(iss=IDP.upper())),
    "iss a list": lambda: signed(head(), claims(iss=[IDP])),
    "iss ours, key theirs": lambda: signed(head(), claims(iss=URL)),
    "aud missing": lambda: signed(head(), claims(aud=...)),
    "aud of others": lambda: signed(head(), claims(aud="erp")),
    "aud a list of others": lambda: signed(head(), claims(aud=["erp", "mes"])),
    "aud empty": lambda: signed(head(), claims(aud=[])),
    "aud a number": lambda: signed(head(), claims(aud=1)),
    "exp missing": lambda: signed(head(), claims(exp=...)),
    "exp past": lambda: signed(head(), claims(iat=now() - 900, exp=now() - 60)),
    "exp a text": lambda: signed(head(), claims(exp=str(now() + 600))),
    "exp true": lambda: signed(head(), claims(exp=True)),
    "exp null": lambda: signed(head(), claims(exp=None)),
    "exp NaN": lambda: signed(head(), json.dumps(claims(exp=float("nan"))).encode()),
    "exp infinite": lambda: signed(head(), json.dumps(claims(exp=float("inf"))).encode()),
    "exp beyond all": lambda: signed(head(), claims(exp=1e300)),
    "exp a year away": lambda: signed(head(), claims(exp=now() + 365 * DAY)),
    "exp before iat": lambda: signed(head(), claims(iat=now() + 20, exp=now() + 10)),
    "iat missing": lambda: signed(head(), claims(iat=...)),
    "iat in the future": lambda: signed(head(), claims(iat=now() + 300)),
    "nbf in the future": lambda: signed(head(), claims(nbf=now() + 300)),
    "nbf a text": lambda: signed(head(), claims(nbf="now")),
    "sub missing": lambda: signed(head(), claims(sub=...)),
    "sub empty": lambda: signed(head(), claims(sub="")),
    "sub a list": lambda: signed(head(), claims(sub=["anna"])),
    "sub with a line break": lambda: signed(head(), claims(sub="anna\nadmin")),
    "sub too long": lambda: signed(head(), claims(sub="a" * 257)),
    "jti missing": lambda: signed(head(), claims(jti=...)),
    "client_id missing": lambda: signed(head(), claims(client_id=...)),
    "role missing": lambda: signed(head(), claims(role=...)),
    "role that is not mapped": lambda: signed(head(), claims(role="admin")),
    "role a list": lambda: signed(head(), claims(role=["clerk"])),
    "scope a list": lambda: signed(head(), claims(scope=["tasks:read"])),
    "robots a text": lambda: signed(head(), claims(robots="arm-*")),
    # The shape.
    "two parts": lambda: "a.b",
    "four parts": lambda: signed(head(), claims()) + ".AAAA",
    "five parts, encrypted": lambda: "a.b.c.d.e",
    "empty parts": lambda: "..",
    "head no JSON": lambda: signed(b"{", claims()),
    "head a list": lambda: signed(b"[]", claims()),
    "claims a list": lambda: signed(head(), b"[]"),
    "claims no UTF-8": lambda: signed(head(), b'{"iss": "\xff"}'),
    "a claim twice": lambda: signed(head(), b'{"iss": "x", ' + json.dumps(claims()).encode()[1:]),
    "alg twice": lambda: signed(
        b'{"alg":"none","alg":"RS256","typ":"at+jwt","kid":"rsa-1"}', claims()
    ),
    "padding in base64": lambda: signed(head(), claims()) + "==",
    "base64 of another alphabet": lambda: signed(head(), claims()).replace(".", ".+", 1),
    "spaces inside": lambda: signed(head(), claims()).replace(".", ". "),
    "very long": lambda: signed(head(), claims(filler="a" * 9000)),
    "nested very deeply": lambda: signed(head(), b'{"a":' * 3000 + b"1" + b"}" * 3000),
}  # fmt: skip


def _hmac(secret: bytes) -> str:
    text = f"{encoded(head(alg='HS256'))}.{encoded(claims())}"
    return f"{text}.{encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def _flipped(token: str) -> str:
    text, _, signature = token.rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[7] ^= 1
    return f"{text}.{encoded(bytes(raw))}"


def _with_claims(token: str, body: dict) -> str:
    first, _, last = token.split(".")
    return f"{first}.{encoded(body)}.{last}"


def test_there_are_as_many_vectors_as_promised():
    assert len(BAD) >= 60


async def test_no_bad_token_is_taken(house):
    taken = {}
    for name, make in BAD.items():
        answer = await ask(house, make())
        if answer.status_code != 401:
            taken[name] = answer.status_code
        else:
            assert answer.json()["code"] in (
                "bad_token", "bad_signature", "token_expired", "unauthenticated",
            ), name  # fmt: skip
    assert taken == {}
    assert (await ask(house, signed(head(), claims()))).status_code == 200


OWN_BAD = {
    "signed by somebody else": lambda: {"_key": ECKey.generate_key("P-256")},
    "no such key": lambda: {"client_id": "aaaaaaaaaa"},
    "lives too long": lambda: {"exp": now() + 7200},
    "for others": lambda: {"aud": "erp"},
    "expired": lambda: {"iat": now() - 900, "exp": now() - 31},
}


@pytest.mark.parametrize("name", OWN_BAD)
async def test_no_bad_token_in_our_own_name_is_taken(house, desk, name):
    wrong = OWN_BAD[name]()
    key = wrong.pop("_key", None)
    token = own(desk, house, **(wrong or {"sub": "x"}))
    if key is not None:
        first, second, _ = token.split(".")
        made = jws.JWSRegistry.algorithms["ES256"].sign(f"{first}.{second}".encode(), key)
        token = f"{first}.{second}.{encoded(made)}"
    assert (await ask(house, token)).status_code == 401


async def test_a_token_dies_with_the_key_that_it_was_made_for(house, desk):
    token = own(desk, house)
    assert (await ask(house, token)).status_code == 200
    house.context.keyring.replace([])
    assert (await ask(house, token)).status_code == 401


async def test_a_token_dies_with_the_issuer_in_the_policy(house):
    token = signed(head(), claims())
    house.context.keyring.adopt(replace(house.context.keyring.policy, issuers={}))
    assert (await ask(house, token)).status_code == 401


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("ES256", ECKey.generate_key("P-256", {"kid": "k"})),
        ("PS256", RSAKey.generate_key(2048, {"kid": "k"})),
        ("Ed25519", OKPKey.generate_key("Ed25519", {"kid": "k"})),
    ],
)
async def test_each_algorithm_of_an_issuer_works(build, algorithm, key):
    desk = TokenDesk(OWN, url=URL, find_keys=lambda *_: KeySet([key]))
    async with build(tokens=desk) as house:
        ring = house.context.keyring
        ring.adopt(replace(ring.policy, issuers={IDP: issuer(algorithm=algorithm, tenant=None)}))
        token = jwt.encode(head(alg=algorithm, kid="k"), claims(), key, algorithms=[algorithm])
        assert (await ask(house, token)).status_code == 200


async def test_keys_of_an_issuer_are_read_from_a_file_and_again_when_one_is_missing(
    build, tmp_path, eventually, monkeypatch
):
    monkeypatch.setattr("lanyard_gateway.doors.issuer_keys.AGAIN_S", 0.0)
    place = tmp_path / "jwks.json"
    place.write_text(json.dumps(KeySet([OTHER]).as_dict(private=False)))
    async with build() as plain:
        ring = plain.context.keyring
    keys = IssuerKeys(ring)
    async with build(
        tokens=TokenDesk(OWN, url=URL, find_keys=keys.find), issuer_keys=keys
    ) as house:
        ring = house.context.keyring
        ring.adopt(replace(ring.policy, issuers={IDP: issuer(jwks=str(place), tenant=None)}))
        keys._ring = ring
        token = signed(head(), claims())
        assert (await ask(house, token)).status_code == 401
        place.write_text(json.dumps(KNOWN.as_dict(private=False)))

        async def taken():
            return (await ask(house, token)).status_code == 200

        await eventually(taken)
        place.write_text("gone wrong")
        await keys.read_all()
        assert (await ask(house, token)).status_code == 200

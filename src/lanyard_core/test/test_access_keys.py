"""API keys: their form, what is kept of them, and which presented text is let in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lanyard_core.access.built_in import BUILT_IN_POLICY
from lanyard_core.access.keys import (
    ID_BYTES,
    SECRET_BYTES,
    KeyRing,
    NewKey,
    digest_of,
    key_id_of,
    make_key,
    rotated,
    with_new_key,
)
from lanyard_core.access.patterns import Patterns
from lanyard_core.access.policy import Policy
from lanyard_core.access.scopes import Role, Scope
from lanyard_core.faults import Conflict, NotFound, Unauthenticated

NOW = 1_000.0


def made(number: int = 1, *, role: Role = Role.OPERATOR, expires: float | None = None) -> NewKey:
    return make_key(
        id_entropy=bytes([number] * ID_BYTES),
        secret_entropy=bytes([number] * SECRET_BYTES),
        role=role,
        name="robot cell 7",
        now_unix_s=NOW,
        expires_unix_s=expires,
    )


def test_a_key_has_the_documented_form():
    assert re.fullmatch(r"lyd_[a-z2-7]{10}_[A-Za-z0-9_-]{43}", made().text)


def test_the_record_holds_the_digest_and_nothing_of_the_secret():
    key = made()
    secret = key.text.split("_", 2)[2]
    assert key.record.digest == digest_of(key.text)
    assert secret not in repr(key.record)


def test_the_wrong_amount_of_randomness_is_refused():
    with pytest.raises(ValueError, match="random bytes"):
        make_key(id_entropy=b"1", secret_entropy=b"2", role=Role.VIEWER, name="x", now_unix_s=NOW)


def test_a_known_key_gives_its_id_its_role_and_the_scopes_of_the_role():
    key = made()
    principal = KeyRing([key.record]).authenticate(key.text, now_unix_s=NOW)
    assert (principal.key_id, principal.role) == (key.record.key_id, Role.OPERATOR)
    assert principal.may(Scope.COMMAND_STREAM)
    assert not principal.may(Scope.KEYS_ADMIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lyd_",
        "hunter2",
        made(2).text,
        made().text[:-1],
        made().text + "A",
        made().text[:-1] + ("A" if made().text[-1] != "A" else "B"),
        made().text.upper(),
        " " + made().text,
        made().text.replace("lyd_", "lyd-"),
        made().text + "\n",
        "lyd_aaaaaaaaaa_" + "é" * 43,
        "lyd_aaaaaaaaaa_\udcff",
    ],
)
def test_any_other_text_is_refused_without_a_hint_at_the_key(text):
    with pytest.raises(Unauthenticated) as refusal:
        KeyRing([made().record]).authenticate(text, now_unix_s=NOW)
    assert refusal.value.code == "unauthenticated"
    assert made().record.key_id not in refusal.value.detail


def test_a_key_is_refused_from_the_moment_it_expires():
    key = made(expires=NOW + 10)
    ring = KeyRing([key.record])
    assert ring.authenticate(key.text, now_unix_s=NOW + 9.999)
    with pytest.raises(Unauthenticated) as refusal:
        ring.authenticate(key.text, now_unix_s=NOW + 10)
    assert refusal.value.code == "token_expired"


def test_a_key_that_was_taken_off_the_ring_is_refused():
    key, other = made(1), made(2)
    ring = KeyRing([key.record, other.record])
    ring.replace([other.record])
    with pytest.raises(Unauthenticated):
        ring.authenticate(key.text, now_unix_s=NOW)
    assert ring.records() == (other.record,)


def test_the_id_of_a_key_is_visible_in_its_text():
    assert key_id_of(made().text) == made().record.key_id
    assert key_id_of("lyd_short_x") is None


def test_a_key_is_narrowed_by_its_own_robots_and_its_tenant():
    policy = replace(BUILT_IN_POLICY, tenants={"acme": Patterns.of(["acme-*"])})
    key = replace(made().record, robots=Patterns.of(["*-arm"]), tenant="acme")
    principal = KeyRing([key], policy=policy).principal(key.key_id, now_unix_s=NOW)
    assert principal.may_use("acme-arm")
    assert not principal.may_use("acme-amr")
    assert principal.sees("acme-amr")
    assert not principal.sees("zeta-arm")


def test_a_new_policy_holds_from_the_next_request_on():
    key = made()
    ring = KeyRing([key.record])
    ring.adopt(Policy())
    assert not ring.authenticate(key.text, now_unix_s=NOW).scopes


def test_what_a_key_allows_can_be_asked_again_without_its_text():
    key = made(expires=NOW + 10)
    ring = KeyRing([key.record])
    assert ring.principal(key.record.key_id, now_unix_s=NOW).role == Role.OPERATOR
    with pytest.raises(Unauthenticated):
        ring.principal(key.record.key_id, now_unix_s=NOW + 10)
    ring.replace([])
    with pytest.raises(Unauthenticated, match="revoked"):
        ring.principal(key.record.key_id, now_unix_s=NOW)


def test_a_client_has_two_live_keys_and_not_a_third():
    first, second, third = (made(number).record for number in (1, 2, 3))
    both = with_new_key([first], second, now_unix_s=NOW)
    with pytest.raises(Conflict) as refusal:
        with_new_key(both, third, now_unix_s=NOW)
    assert refusal.value.code == "too_many_keys"
    assert first.key_id in refusal.value.detail
    assert len(with_new_key(both, replace(third, name="another"), now_unix_s=NOW)) == 3


def test_an_expired_key_takes_no_place():
    first, second = made(1, expires=NOW).record, made(2).record
    assert len(with_new_key([first, second], made(3).record, now_unix_s=NOW)) == 3


def test_a_rotated_key_ends_later_and_never_lives_longer_than_it_would_have():
    old, new = made(1).record, made(2).record
    for expires, ends in ((None, NOW + 60), (NOW + 10, NOW + 10), (NOW + 90, NOW + 60)):
        before = [replace(old, expires_unix_s=expires)]
        after = rotated(before, old.key_id, new, until_unix_s=NOW + 60, now_unix_s=NOW)
        assert [record.expires_unix_s for record in after] == [ends, None]


def test_a_key_that_is_not_there_cannot_be_rotated():
    with pytest.raises(NotFound):
        rotated([], "aaaaaaaaaa", made().record, until_unix_s=NOW, now_unix_s=NOW)

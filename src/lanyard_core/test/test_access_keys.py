"""API keys: their form, what is kept of them, and which presented text is let in."""

from __future__ import annotations

import re

import pytest

from lanyard_core.access.keys import (
    ID_BYTES,
    SECRET_BYTES,
    KeyRing,
    NewKey,
    digest_of,
    key_id_of,
    make_key,
)
from lanyard_core.access.scopes import Role, Scope
from lanyard_core.faults import Unauthenticated

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

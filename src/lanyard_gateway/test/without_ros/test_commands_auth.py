"""The command ``auth check``: it decides as a gateway does, and says which rule it was."""

from __future__ import annotations

import io
import re
import time

import pytest

from lanyard_core.access.keys import KeyRing
from lanyard_core.access.patterns import Patterns
from lanyard_gateway.commands.auth import main
from lanyard_gateway.doors import key_desk, key_file
from lanyard_gateway.doors.tokens import TokenDesk, signing_key

URL = "https://gateway.example.org"


@pytest.fixture
def key(tmp_path):
    wish = key_desk.Wish("integrator", "wms", 1.0, Patterns.of(["arm-*"]), None)
    return key_desk.create(tmp_path / "keys.json", wish, now_unix_s=time.time())


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    def asked(credential: str, *more: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(credential + "\n"))
        code = main(["check", "--state-dir", str(tmp_path), "--issuer", URL, *more])
        told = capsys.readouterr()
        return code, told.out + told.err

    return asked


def test_a_key_that_may_is_allowed(ask, key):
    code, told = ask(key.text, "--scope", "tasks:write", "--robot", "arm-001")
    assert (code, "ALLOWED  tasks:write on arm-001" in told) == (0, True)
    assert f"who      key {key.record.key_id}" in told
    assert key.text not in told


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--scope", "command:stream"), "REFUSED  forbidden: key .* does not include command:"),
        (("--robot", "amr-002"), "REFUSED  robot_not_allowed"),
    ],
)
def test_the_rule_that_refuses_is_named(ask, key, more, words):
    code, told = ask(key.text, *more)
    assert code == 1
    assert re.search(words, told)


def test_a_key_that_is_not_known_is_refused(ask, key):
    code, told = ask("lyd_aaaaaaaaaa_" + "A" * 43)
    assert (code, "REFUSED  unauthenticated" in told) == (1, True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text, "ALLOWED"),
        (lambda text: text[:-6] + "AAAAAA", "REFUSED  bad_signature"),
        (lambda text: "AAAA" + text[4:], "REFUSED  bad_token"),
    ],
)
def test_a_token_is_judged_and_what_is_wrong_with_it_named(ask, key, tmp_path, change, words):
    ring = KeyRing(key_file.read(tmp_path / "keys.json"))
    desk = TokenDesk(signing_key(tmp_path / "token-signing-key.pem"), url=URL, find_keys=None)
    who = ring.authenticate(key.text, now_unix_s=time.time())
    text, _ = desk.make(who, who.scopes, now_unix_s=time.time())
    assert words in ask(change(text))[1]


def test_without_a_credential_or_with_an_unknown_scope_it_says_so(ask, key):
    assert ask("")[0] == 1
    code, told = ask(key.text, "--scope", "nonsense")
    assert (code, "there is no scope 'nonsense'" in told) == (1, True)

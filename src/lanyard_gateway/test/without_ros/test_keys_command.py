"""The command `keys`: what it prints, what it keeps, and how it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lanyard_core.access.keys import KeyRing
from lanyard_core.access.scopes import Role
from lanyard_gateway.doors import key_file
from lanyard_gateway.keys_command import main

KEY = re.compile(r"lyd_([a-z2-7]{10})_[A-Za-z0-9_-]{43}")


@pytest.fixture
def keys(tmp_path: Path, capsys):
    """Runs the command on a file of its own; gives exit code, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["--file", str(tmp_path / "keys.json"), *arguments])
        return (code, *capsys.readouterr())

    return run


def test_create_prints_the_key_once_with_what_to_do_with_it(keys, tmp_path):
    code, out, _ = keys("create", "--name", "wms", "--role", "integrator")
    assert code == 0
    text = KEY.search(out).group()
    assert "Authorization: Bearer" in out
    [record] = key_file.read(tmp_path / "keys.json")
    assert KeyRing([record]).authenticate(text, now_unix_s=0).role == Role.INTEGRATOR


def test_plain_prints_nothing_but_the_key(keys):
    _, out, _ = keys("create", "--name", "wms", "--role", "viewer", "--plain")
    assert KEY.fullmatch(out.strip())


def test_list_shows_every_key_and_no_secret(keys):
    _, out, _ = keys("create", "--name", "wms", "--role", "viewer", "--days", "30")
    text, key_id = KEY.search(out).group(), KEY.search(out).group(1)
    code, out, _ = keys("list")
    assert code == 0
    assert all(word in out for word in (key_id, "viewer", "wms"))
    assert text not in out


def test_an_empty_list_says_how_to_make_a_key(keys):
    _, out, _ = keys("list")
    assert "keys create" in out


def test_revoke_takes_the_key_away(keys, tmp_path):
    _, out, _ = keys("create", "--name", "wms", "--role", "viewer")
    code, out, _ = keys("revoke", KEY.search(out).group(1))
    assert (code, key_file.read(tmp_path / "keys.json")) == (0, ())
    assert "revoked" in out


def test_revoking_an_unknown_key_fails_and_says_where_to_look(keys):
    code, _, err = keys("revoke", "aaaaaaaaaa")
    assert code == 1
    assert "keys list" in err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("create", "--name", "x", "--role", "god"),
        ("create", "--role", "viewer"),
        ("create", "--name", "x", "--role", "viewer", "--days", "0"),
        ("create", "--name", "x", "--role", "viewer", "--days", "soon"),
    ],
)
def test_a_wrong_call_is_refused_with_code_2(keys, arguments):
    with pytest.raises(SystemExit) as refusal:
        keys(*arguments)
    assert refusal.value.code == 2


def test_a_broken_file_is_named_and_left_as_it_is(keys, tmp_path):
    (tmp_path / "keys.json").write_text("{")
    code, _, err = keys("create", "--name", "x", "--role", "viewer")
    assert code == 1
    assert "keys.json" in err
    assert (tmp_path / "keys.json").read_text() == "{"


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "keys.json"
    assert main(["--file", str(path), "create", "--name", "x", "--role", "viewer"]) == 1
    assert capsys.readouterr().err.count("\n") == 1

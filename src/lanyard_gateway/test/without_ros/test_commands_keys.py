"""The command `keys`: what it prints, what it keeps, and how it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lanyard_core.access.keys import KeyRing
from lanyard_core.access.scopes import Role
from lanyard_gateway.commands.keys import main
from lanyard_gateway.doors import key_file

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
        ("create", "--name", "x", "--role", "God 1"),
        ("create", "--name", "x", "--role", "viewer", "--robots", "arm 1"),
        ("create", "--name", "x", "--role", "viewer", "--days", "91"),
        ("create", "--role", "viewer"),
        ("create", "--name", "x", "--role", "viewer", "--days", "0"),
        ("create", "--name", "x", "--role", "viewer", "--days", "soon"),
    ],
)
def test_a_wrong_call_is_refused_with_code_2(keys, arguments):
    assert keys(*arguments)[0] == 2


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


def test_a_key_lives_90_days_unless_told_otherwise(keys, tmp_path):
    for more in ((), ("--days", "1"), ("--no-expiry",)):
        assert keys("create", "--name", f"x{more}", "--role", "viewer", *more)[0] == 0
    records = key_file.read(tmp_path / "keys.json")
    lives = [r.expires_unix_s and (r.expires_unix_s - r.created_unix_s) / 86_400 for r in records]
    assert lives == [pytest.approx(90.0), pytest.approx(1.0), None]


def test_a_key_may_be_for_some_robots_of_a_tenant(keys, tmp_path):
    keys("create", "--name", "x", "--role", "viewer", "--robots", "arm-*", "--robots", "amr-1",
         "--tenant", "acme")  # fmt: skip
    [record] = key_file.read(tmp_path / "keys.json")
    assert (record.robots.texts(), record.tenant) == (["arm-*", "amr-1"], "acme")


def test_a_third_live_key_of_a_client_is_refused_and_names_the_others(keys):
    ids = [KEY.search(keys("create", "--name", "wms", "--role", "viewer")[1]).group(1)
           for _ in range(2)]  # fmt: skip
    code, _, err = keys("create", "--name", "wms", "--role", "viewer")
    assert code == 1
    assert all(key_id in err for key_id in ids)


def test_rotate_gives_a_new_key_and_ends_the_old_one_after_the_grace(keys, tmp_path):
    _, out, _ = keys("create", "--name", "wms", "--role", "integrator", "--tenant", "acme")
    old = KEY.search(out).group(1)
    code, out, _ = keys("rotate", old, "--grace-hours", "1", "--days", "30")
    assert code == 0
    new = KEY.search(out).group(1)
    records = {record.key_id: record for record in key_file.read(tmp_path / "keys.json")}
    assert (records[new].role, records[new].tenant) == ("integrator", "acme")
    ahead = records[old].expires_unix_s - records[new].created_unix_s
    assert ahead == pytest.approx(3600.0, abs=1.0)


def test_rotating_an_unknown_key_fails(keys):
    code, _, err = keys("rotate", "aaaaaaaaaa")
    assert (code, err.count("\n")) == (1, 1)


def test_list_for_programs_is_json_without_a_secret(keys):
    _, out, _ = keys("create", "--name", "wms", "--role", "viewer")
    text = KEY.search(out).group()
    _, out, _ = keys("list", "--json")
    [entry] = json.loads(out)
    assert (entry["name"], entry["role"], entry["last_used_unix_s"]) == ("wms", "viewer", None)
    assert text not in out


def test_a_role_that_is_not_built_in_is_taken_with_a_hint(keys):
    code, _, err = keys("create", "--name", "x", "--role", "picker")
    assert code == 0
    assert "picker" in err
    assert "policy" in err

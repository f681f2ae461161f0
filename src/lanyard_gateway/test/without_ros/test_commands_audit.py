"""The command `audit`: what it prints, and with which exit code."""

from __future__ import annotations

import json

import pytest

from lanyard_gateway.audit.folder import files
from lanyard_gateway.audit.log import AuditLog, LogSettings
from lanyard_gateway.audit.signing import open_signer
from lanyard_gateway.commands.audit import main


@pytest.fixture
def state(tmp_path):
    """A state folder with a log of five entries."""
    signer = open_signer(tmp_path / "audit-signing-key.pem")
    log = AuditLog(LogSettings(tmp_path / "audit"), signer, ship=lambda head: None)
    log.start()
    for number in range(3):
        log.append({"event": "request", "key_id": f"key{number}", "robot_id": "arm-001"})
    log.close()
    return tmp_path


@pytest.fixture
def audit(state, capsys):
    """Runs the command on that log; gives exit code, output and errors."""

    def run(command: str, *arguments: str) -> tuple[int, str, str]:
        code = main([command, "--folder", str(state / "audit"), *arguments])
        return (code, *capsys.readouterr())

    return run


def test_a_genuine_log_is_0(audit):
    code, out, _ = audit("verify")
    assert code == 0
    assert "Nothing was changed" in out
    assert "--heads" in out  # heads of the same machine prove less


def test_a_log_that_was_changed_is_1_and_the_entry_is_named(audit, state):
    path = files(state / "audit")[0]
    path.write_bytes(path.read_bytes().replace(b"key1", b"keyX"))
    code, out, _ = audit("verify")
    assert code == 1
    assert "WRONG: entry 3" in out


def test_heads_and_keys_can_be_given(audit, state):
    heads, key = state / "audit" / "heads.jsonl", state / "audit-signing-key.pub.pem"
    code, out, _ = audit("verify", "--heads", str(heads), "--public-key", str(key))
    assert code == 0
    assert "log's own machine" not in out


def test_a_folder_that_is_not_there_is_one_line(state, capsys):
    assert main(["verify", "--folder", str(state / "none")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_entries_are_shown_as_json_lines_oldest_first(audit):
    _, out, _ = audit("show", "--event", "request", "--limit", "2")
    assert [json.loads(line)["key_id"] for line in out.splitlines()] == ["key1", "key2"]
    _, out, _ = audit("show", "--key-id", "key0")
    assert len(out.splitlines()) == 1


def test_the_schema_is_printed(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"].startswith("Entry")

"""Heads: signed, kept, sent away, and what they prove against whoever owns the machine."""

from __future__ import annotations

import datetime
import socket
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from lanyard_core.audit.chain import Link
from lanyard_core.audit.heads import read_head
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.audit.folder import HEADS_FILE, files
from lanyard_gateway.audit.s3 import S3Target
from lanyard_gateway.audit.shipping import FileTarget, Shipper, SyslogTarget, target_of
from lanyard_gateway.audit.signing import is_signed, open_signer, public_file, read_public_keys

TS = "2026-11-21T10:00:00.000Z"


@pytest.fixture
def head(tmp_path):
    return open_signer(tmp_path / "key.pem").sign(Link(7, "ab" * 32), ts=TS)


def test_the_signing_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "state" / "key.pem"
    first, second = open_signer(path), open_signer(path)
    assert first.key_id == second.key_id
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(read_public_keys([public_file(path)])) == [first.key_id]


@pytest.mark.parametrize("content", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAA==\n"])
def test_a_file_that_is_no_key_is_named(tmp_path, content):
    path = tmp_path / "key.pem"
    path.write_text(content)
    with pytest.raises(BadConfiguration, match=r"key\.pem"):
        open_signer(path)
    with pytest.raises(BadConfiguration, match=r"key\.pem"):
        read_public_keys([path])


def test_a_head_is_signed_and_any_change_shows(tmp_path, head):
    keys = read_public_keys([public_file(tmp_path / "key.pem")])
    assert is_signed(head, keys)
    line = head.line()
    for old, new in (
        ('"n":7', '"n":8'),
        ("abab", "baba"),
        ("2026", "2025"),
        ('"sig":"', '"sig":"A'),
    ):
        assert not is_signed(read_head(line.replace(old, new, 1)), keys)
    assert not is_signed(head, {})


def test_heads_are_made_after_so_many_entries_and_after_so_long(room, eventually, until_written):
    log = room.log(head_every_entries=10, head_every_s=3600.0)
    for number in range(25):
        log.append({"event": "test", "x": number})
        until_written(log, number + 2)
    eventually(lambda: len(room.shipped) == 2)
    log.close()
    kept = (room.folder / HEADS_FILE).read_text().splitlines()
    assert [read_head(line) for line in kept] == room.shipped

    log = room.log(head_every_s=0.05)
    before = len(room.shipped)
    eventually(lambda: len(room.shipped) > before)


def rewrite(path: Path, old: bytes, new: bytes) -> None:
    path.chmod(0o640)
    path.write_bytes(path.read_bytes().replace(old, new))


def test_the_owner_of_the_machine_cannot_rewrite_the_log_against_heads_that_left_it(room, tmp_path):
    log = room.log()
    log.append({"event": "test", "who": "mallory"})
    log.close()
    away = tmp_path / "away.jsonl"
    away.write_text("".join(head.line() + "\n" for head in room.shipped))
    for path in files(room.folder):
        path.unlink()
    (room.folder / HEADS_FILE).unlink()
    log = room.log()  # with the signing key, everything is made anew
    log.append({"event": "test", "who": "alice"})
    log.close()
    assert room.verify().problems == ()
    assert room.verify(away).problems


def test_a_cut_end_and_a_changed_entry_are_found(room, tmp_path):
    log = room.log()
    for number in range(5):
        log.append({"event": "test", "x": number})
    log.close()
    path = files(room.folder)[0]
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-2]))
    assert "ends at" in room.verify().problems[0]
    path.write_bytes(whole.replace(b'"x":3', b'"x":4'))
    assert "was changed" in room.verify().problems[0]
    path.write_bytes(whole)
    assert room.verify().problems == ()


def test_a_head_that_is_forged_or_garbled_is_a_problem_of_its_own(room, tmp_path):
    room.log().close()
    heads = room.folder / HEADS_FILE
    heads.write_text(heads.read_text() + "{}\n" + heads.read_text().replace('"n":2', '"n":1'))
    report = room.verify()
    assert len(report.problems) == 2
    assert report.heads == 1


def test_heads_go_to_a_file(tmp_path, head):
    target = FileTarget(tmp_path / "heads.jsonl")
    target.send(head)
    target.send(head)
    assert (tmp_path / "heads.jsonl").read_text() == 2 * (head.line() + "\n")


@pytest.mark.parametrize("tcp", [False, True])
def test_heads_go_to_syslog_and_are_read_back_from_there(tmp_path, head, tcp):
    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5.0)
        if tcp:
            server.listen()
        host, port = server.getsockname()
        SyslogTarget(host, port, tcp=tcp).send(head)
        if tcp:
            connection, _ = server.accept()
            with connection:
                message = connection.recv(4096)
        else:
            message = server.recv(4096)
    assert message.startswith(b"<110>1 2026-11-21T10:00:00.000Z ")
    assert read_head(message[message.find(b'{"n":') :].decode()) == head


@mock_aws
def test_heads_go_into_a_bucket_in_which_nothing_can_be_deleted(monkeypatch, head):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="plant-audit", ObjectLockEnabledForBucket=True)
    S3Target("plant-audit", "gateway-1/", client=client).send(head)
    found = client.get_object(Bucket="plant-audit", Key="gateway-1/000000000007.json")
    assert read_head(found["Body"].read().decode()) == head
    assert found["ObjectLockMode"] == "COMPLIANCE"
    until = found["ObjectLockRetainUntilDate"]
    assert until > datetime.datetime(2027, 11, 1, tzinfo=datetime.timezone.utc)
    with pytest.raises(client.exceptions.ClientError):
        client.delete_object(
            Bucket="plant-audit", Key="gateway-1/000000000007.json", VersionId=found["VersionId"]
        )


class Unreachable:
    """A target that fails at first."""

    name = "nowhere"

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.got: list[object] = []

    def send(self, head: object) -> None:
        self.failures -= 1
        if self.failures >= 0:
            raise ConnectionRefusedError("nobody there")
        self.got.append(head)


def test_a_target_that_cannot_be_reached_is_tried_again_and_told_of(head, eventually):
    good, bad = Unreachable(0), Unreachable(1)
    shipper = Shipper([good, bad])
    shipper.start()
    shipper.ship(head)
    eventually(lambda: good.got == [head])
    eventually(lambda: "nowhere" in shipper.trouble)
    eventually(lambda: bad.got == [head])
    eventually(lambda: not shipper.trouble)
    shipper.close()


def test_ending_does_not_wait_for_a_target_that_is_away(head):
    shipper = Shipper([Unreachable(1000)])
    shipper.start()
    shipper.ship(head)
    shipper.close()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("file:/mnt/worm/heads", "file:/mnt/worm/heads"),
        ("syslog:10.0.0.5:5514", "syslog:10.0.0.5:5514"),
        ("syslog:logs", "syslog:logs:514"),
        ("syslog+tcp:logs:601", "syslog+tcp:logs:601"),
    ],
)
def test_a_target_is_written_as_one_word(text, name):
    assert target_of(text).name == name


@pytest.mark.parametrize(
    "text", ["", "file:", "file:relative", "syslog:", "syslog:h:port", "http://x", "s3:"]
)
def test_what_is_no_target_is_refused(text):
    with pytest.raises(BadConfiguration, match="head_targets"):
        target_of(text)

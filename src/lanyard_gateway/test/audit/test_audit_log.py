"""The log as files: whole after every end of the process, and honest about what it lost."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_gateway.audit import disk as disks
from lanyard_gateway.audit.folder import files


def put(log, count: int, *, start: int = 0) -> None:
    for number in range(start, start + count):
        log.append({"event": "test", "x": number})


def numbers(room) -> list[int]:
    return [entry["x"] for entry in room.entries() if entry["event"] == "test"]


def test_entries_are_written_in_order_and_verify(room, until_written):
    log = room.log()
    put(log, 600)
    until_written(log, 601)
    assert len(room.entries()) == 601
    log.close()
    assert numbers(room) == list(range(600))
    assert room.events()[0] == "audit.start"
    assert room.events()[-1] == "audit.stop"
    report = room.verify()
    assert report.problems == ()
    assert report.verdict.attested == report.verdict.last == 602


def test_the_chain_goes_on_in_the_next_run(room):
    for run in range(3):
        log = room.log()
        put(log, 10, start=10 * run)
        log.close()
    assert numbers(room) == list(range(30))
    assert room.verify().problems == ()


def test_files_are_rotated_by_size_closed_for_writing_and_chained(room, until_written):
    log = room.log(max_file_bytes=2_000)
    for number in range(20):
        put(log, 5, start=5 * number)
        until_written(log, 5 * number + 6)
    log.close()
    found = files(room.folder)
    assert len(found) > 3
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o440 for path in found[:-1])
    assert numbers(room) == list(range(100))
    assert room.verify().problems == ()


def test_files_are_rotated_by_age(room, eventually):
    log = room.log(max_file_age_s=0.05)
    put(log, 1)
    eventually(lambda: len(files(room.folder)) >= 2)


def test_old_files_are_cleared_away_and_the_rest_still_verifies(room, until_written):
    log = room.log(max_file_bytes=500, keep_files=2)
    for number in range(30):
        put(log, 2, start=2 * number)
        until_written(log, 2 * number + 3)
    log.close()
    assert len(files(room.folder)) <= 3
    report = room.verify()
    assert report.problems == ()
    assert report.verdict.first > 1


def test_what_a_crash_left_of_a_line_is_cut_off_and_told(room):
    log = room.log()
    put(log, 5)
    log.close()
    with files(room.folder)[-1].open("ab") as file:
        file.write(b'{"n":8,"ts":"2026')
    room.log().close()
    [told] = [entry for entry in room.entries() if entry["event"] == "audit.recovered"]
    assert told["torn_bytes"] == 17
    assert room.verify().problems == ()


def test_a_log_whose_end_was_tampered_with_is_not_continued(room):
    room.log().close()
    path = files(room.folder)[-1]
    path.write_bytes(path.read_bytes().replace(b"audit.stop", b"audit.stoq"))
    with pytest.raises(BadConfiguration, match="was changed"):
        room.log()


def test_two_gateways_cannot_write_to_one_folder(room):
    room.log()
    with pytest.raises(BadConfiguration, match="another gateway"):
        room.log()


def test_a_folder_that_cannot_be_made_is_one_clear_problem(room):
    room.folder.write_text("")
    with pytest.raises(BadConfiguration, match=r"audit\.folder"):
        room.log()


def test_a_killed_process_loses_at_most_what_it_had_not_written_yet(room, eventually):
    program = f"""
import sys, time
from pathlib import Path
from lanyard_gateway.audit.log import AuditLog, LogSettings
from lanyard_gateway.audit.signing import open_signer
settings = LogSettings(Path({str(room.folder)!r}), write_every_s=0.01)
log = AuditLog(settings, open_signer(Path({str(room.key)!r})), ship=lambda head: None)
log.start()
for number in range(10_000):
    log.append({{"event": "test", "x": number}})
    if number == 100:
        while log.last_number < 102:  # the start of the log, and 0 to 100
            time.sleep(0.001)
        print("written", flush=True)
    time.sleep(0.0005)
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"written\n"
    child.kill()
    child.wait()
    child.stdout.close()
    room.log().close()
    found = numbers(room)
    assert len(found) >= 100
    assert found == list(range(len(found)))
    assert room.verify().problems == ()


class FullDisk:
    """Stands for ``os.write``: after ``room`` bytes the disk is full, until it is given more."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __call__(self, descriptor: int, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = data[: self.room]
        self.room -= len(part)
        return os.write(descriptor, part)


class Os:
    """The module ``os``, with another ``write`` and ``posix_fallocate``."""

    def __init__(self, full: FullDisk) -> None:
        self.write = full
        self._full = full

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def posix_fallocate(self, descriptor: int, offset: int, length: int) -> None:
        if self._full.room < length:
            raise OSError(errno.ENOSPC, "No space left on device")

    def truncate(self, path: object, length: int) -> None:
        self._full.room += 4096


def test_a_disk_on_which_everything_is_already_is_left_to_rest(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr("os.fdatasync", synced.append)
    disk = disks.Disk(tmp_path, next_number=1, reserve_bytes=4096)
    for written in (b"one\n", b"two\n"):
        disk.write(written)
        disk.sync()
        disk.sync()
    disk.close()
    assert len(synced) == 2


def test_what_could_not_be_put_onto_the_disk_is_tried_again(tmp_path, monkeypatch):
    def fail(_file):
        raise OSError(errno.EIO, "broken")

    disk = disks.Disk(tmp_path, next_number=1, reserve_bytes=4096)
    disk.write(b"one\n")
    with monkeypatch.context() as patched:
        patched.setattr("os.fdatasync", fail)
        for _ in range(2):
            with pytest.raises(OSError, match="broken"):
                disk.sync()
    disk.sync()
    disk.close()


@pytest.fixture
def full_disk(monkeypatch) -> FullDisk:
    disk = FullDisk(8192)
    monkeypatch.setattr(disks, "os", Os(disk))
    return disk


def test_when_the_disk_is_full_what_is_under_way_goes_into_the_reserve(room, full_disk, eventually):
    log = room.log()
    eventually(lambda: log.last_number == 1)
    assert log.is_healthy
    full_disk.room = 100
    put(log, 3)
    eventually(lambda: not log.is_healthy)
    eventually(lambda: log.last_number == 4)
    assert "full" in log.trouble
    assert numbers(room) == [0, 1, 2]
    full_disk.room = 100_000
    eventually(lambda: log.is_healthy)
    log.close()
    assert room.verify().problems == ()


def test_a_disk_that_stays_full_tears_no_line_and_what_was_lost_is_counted(
    room, full_disk, eventually
):
    log = room.log(queue_size=50)
    eventually(lambda: log.last_number == 1)
    full_disk.room = -4096  # the reserve is of no use either
    put(log, 80)
    eventually(lambda: not log.is_healthy)
    full_disk.room = 1_000_000
    eventually(lambda: log.is_healthy)
    eventually(lambda: "audit.gap" in room.events())
    log.close()
    [gap] = [entry for entry in room.entries() if entry["event"] == "audit.gap"]
    assert gap["lost"] + len(numbers(room)) == 80
    assert room.verify().problems == ()


def test_without_room_for_a_reserve_the_log_is_not_healthy(room, full_disk):
    full_disk.room = 2_000
    log = room.log()
    assert not log.is_healthy


def test_more_than_is_written_is_refused_before_anything_is_lost(room):
    log = room.log(queue_size=10, write_every_s=60.0)
    put(log, 6)
    assert log.is_healthy
    put(log, 3)
    assert not log.is_healthy
    assert "faster" in log.trouble


def test_a_log_whose_thread_has_ended_is_not_healthy(room):
    log = room.log()
    log.close()
    assert not log.is_healthy


def test_appending_never_waits_for_a_disk_that_hangs(room, monkeypatch, until_written):
    hangs, works_again = threading.Event(), threading.Event()

    def sync(descriptor: int) -> None:
        hangs.set()
        assert works_again.wait(30.0)
        os.fsync(descriptor)

    monkeypatch.setattr(disks.os, "fdatasync", sync)
    log = room.log(queue_size=5_000)
    assert hangs.wait(30.0)
    written = log.last_number
    put(log, 3_000)  # if this waited, it would wait for what comes two lines below
    assert log.last_number == written
    works_again.set()
    until_written(log, written + 3_000)
    assert numbers(room) == list(range(3_000))

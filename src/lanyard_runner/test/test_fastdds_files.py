"""What Fast DDS leaves in shared memory, and what of it may go."""

import fcntl
import os
import time

import pytest

from lanyard_runner import fastdds_files

SEGMENT = "fastrtps_0123456789abcdef"
PORT = "fastrtps_port7411"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(fastdds_files, "SHARED_MEMORY", tmp_path)
    for name in (SEGMENT, f"{SEGMENT}_el", PORT, f"{PORT}_el", f"sem.{PORT}_mutex", "other"):
        (tmp_path / name).touch()
    return tmp_path


def make_old(folder):
    then = time.time() - 2 * fastdds_files.STALE_AFTER_S
    for path in folder.iterdir():
        os.utime(path, (then, then))


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_files_that_are_ours_and_free_are_removed(folder):
    fastdds_files.remove_leftovers(ours=frozenset({SEGMENT, PORT}))
    assert left(folder) == ["other"]


def test_fresh_files_of_strangers_stay(folder):
    before = left(folder)
    assert fastdds_files.remove_leftovers(ours=frozenset()) == []
    assert left(folder) == before


def test_old_files_that_nobody_holds_are_removed(folder):
    make_old(folder)
    fastdds_files.remove_leftovers(ours=frozenset())
    assert left(folder) == ["other"]


def test_what_is_locked_stays_even_if_nobody_visible_has_it_open(folder, monkeypatch):
    make_old(folder)
    monkeypatch.setattr(fastdds_files, "files_of", lambda _pids: frozenset())
    with (folder / f"{SEGMENT}_el").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fastdds_files.remove_leftovers(ours=frozenset({SEGMENT}))
        assert left(folder) == [SEGMENT, f"{SEGMENT}_el", "other"]


def test_what_a_process_uses_stays(folder):
    with (folder / PORT).open():
        fastdds_files.remove_leftovers(ours=frozenset({SEGMENT, PORT}))
    assert left(folder) == [PORT, f"{PORT}_el", "other", f"sem.{PORT}_mutex"]


def test_without_their_lock_file_only_ours_are_removed(folder):
    (folder / f"{PORT}_el").unlink()
    (folder / f"{SEGMENT}_el").unlink()
    make_old(folder)
    fastdds_files.remove_leftovers(ours=frozenset({PORT}))
    assert left(folder) == [SEGMENT, "other"]


def test_the_files_that_a_process_has_open_are_known(folder):
    with (folder / SEGMENT).open():
        assert SEGMENT in fastdds_files.files_of([os.getpid()])


def test_files_of_a_process_that_has_ended_are_none(folder):
    assert fastdds_files.files_of([2**22 + 1]) == frozenset()


def test_tracing_files_go_when_they_are_new_and_nobody_maps_them(folder):
    (folder / "lttng-ust-wait-6").touch()
    assert fastdds_files.remove_tracing_files(before=frozenset()) == ["lttng-ust-wait-6"]


def test_tracing_files_stay_when_they_were_there_before_or_are_in_use(folder):
    (folder / "lttng-ust-wait-6").touch()
    assert fastdds_files.remove_tracing_files(before=frozenset({"lttng-ust-wait-6"})) == []
    with (folder / "lttng-ust-wait-6").open():
        assert fastdds_files.remove_tracing_files(before=frozenset()) == []

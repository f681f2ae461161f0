"""The journal knows after any end of the process what was begun and how it ended."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks import journal as module
from lanyard_tasks.journal import Journal
from lanyard_tasks.report import Ended, Outcome

DONE = Ended(Outcome.SUCCEEDED, phase="wait", run_time_s=1.5, result_json='{"waited_s": 1.5}')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tasks" / "arm_001.jsonl"


def test_a_goal_that_ended_is_told_as_it_ended_after_a_restart(path: Path) -> None:
    journal = Journal(path)
    journal.begins("aa")
    journal.ends("aa", DONE)
    journal.close()
    again = Journal(path)
    assert again.end_of("aa") == DONE
    again.close()


def test_a_goal_that_was_under_way_is_told_as_interrupted(path: Path) -> None:
    journal = Journal(path)
    journal.begins("aa")
    journal.close()
    again = Journal(path)
    assert again.end_of("aa").error is ErrorCode.INTERRUPTED
    assert "bb" not in again
    again.close()


def test_a_line_that_a_crash_cut_short_is_as_if_it_had_not_been_written(path: Path) -> None:
    journal = Journal(path)
    journal.begins("aa")
    journal.begins("bb")
    journal.close()
    whole = path.read_bytes()
    start = whole.index(b'{"goal":"bb"')
    for length in range(start, len(whole) - 1):
        path.write_bytes(whole[:length])
        again = Journal(path)
        assert "aa" in again
        assert "bb" not in again
        again.begins("cc")
        again.close()
        last = Journal(path)
        assert "cc" in last
        last.close()


def test_a_goal_is_on_disk_before_begins_returns(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path)
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fdatasync", lambda _: synced.append(path.read_bytes()))
    journal.begins("aa")
    assert synced == [b'{"goal":"aa"}\n']
    journal.close()


def test_a_full_disk_is_told_and_what_it_left_behind_hurts_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", full)
        with pytest.raises(OSError, match="No space"):
            journal.begins("aa")
    assert "aa" not in journal
    journal.begins("bb")
    journal.close()
    again = Journal(path)
    assert ("aa" in again, "bb" in again) == (False, True)
    again.close()


def test_a_second_task_server_on_the_same_journal_is_refused(path: Path) -> None:
    journal = Journal(path)
    with pytest.raises(BadConfiguration, match="in use by another task server"):
        Journal(path)
    journal.close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadConfiguration, match=r"journal .*file/arm_001.jsonl"):
        Journal(tmp_path / "file" / "arm_001.jsonl")


def test_the_file_stays_small_and_the_newest_goals_are_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_GOALS", 10)
    journal = Journal(path)
    for number in range(100):
        journal.begins(f"{number:02}")
        journal.ends(f"{number:02}", DONE)
        assert len(path.read_bytes().splitlines()) <= 41
    assert "99" in journal
    assert "50" not in journal
    journal.close()

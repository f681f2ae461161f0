"""What was promised is there after a power cut at any point, and unsafe settings are found out."""

import pytest
from power_loss.disk import Disk, Op
from power_loss.replay import look_at_journal, look_at_store, recorded, replayed

POINTS = 1000


def test_no_acknowledged_task_is_lost_at_any_of_1000_points(tmp_path):
    ops = recorded(tmp_path, "store")
    found = replayed(ops, tmp_path, look_at_store, points=POINTS, seed=1)
    assert found.wrong == []
    assert (found.points, found.promises) == (POINTS, 180)


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_the_same_with_unsafe_settings_loses_tasks(tmp_path, synchronous):
    ops = recorded(tmp_path, "store", synchronous=synchronous)
    found = replayed(ops, tmp_path, look_at_store, points=50, seed=1)
    assert any("was lost" in words for words in found.wrong)


def test_a_robots_journal_forgets_nothing_at_any_of_1000_points(tmp_path):
    ops = recorded(tmp_path, "journal")
    found = replayed(ops, tmp_path, look_at_journal, points=POINTS, seed=1)
    assert found.wrong == []
    assert (found.points, found.promises) == (POINTS, 120)


def test_a_journal_that_does_not_sync_is_found_out(tmp_path):
    ops = [op for op in recorded(tmp_path, "journal") if op.kind != "s"]
    assert replayed(ops, tmp_path, look_at_journal, points=50, seed=1).wrong


class Draws:
    """Random numbers that say: nothing of what was not synced, or all of it."""

    def __init__(self, everything):
        self.everything = everything

    def randint(self, low, high):
        return high if self.everything else low

    def choice(self, options):
        return max(options) if self.everything else min(options)

    def random(self):
        return 0.5


@pytest.mark.parametrize(
    ("kinds", "sure", "possible"),
    [
        ("w", {}, {"/d/a": b"one"}),
        ("ws", {"/d/a": b"one"}, {"/d/a": b"one"}),
        ("wst", {"/d/a": b"one"}, {"/d/a": b"o"}),
        ("wsr", {"/d/a": b"one"}, {"/d/b": b"one"}),
        ("wsrd", {"/d/b": b"one"}, {"/d/b": b"one"}),
        ("wsu", {"/d/a": b"one"}, {}),
    ],
)
def test_a_disk_keeps_what_was_synced_and_maybe_the_rest(kinds, sure, possible):
    ops = {
        "w": Op("w", "/d/a", 1, 0, b"one"),
        "t": Op("t", "/d/a", 1, 1, b""),
        "s": Op("s", "/d/a", 1, 0, b""),
        "r": Op("r", "/d/a", 0, 0, b"/d/b"),
        "d": Op("s", "/d", 2, 0, b""),
        "u": Op("u", "/d/a", 0, 0, b""),
    }
    disk = Disk()
    for kind in kinds:
        disk.take(ops[kind])
    assert disk.after_power_loss(Draws(everything=False)) == sure
    assert disk.after_power_loss(Draws(everything=True)) == possible


def test_a_new_file_with_the_inode_of_one_that_was_removed_is_another_file():
    disk = Disk()
    disk.take(Op("w", "/d/old", 1, 0, b"old"))
    disk.take(Op("u", "/d/old", 0, 0, b""))
    disk.take(Op("w", "/d/new", 1, 0, b"new"))
    disk.take(Op("s", "/d/new", 1, 0, b""))
    assert disk.after_power_loss(Draws(everything=True)) == {"/d/new": b"new"}

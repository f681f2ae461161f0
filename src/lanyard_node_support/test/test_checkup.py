"""What ``lanyard doctor`` hears of the nodes about this machine."""

import pytest

from lanyard_core.finding import Grade
from lanyard_node_support import checkup
from lanyard_node_support.realtime import ALLOW_LOCKING, ALLOW_SCHEDULING, Setting, Verdict


@pytest.fixture
def machine_says(monkeypatch):
    def say(*settings):
        monkeypatch.setattr(checkup, "examine", lambda _: list(settings))
        return checkup.findings()

    return say


def test_what_would_be_granted_is_good(machine_says):
    (found,) = machine_says(Setting("loop_scheduling", Verdict.APPLIED, "SCHED_FIFO 80"))
    assert (found.name, found.grade, found.detail) == (
        "real-time priority", Grade.GOOD, "SCHED_FIFO 80",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "why", "remedy"),
    [
        ("loop_scheduling", "SCHED_FIFO is not permitted to this user", ALLOW_SCHEDULING),
        ("memory", "the limit of locked memory is 64 KiB", ALLOW_LOCKING),
    ],
)
def test_what_would_be_refused_comes_with_its_cure(machine_says, name, why, remedy):
    (found,) = machine_says(Setting(name, Verdict.REFUSED, f"{why}: {remedy}"))
    assert (found.grade, found.detail, found.remedy) == (Grade.WARNING, why, remedy)


def test_what_is_not_asked_for_is_not_told(machine_says):
    assert machine_says(Setting("loop_affinity", Verdict.NOT_WANTED, "any processor")) == []


def test_this_machine_can_be_examined():
    assert [found.name for found in checkup.findings()] == ["real-time priority", "locked memory"]

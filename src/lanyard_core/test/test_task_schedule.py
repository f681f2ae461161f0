"""Which task a robot does next: lanes, times, places; and a fleet in virtual time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanyard_core.task.lane import QueueEntry, RunTimes
from lanyard_core.task.schedule import Due, Place, Schedule

ARM, AMR, BOTH = frozenset({"arm"}), frozenset({"amr"}), frozenset({"arm", "amr"})
NOTHING = Due(frozenset(), ())


def entry(seq: int, robots: frozenset[str] = ARM, **more: object) -> QueueEntry:
    fields = {"task_type": "fetch", "priority": 1} | more
    return QueueEntry(seq, f"t-{seq}", robots=robots, **fields)


def schedule_of(*entries: QueueEntry, now: float = 0.0) -> Schedule:
    schedule = Schedule()
    for each in entries:
        schedule.put(each, now=now)
    return schedule


def order(schedule: Schedule, robot_id: str = "arm") -> list[int]:
    return [each.seq for each in schedule.candidates(robot_id, limit=100)]


def place(schedule: Schedule, wanted: QueueEntry, *, now: float = 0.0, **free_in_s) -> Place:
    return schedule.place(
        wanted,
        now=now,
        free_in_s=lambda robot: free_in_s.get(robot, 0.0),
        run_times=RunTimes(lambda _task_type: 10.0),
    )


def test_a_robot_takes_from_every_lane_that_it_is_in_by_priority_and_then_by_arrival():
    schedule = schedule_of(
        entry(1, AMR), entry(2), entry(3, BOTH), entry(4, BOTH, priority=9), entry(5, priority=9)
    )
    assert order(schedule, "arm") == [4, 5, 2, 3]
    assert order(schedule, "amr") == [4, 1, 3]
    assert order(schedule, "nobody") == []


def test_a_task_that_is_reserved_is_offered_to_nobody():
    schedule = schedule_of(entry(1, BOTH), entry(2, BOTH))
    schedule.reserve("t-1")
    assert order(schedule, "arm") == order(schedule, "amr") == [2]
    schedule.release("t-1")
    assert order(schedule) == [1, 2]


def test_a_task_that_was_taken_out_is_gone_from_every_robot():
    schedule = schedule_of(entry(1, BOTH), entry(2))
    schedule.discard("t-1")
    schedule.discard("t-9")
    assert (order(schedule, "arm"), order(schedule, "amr"), len(schedule)) == ([2], [], 1)


def test_a_change_of_a_task_replaces_it_in_its_place():
    schedule = schedule_of(entry(1), entry(2))
    schedule.put(entry(2, priority=5), now=0.0)
    schedule.put(entry(2, priority=5), now=0.0)
    assert order(schedule) == [2, 1]
    schedule.put(entry(2, AMR), now=0.0)
    assert (order(schedule, "arm"), order(schedule, "amr")) == ([1], [2])
    assert len(schedule) == 2


def test_a_task_does_not_begin_before_its_time_and_then_has_the_place_of_its_arrival():
    schedule = schedule_of(entry(1, not_before_unix_s=50.0), entry(2))
    assert (order(schedule), schedule.next_moment()) == ([2], 50.0)
    assert schedule.is_early("t-1")
    assert schedule.pass_time(49.999) == NOTHING
    assert schedule.pass_time(50.0) == Due(ARM, ())
    assert order(schedule) == [1, 2]
    assert not schedule.is_early("t-1")
    assert schedule.next_moment() is None
    assert schedule.pass_time(60.0) == NOTHING


def test_a_time_that_has_gone_by_holds_nothing_back():
    assert order(schedule_of(entry(1, not_before_unix_s=50.0), now=50.0)) == [1]


def test_a_task_whose_deadline_passes_is_told_until_it_is_taken_out_and_never_begins():
    schedule = schedule_of(entry(1, deadline_unix_s=50.0), entry(2))
    assert schedule.next_moment() == 50.0
    assert schedule.pass_time(49.9) == NOTHING
    for _ in range(2):
        assert schedule.pass_time(50.0) == Due(frozenset(), ("t-1",))
        assert order(schedule) == [2]
    schedule.discard("t-1")
    assert schedule.pass_time(51.0) == NOTHING


def test_a_deadline_that_was_moved_counts_and_the_old_one_does_not():
    schedule = schedule_of(entry(1, deadline_unix_s=50.0))
    schedule.put(entry(1, deadline_unix_s=80.0), now=0.0)
    assert schedule.pass_time(79.0) == NOTHING
    assert schedule.pass_time(80.0).expired == ("t-1",)


def test_a_task_that_is_put_aside_keeps_its_deadline_only():
    schedule = schedule_of(entry(1, deadline_unix_s=50.0), entry(2))
    schedule.put_aside(entry(1, deadline_unix_s=50.0))
    schedule.put_aside(entry(2))
    assert (order(schedule), len(schedule)) == ([], 0)
    assert schedule.pass_time(50.0).expired == ("t-1",)


def test_a_place_says_how_many_go_before_and_when_it_begins():
    first, second, third = entry(1), entry(2, priority=9), entry(3)
    schedule = schedule_of(first, second, third)
    assert place(schedule, second, arm=4.0) == Place(1, 4.0)
    assert place(schedule, first, arm=4.0) == Place(2, 14.0)
    assert place(schedule, third, arm=4.0) == Place(3, 24.0)


def test_a_task_for_several_robots_has_the_place_that_is_nearest():
    shared = entry(9, BOTH)
    schedule = schedule_of(entry(1), entry(2), entry(3, AMR), shared)
    assert place(schedule, shared) == Place(2, 10.0)
    assert place(schedule, shared, amr=100.0) == Place(2, 20.0)


def test_work_that_others_share_is_counted_in_parts():
    own = entry(9)
    schedule = schedule_of(entry(1, BOTH), entry(2, BOTH), own)
    assert place(schedule, own) == Place(3, 10.0)


def test_nobody_knows_when_a_task_begins_whose_robots_are_all_away():
    schedule = schedule_of(entry(1, BOTH), entry(2, BOTH))
    assert place(schedule, entry(2, BOTH), arm=None, amr=None) == Place(2, None)
    assert place(schedule, entry(2, BOTH), arm=None, amr=0.0) == Place(2, 5.0)
    assert place(schedule, entry(3, frozenset())) == Place(1, None)


def test_a_task_is_not_said_to_begin_before_its_time():
    early = entry(1, not_before_unix_s=150.0)
    assert place(schedule_of(early, now=100.0), early, now=100.0) == Place(1, 50.0)


def test_an_empty_lane_is_forgotten():
    schedule = schedule_of(*(entry(number, frozenset({f"r-{number}"})) for number in range(50)))
    for number in range(50):
        schedule.discard(f"t-{number}")
    assert not schedule._lanes
    assert not any(schedule._lanes_of.values())


def test_alarms_that_were_cleared_do_not_pile_up():
    schedule = Schedule()
    for number in range(10_000):
        schedule.put(entry(number, deadline_unix_s=1e9), now=0.0)
        schedule.discard(f"t-{number}")
    assert len(schedule._deadlines._heap) < 200


# --- A fleet in virtual time ------------------------------------------------------------------

RETURN_S = 5.0


@dataclass
class Robot:
    name: str
    away_until: float = 0.0
    busy_until: float = 0.0

    def is_free(self, now: float) -> bool:
        return now >= self.away_until and now >= self.busy_until


@dataclass
class Fleet:
    """Robots that take what the schedule offers, as the gateway's dispatchers do; no real time."""

    robots: list[Robot]
    schedule: Schedule = field(default_factory=Schedule)
    now: float = 0.0
    waiting: dict[str, QueueEntry] = field(default_factory=dict)
    begun: list[tuple[float, str, QueueEntry]] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)

    def submit(self, new: QueueEntry) -> None:
        self.waiting[new.task_id] = new
        self.schedule.put(new, now=self.now)

    def let_pass(self, seconds: float, run_s: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 0.5)
            self._look(run_s)

    def _look(self, run_s: float) -> None:
        for task_id in self.schedule.pass_time(self.now).expired:
            self.schedule.discard(task_id)
            self.expired.append(self.waiting.pop(task_id).task_id)
        for robot in self.robots:
            if not robot.is_free(self.now):
                continue
            offered = self.schedule.candidates(robot.name, limit=1)
            self._check_offer(robot, offered)
            if offered:
                self.schedule.discard(offered[0].task_id)
                del self.waiting[offered[0].task_id]
                self.begun.append((self.now, robot.name, offered[0]))
                robot.busy_until = self.now + run_s

    def _check_offer(self, robot: Robot, offered: list[QueueEntry]) -> None:
        may = [
            each
            for each in self.waiting.values()
            if robot.name in each.robots and (each.not_before_unix_s or 0.0) <= self.now
        ]
        best = min(may, key=lambda each: each.rank, default=None)
        assert offered == ([] if best is None else [best])


orders = st.builds(
    dict,
    robots=st.sampled_from([ARM, AMR, BOTH]),
    priority=st.integers(0, 9),
    not_before_unix_s=st.none() | st.floats(0.0, 60.0),
    deadline_unix_s=st.none() | st.floats(1.0, 80.0),
)
steps = st.lists(
    st.tuples(st.just("submit"), orders)
    | st.tuples(st.just("away"), st.tuples(st.sampled_from(["arm", "amr"]), st.floats(1.0, 20.0)))
    | st.tuples(st.just("wait"), st.floats(0.5, 15.0)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=300)
@given(steps, st.floats(0.5, 12.0))
def test_whatever_happens_to_a_fleet_the_rules_of_the_queue_hold(happenings, run_s):
    fleet = Fleet([Robot("arm"), Robot("amr")])
    submitted = 0
    for kind, what in happenings:
        if kind == "submit":
            submitted += 1
            fleet.submit(entry(submitted, **what))
        elif kind == "away":
            name, seconds = what
            robot = next(each for each in fleet.robots if each.name == name)
            robot.away_until = fleet.now + seconds
        else:
            fleet.let_pass(what, run_s)
    fleet.let_pass(100.0 + submitted * (run_s + 1.0), run_s)
    # Every task began once or expired; nothing waits for ever, is lost, or begins twice.
    begun = [each.task_id for _, _, each in fleet.begun]
    assert sorted(begun + fleet.expired) == sorted(f"t-{n}" for n in range(1, submitted + 1))
    for began, robot, each in fleet.begun:
        assert robot in each.robots
        assert each.not_before_unix_s is None or began >= each.not_before_unix_s
        assert each.deadline_unix_s is None or began < each.deadline_unix_s
    for robot in fleet.robots:  # one at a time
        times = [began for began, name, _ in fleet.begun if name == robot.name]
        assert all(later - earlier >= run_s for earlier, later in itertools.pairwise(times))


@pytest.mark.parametrize("count", [1, 1000])
def test_a_robot_that_comes_back_gets_its_tasks_in_order_and_within_5_s(count):
    fleet = Fleet([Robot("arm", away_until=100.0)])
    for seq in range(1, count + 1):
        fleet.submit(entry(seq))
    fleet.let_pass(100.0 + RETURN_S, run_s=0.5)
    assert fleet.begun[0][0] <= 100.0 + RETURN_S
    fleet.let_pass(count, run_s=0.5)
    assert [each.seq for _, _, each in fleet.begun] == list(range(1, count + 1))

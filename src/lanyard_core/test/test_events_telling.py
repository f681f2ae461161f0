"""What a client of events is told, and what it may ask for."""

import pytest

from lanyard_core.access.built_in import BUILT_IN_POLICY
from lanyard_core.access.patterns import Patterns
from lanyard_core.access.principal import principal_of
from lanyard_core.access.scopes import Scope
from lanyard_core.events.answers import event_body
from lanyard_core.events.news import Event, EventType, News
from lanyard_core.events.telling import BATCH, Gap, Telling
from lanyard_core.events.window import EventWindow
from lanyard_core.events.wishes import (
    EventFilter,
    Filter,
    Resume,
    read_event_request,
    visible,
)
from lanyard_core.faults import BadInput, MalformedFrame
from lanyard_core.stream.frames import Ping

HEAD = {"v": 1, "seq": 3, "ts_us": 9}
ID = "01ARYZ6S410000000000000000"
STARTED = News(EventType.TASK_STARTED, robot_id="arm-001", task_id="t-1", data={"attempt": 1})
OFFLINE = News(EventType.ROBOT_OFFLINE, robot_id="amr-002")
OVERLOAD = News(EventType.GATEWAY_OVERLOAD)
VIEWER = principal_of(BUILT_IN_POLICY, key_id="k", role="viewer")


class Rig:
    def __init__(self, *, capacity=1000, may_see=lambda news: True):
        self.window = EventWindow(capacity=capacity)
        self.telling = Telling(cursor=0, may_see=may_see)
        self.count = 0

    def happens(self, *news):
        for each in news:
            self.count += 1
            self.window.add(0.0, Event(f"{self.count:026d}", self.count, each))

    def read(self, cursor, *, limit):
        return self.window.read(0.0, cursor, limit=limit)

    def told(self):
        found = []
        while self.telling.is_behind(self.window.end):
            found += self.telling.next(self.read)
        return found

    def told_numbers(self):
        return [item if isinstance(item, Gap) else item.at_us for item in self.told()]


def test_events_are_told_once_and_in_order():
    rig = Rig()
    rig.happens(STARTED, OFFLINE)
    assert rig.told_numbers() == [1, 2]
    rig.happens(OVERLOAD)
    assert rig.told_numbers() == [3]
    assert rig.told() == []


def test_a_long_tale_is_told_in_batches():
    rig = Rig()
    rig.happens(*[STARTED] * (2 * BATCH + 1))
    assert len(list(rig.telling.next(rig.read))) == BATCH
    assert rig.telling.is_behind(rig.window.end)
    assert len(rig.told()) == BATCH + 1


def test_who_comes_too_late_is_told_how_many_are_lost():
    rig = Rig(capacity=3)
    rig.happens(*[STARTED] * 8)
    assert rig.told_numbers() == [Gap(5), 6, 7, 8]


def test_who_goes_on_from_where_nobody_knows_is_told_of_a_gap_even_if_nothing_follows():
    rig = Rig()
    rig.telling.resume(0, is_complete=False)
    assert rig.told_numbers() == [Gap(None)]
    rig.happens(STARTED)
    assert rig.told_numbers() == [1]


def test_who_goes_on_from_an_event_is_told_what_came_after_it():
    rig = Rig()
    rig.happens(STARTED, OFFLINE, OVERLOAD)
    rig.told()
    cursor, is_complete = rig.window.cursor_after(0.0, f"{1:026d}")
    rig.telling.resume(cursor, is_complete=is_complete)
    assert rig.told_numbers() == [2, 3]


def test_what_is_not_wanted_or_may_not_be_seen_is_passed_over_and_noted():
    rig = Rig(may_see=lambda news: news is not OVERLOAD)
    rig.telling.wanted = EventFilter(types=("robot.*", "gateway.overload"))
    rig.happens(STARTED, OFFLINE, OVERLOAD)
    assert rig.told_numbers() == [2]
    assert rig.telling.last_id == f"{3:026d}"


@pytest.mark.parametrize(
    ("wanted", "admitted"),
    [
        (EventFilter(), [STARTED, OFFLINE, OVERLOAD]),
        (EventFilter(types=("task.*",)), [STARTED]),
        (EventFilter(types=("task.started", "robot.offline")), [STARTED, OFFLINE]),
        (EventFilter(types=()), []),
        (EventFilter(robots=("arm-001",)), [STARTED]),
        (EventFilter(tasks=("t-1",)), [STARTED]),
        (EventFilter(tasks=("t-2",)), []),
        (EventFilter(types=("robot.*",), robots=("arm-001",)), []),
    ],
)
def test_a_filter_admits_what_fits_all_that_it_names(wanted, admitted):
    assert [news for news in (STARTED, OFFLINE, OVERLOAD) if wanted.admits(news)] == admitted


def test_a_principal_is_told_only_of_its_robots_and_of_tasks_only_if_it_may_read_them():
    assert all(visible(VIEWER, news) for news in (STARTED, OFFLINE, OVERLOAD))
    of_arms = VIEWER.narrowed(robots=Patterns.of(["arm-*"]))
    assert [visible(of_arms, news) for news in (STARTED, OFFLINE, OVERLOAD)] == [True, False, True]
    no_tasks = VIEWER.narrowed(scopes=frozenset({Scope.ROBOTS_READ}))
    assert [visible(no_tasks, news) for news in (STARTED, OFFLINE)] == [False, True]
    nothing = VIEWER.narrowed(scopes=frozenset())
    assert not any(visible(nothing, news) for news in (STARTED, OFFLINE, OVERLOAD))


def test_the_body_of_an_event_names_the_robot_and_the_task():
    assert event_body(Event(ID, 7, STARTED)) == {
        "ts_us": 7,
        "id": ID,
        "type": "task.started",
        "robot_id": "arm-001",
        "task_id": "t-1",
        "data": {"attempt": 1},
    }


def test_requests_are_read():
    assert read_event_request(HEAD | {"t": "ping"}) == Ping(3, 9)
    resume = HEAD | {"t": "resume", "last_event_id": ID}
    assert read_event_request(resume) == Resume(3, ID)
    wish = HEAD | {"t": "filter", "types": ["task.*"], "robots": ["arm-001"], "tasks": []}
    assert read_event_request(wish) == Filter(3, EventFilter(("task.*",), ("arm-001",), ()))
    assert read_event_request(HEAD | {"t": "filter"}) == Filter(3, EventFilter())


@pytest.mark.parametrize("kind", ["task", "tasks.*", "task.started.*", "*", ""])
def test_a_type_that_there_is_not_is_refused_by_name(kind):
    with pytest.raises(BadInput) as caught:
        read_event_request(HEAD | {"t": "filter", "types": [kind]})
    assert caught.value.code == "unknown_type"


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        HEAD | {"t": "cmd"},
        HEAD | {"t": "resume"},
        HEAD | {"t": "resume", "last_event_id": "yesterday"},
        HEAD | {"t": "resume", "last_event_id": ID, "more": 1},
        HEAD | {"t": "filter", "robots": "arm-001"},
        HEAD | {"t": "ping", "types": []},
    ],
)
def test_what_is_no_request_is_refused(value):
    with pytest.raises(MalformedFrame):
        read_event_request(value)

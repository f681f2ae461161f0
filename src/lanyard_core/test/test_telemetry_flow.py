"""The gate that keeps telemetry from piling up before a slow reader."""

import pytest

from lanyard_core.telemetry.flow import FIRST_WINDOW, MAX_LAG_S, STALL_S, FlowGate

SETTLED_S = 5.0


class Reader:
    """Somebody at the other end of a line who reads samples at a rate, one after the other."""

    def __init__(self, *, way_s, reads_hz, rate_hz):
        self.gate = FlowGate()
        self.rate_hz = rate_hz
        self.way_s = way_s
        self.takes_s = 1.0 / reads_hz
        self.free_at = 0.0
        self.lags = []
        self.skipped = []
        self._answers = []

    def run(self, seconds):
        for n in range(round(seconds * self.rate_hz)):
            now = n / self.rate_hz
            while self._answers and self._answers[0] <= now:
                answered_at = self._answers.pop(0)
                if self.gate.answered(answered_at):
                    self.probe(answered_at)
            if not self.gate.is_open(now):
                self.skipped.append(now)
                continue
            self.free_at = max(self.free_at, now + self.way_s / 2) + self.takes_s
            self.lags.append((now, self.free_at - now))
            if self.gate.sent(now):
                self.probe(now)
        return self

    def probe(self, now):
        self._answers.append(max(self.free_at, now + self.way_s / 2) + self.way_s / 2)

    def worst_lag_s(self):
        return max(lag for when, lag in self.lags if when > SETTLED_S)


@pytest.mark.parametrize("way_s", [0.001, 0.05, 0.2, 0.4, 0.6])
@pytest.mark.parametrize("rate_hz", [1.0, 10.0, 100.0])
def test_a_reader_that_keeps_up_misses_nothing_however_far_away_it_is(way_s, rate_hz):
    reader = Reader(way_s=way_s, reads_hz=1000.0, rate_hz=rate_hz).run(60.0)
    assert [when for when in reader.skipped if when > SETTLED_S] == []


@pytest.mark.parametrize("reads_hz", [5.0, 20.0, 50.0, 90.0])
@pytest.mark.parametrize("way_s", [0.001, 0.05, 0.1])
def test_a_reader_that_is_too_slow_reads_what_is_new_and_as_much_as_it_can(way_s, reads_hz):
    reader = Reader(way_s=way_s, reads_hz=reads_hz, rate_hz=100.0).run(60.0)
    assert reader.worst_lag_s() < 1.6
    assert len(reader.lags) / 60.0 > 0.8 * reads_hz


def test_a_reader_that_stops_reading_has_little_before_it_when_it_goes_on():
    gate = FlowGate()
    sent_unread = 0
    for n in range(1000):
        now = n * 0.01
        if gate.is_open(now):
            sent_unread += now >= 5.0
            if gate.sent(now) and now < 5.0:
                gate.answered(now + 0.001)
    assert sent_unread <= 4 * FIRST_WINDOW


def test_a_probe_follows_the_first_sample_and_then_one_each_tenth_of_a_second():
    gate = FlowGate()
    probes = []
    for n in range(30):
        now = n * 0.01
        if gate.sent(now):
            probes.append(n)
            gate.answered(now + 0.001)
    assert probes == [0, 10, 20]


def test_at_a_slow_rate_a_probe_follows_each_third_sample():
    gate = FlowGate()
    probes = []
    for n in range(10):
        now = n * 0.1
        if gate.sent(now):
            probes.append(n)
            gate.answered(now + 0.001)
    assert probes == [0, 3, 6, 9]


def test_where_one_sample_may_be_under_way_a_probe_follows_each():
    gate = FlowGate()
    assert gate.sent(0.0)
    gate.answered(0.001)
    assert [gate.sent(0.2) for _ in range(3)] == [False, False, True]
    gate.answered(1.1)  # far too late: one at a time from now on
    assert gate.is_open(1.2)
    assert gate.sent(1.2)


def test_while_a_probe_stays_unanswered_for_a_second_nothing_more_is_sent():
    gate = FlowGate()
    assert gate.sent(0.0)
    assert gate.is_open(MAX_LAG_S - 0.001)
    assert not gate.sent(MAX_LAG_S - 0.001)
    assert not gate.is_open(MAX_LAG_S)
    assert not gate.answered(MAX_LAG_S)
    assert gate.is_open(MAX_LAG_S)


def test_many_samples_at_once_go_out_as_fast_as_the_reader_takes_them():
    """A socket to 500 robots, ten times a second, one millisecond away."""
    gate = FlowGate()
    now = 0.0
    for second in range(3):
        for _ in range(10):
            waiting = 500
            began = now
            while waiting:
                probe = False
                while waiting and gate.is_open(now):
                    waiting -= 1
                    probe = gate.sent(now) or probe
                now += 0.001
                while probe:
                    probe = gate.answered(now)
            if second:
                assert now - began < 0.01
            now = began + 0.1


def test_an_answer_that_nobody_waits_for_changes_nothing():
    gate = FlowGate()
    assert not gate.answered(5.0)
    assert gate.sent(6.0)


def test_a_reader_that_takes_nothing_for_3_seconds_has_stalled():
    gate = FlowGate()
    assert gate.stalls_at() is None
    gate.sent(1.0)
    assert gate.stalls_at() == 1.0 + STALL_S == 4.0
    gate.answered(1.1)
    assert gate.stalls_at() is None


def test_a_reader_before_whom_the_system_is_full_has_stalled_after_3_seconds_too():
    gate = FlowGate()
    gate.blocked(2.0)
    gate.blocked(4.0)
    assert gate.stalls_at() == 5.0
    gate.sent(2.5)
    assert gate.stalls_at() == 5.0
    gate.cleared()
    assert gate.stalls_at() == 5.5

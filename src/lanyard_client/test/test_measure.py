"""What times become when they are measured."""

from lanyard_client.measure import measured


def test_times_are_told_in_milliseconds_by_their_quantiles():
    found = measured("x", [0.001 * number for number in range(1, 101)])
    assert (found.good, found.count) == (True, 100)
    assert (found.p50_ms, found.p99_ms, found.worst_ms) == (51.0, 100.0, 100.0)


def test_a_single_time_beyond_the_limit_is_not_good():
    found = measured("x", [0.002, 0.012, 0.003], limit_ms=10.0)
    assert not found.good
    assert found.detail == "1 of 3 later than 10 ms"


def test_trouble_is_not_good_however_fast_it_came():
    assert not measured("x", [0.001], limit_ms=10.0, trouble="offline").good


def test_no_answer_is_not_good():
    found = measured("x", [])
    assert (found.good, found.detail, found.worst_ms) == (False, "no answer", None)

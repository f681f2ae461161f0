import statistics

import pytest

from lanyard_sim.geometry import PlanarPose
from lanyard_sim.sensors import NoisyReader, Odometer, random_stream

DT = 0.005


def drive(odometer: Odometer, seconds: float) -> PlanarPose:
    truth = PlanarPose()
    for _ in range(round(seconds / DT)):
        odometer.advance(0.5, 0.1, DT)
        truth = truth.driven(0.5, 0.1, DT)
    return truth


def test_without_noise_odometry_is_the_truth():
    odometer = Odometer(0.0, random_stream(1, "odometer"))
    assert drive(odometer, 10.0) == odometer.pose


def test_with_noise_odometry_drifts_but_stays_near_the_truth():
    odometer = Odometer(0.01, random_stream(1, "odometer"))
    truth = drive(odometer, 20.0)
    assert odometer.pose != truth
    assert odometer.pose.distance_to(truth.x, truth.y) < 0.05


def test_odometry_does_not_drift_at_rest():
    odometer = Odometer(0.01, random_stream(1, "odometer"))
    drive(odometer, 1.0)
    before = odometer.pose
    for _ in range(1000):
        odometer.advance(0.0, 0.0, DT)
    assert odometer.pose == before
    assert (odometer.linear, odometer.angular) == (0.0, 0.0)


def test_the_same_seed_gives_the_same_noise_and_another_seed_another_one():
    def draws(seed: int) -> tuple[float, ...]:
        return NoisyReader(1.0, random_stream(seed, "x")).added((0.0,) * 10)

    assert draws(1) == draws(1)
    assert draws(1) != draws(2)


def test_the_noise_of_a_seed_is_pinned():
    # Recorded sessions and the documentation count on it on every machine and Python.
    assert random_stream(1, "odometer").random() == 0.5351981271840285


def test_two_sensors_of_one_seed_do_not_share_their_noise():
    assert random_stream(1, "positions").random() != random_stream(1, "speeds").random()


def test_added_noise_has_the_deviation_that_was_asked_for():
    values = NoisyReader(0.5, random_stream(1, "x")).added((20.0,) * 5000)
    assert statistics.mean(values) == pytest.approx(20.0, abs=0.05)
    assert statistics.stdev(values) == pytest.approx(0.5, rel=0.05)


def test_relative_noise_leaves_zero_alone():
    assert NoisyReader(0.5, random_stream(1, "x")).relative((0.0, 0.0)) == (0.0, 0.0)

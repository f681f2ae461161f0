import math

from lanyard_sim.body import Body
from lanyard_sim.self_test import SelfTest
from lanyard_sim.sensors import Odometer, random_stream
from lanyard_sim.settings import settings_from

STEP_S = 0.005


def codes(test: SelfTest, body: Body) -> list[str]:
    return [part.finding.code for part in test.judge(body) if part.finding]


def test_every_component_is_asked_and_well_at_the_start(parameters):
    settings = settings_from(parameters)
    components = SelfTest(settings).judge(Body(settings))
    joints = [f"joint_{number}" for number in range(1, 7)]
    asked = [part.component for part in components]
    assert asked == ["base", "base driver", "arm driver", "battery", *joints]
    assert not any(part.finding for part in components)


def test_several_findings_stand_side_by_side(parameters):
    settings = settings_from({**parameters, "fault.hot_joint": "joint_2", "fault.stuck_base": True})
    body, test = Body(settings), SelfTest(settings)
    odometer = Odometer(0.0, random_stream(1, "odometer"))
    body.arm_driver.offer([math.nan] * 6)
    body.base_driver.offer((0.0,) * 6)
    for _ in range(800):
        body.base_driver.offer((0.3, 0.0, 0.0, 0.0, 0.0, 0.0))
        body.advance(STEP_S, settings.faults)
        odometer.advance(body.base.linear, body.base.angular, STEP_S)
        test.advance(body, odometer, STEP_S)
    assert codes(test, body) == ["BASE_STUCK", "ARM_COMMAND_REFUSED", "JOINT_2_OVERTEMP"]

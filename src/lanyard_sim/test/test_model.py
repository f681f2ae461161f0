import pytest

from lanyard_core.rotation import rotated
from lanyard_sim.model import CAMERA_OPTICS, JOINT_NAMES, JOINTS


def test_the_arm_has_six_joints_named_in_order():
    assert tuple(f"joint_{number}" for number in range(1, 7)) == JOINT_NAMES
    assert [joint.link for joint in JOINTS] == [f"link_{number}" for number in range(1, 7)]


def test_every_joint_can_stand_at_zero():
    assert all(joint.lower < 0.0 < joint.upper for joint in JOINTS)


def test_the_optical_frame_looks_along_z_with_x_right_and_y_down():
    optics = CAMERA_OPTICS.transform.rotation
    forward, right, down = (1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0)
    assert rotated((0.0, 0.0, 1.0), optics) == pytest.approx(forward)
    assert rotated((1.0, 0.0, 0.0), optics) == pytest.approx(right)
    assert rotated((0.0, 1.0, 0.0), optics) == pytest.approx(down)

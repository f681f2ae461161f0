import math

import pytest

from lanyard_sim.camera import intrinsic_matrix, projection_matrix
from lanyard_sim.model import CAMERA_HEIGHT_PX, CAMERA_VIEW_ANGLE_RAD, CAMERA_WIDTH_PX


def test_a_ray_at_half_the_view_angle_hits_the_edge_of_the_picture():
    focal, centre = intrinsic_matrix()[0], intrinsic_matrix()[2]
    edge = centre + focal * math.tan(CAMERA_VIEW_ANGLE_RAD / 2)
    assert edge == pytest.approx(CAMERA_WIDTH_PX)


def test_the_axis_goes_through_the_middle_of_the_picture():
    matrix = intrinsic_matrix()
    assert (matrix[2], matrix[5]) == (CAMERA_WIDTH_PX / 2, CAMERA_HEIGHT_PX / 2)


def test_the_projection_of_a_single_camera_is_its_intrinsics_without_an_offset():
    k, p = intrinsic_matrix(), projection_matrix()
    assert p[0:3] + p[4:7] + p[8:11] == k
    assert (p[3], p[7], p[11]) == (0.0, 0.0, 0.0)

"""Transforms between any two frames, and only what has changed."""

import math

import pytest

from lanyard_core.faults import BadInput
from lanyard_rosbridge.protocol.frame_tree import FrameTree, Republisher, read_wanted

QUARTER = {"x": 0.0, "y": 0.0, "z": math.sqrt(0.5), "w": math.sqrt(0.5)}
NONE = {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0}


def transform(parent, child, x=0.0, rotation=NONE, sec=1):
    return {
        "header": {"stamp": {"sec": sec, "nanosec": 0}, "frame_id": parent},
        "child_frame_id": child,
        "transform": {"translation": {"x": x, "y": 0.0, "z": 0.0}, "rotation": rotation},
    }


@pytest.fixture
def tree():
    made = FrameTree()
    made.put([transform("map", "base", 2.0, QUARTER), transform("base", "hand", 1.0, sec=5)])
    made.put([transform("map", "dock", 3.0), transform("loop_a", "loop_b"),
              transform("loop_b", "loop_a")])  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("target", "source", "where"),
    [
        ("map", "hand", (2.0, 1.0, 0.0)),
        ("/map", "/hand", (2.0, 1.0, 0.0)),
        ("hand", "map", (-1.0, 2.0, 0.0)),
        ("dock", "hand", (-1.0, 1.0, 0.0)),
        ("base", "base", (0.0, 0.0, 0.0)),
    ],
)
def test_a_pose_is_found_up_down_and_across_the_tree(tree, target, source, where):
    motion, _ = tree.lookup(target, source)
    assert motion.translation == pytest.approx(where)


@pytest.mark.parametrize(("target", "source"), [("map", "moon"), ("loop_a", "map")])
def test_frames_that_nothing_joins_have_no_pose(tree, target, source):
    assert tree.lookup(target, source) is None


def wanted(**more):
    goal = {"source_frames": ["hand"], "target_frame": "map", "angular_thres": 0.1,
            "trans_thres": 0.5, "rate": 20.0}  # fmt: skip
    return read_wanted({**goal, **more})


def test_a_page_is_told_of_a_frame_at_first_and_when_it_moved_far_enough(tree):
    republisher = Republisher(wanted())
    (told,) = republisher.changed(tree)
    assert (told["child_frame_id"], told["header"]["frame_id"]) == ("hand", "map")
    assert told["transform"]["translation"]["y"] == pytest.approx(1.0)
    assert republisher.changed(tree) == []
    tree.put([transform("base", "hand", 1.4)])
    assert republisher.changed(tree) == []
    tree.put([transform("base", "hand", 1.6)])
    assert len(republisher.changed(tree)) == 1


def test_a_page_is_told_when_a_frame_turned_far_enough(tree):
    republisher = Republisher(wanted(trans_thres=100.0))
    republisher.changed(tree)
    tree.put([transform("base", "hand", 1.0, QUARTER)])
    assert len(republisher.changed(tree)) == 1


@pytest.mark.parametrize(
    "goal", [None, {}, {"source_frames": "hand"}, {"source_frames": [], "target_frame": 5},
             {"source_frames": ["x"] * 1000, "target_frame": "map"}]
)  # fmt: skip
def test_goals_that_make_no_sense_are_refused(goal):
    with pytest.raises(BadInput):
        read_wanted(goal)


def test_the_rate_stays_within_reason():
    assert wanted(rate=1e9).period_s == pytest.approx(1 / 60)

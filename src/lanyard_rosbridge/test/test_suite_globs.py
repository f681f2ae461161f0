"""A role of the policy as the lists of the upstream suite: never wider where a robot could move."""

import pytest

from lanyard_core.access.patterns import Patterns
from lanyard_core.access.policy import NOTHING
from lanyard_core.access.policy_document import read_policy
from lanyard_core.faults import BadConfiguration
from lanyard_rosbridge.suite.globs import globs_of, overlap

MOTION = Patterns.of(["/cmd_vel", "**/cmd_vel", "**/cmd_vel_*", "**/commands"])


def role(**lists):
    document = {"version": 1, "roles": {"panel": {"scopes": [], "robots": ["**"], **lists}}}
    return read_policy(document).roles["panel"]


def test_a_role_becomes_three_lists():
    globs = globs_of(
        role(
            topics={"subscribe": ["/*/odom", "/arm/**/joints"], "publish": ["/goal"]},
            services={"call": ["/lights"]},
            params={"read": ["/node/speed"], "write": ["/node/speed"]},
        ),
        MOTION,
    )
    assert globs.topics == "[/*/odom, /arm/*/joints, /goal]"
    assert globs.services == "[/lights]"
    assert globs.params == "[/node/speed]"


def test_a_list_that_names_nothing_opens_nothing():
    globs = globs_of(NOTHING, MOTION)
    assert {globs.topics, globs.services, globs.params} == {"[/-]"}, "an empty one opens all"


@pytest.mark.parametrize(
    "name",
    ["**", "/arm/**", "/cmd_vel", "/*/cmd_vel", "/arm/cmd_*", "/arm/*", "/arm/cmd_vel_raw",
     "/??d_vel", "/arm/lanyard/command"],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["subscribe", "publish"])
def test_a_topic_that_could_move_a_robot_is_refused(name, verb):
    with pytest.raises(BadConfiguration, match="moves a robot or is the gateway's"):
        globs_of(role(topics={verb: [name]}), MOTION)


@pytest.mark.parametrize("name", ["**", "/arm/lanyard/reset", "/arm/*"])
def test_a_service_that_is_the_gateways_is_refused(name):
    with pytest.raises(BadConfiguration, match="server:=lanyard"):
        globs_of(role(services={"call": [name]}), MOTION)


def test_what_the_lists_open_beyond_the_policy_is_told():
    wider = "\n".join(
        globs_of(
            role(
                topics={
                    "subscribe": ["/both", {"name": "/*/scan", "max_hz": 5.0}],
                    "publish": ["/both"],
                },
                params={"read": ["/a/b"]},
            ),
            MOTION,
        ).wider
    )
    assert "nobody is asked for a key" in wider
    assert "actions have no list" in wider
    assert "topics: subscribe and publish are one list: /*/scan" in wider
    assert "params: read and write are one list: /a/b" in wider
    assert "a star crosses slashes, so these mean more: /*/scan" in wider
    assert "max_hz, max_bytes and preconditions of entries are not held" in wider
    assert "services" not in wider


@pytest.mark.parametrize(
    ("glob", "pattern", "meet"),
    [
        ("/a", "/a", True),
        ("/a", "/b", False),
        ("/*", "/a/b", True),  # upstream's star crosses slashes
        ("/a/b", "/*", False),  # ours does not
        ("/a/b", "/**", True),
        ("/*/odom", "**/cmd_vel_*", False),
        ("/*/cmd_vel_*", "**/cmd_vel", True),  # /arm/cmd_vel_x/cmd_vel
        ("/x?z", "/x/z", True),
        ("/x/z", "/x?z", False),
        ("**", "/", True),
        ("/a*", "*b", False),
        ("/a*", "/*b", True),
        ("/ab", "/a**b", True),
        ("/a", "/ab", False),
    ],
)
def test_two_patterns_meet_where_a_name_fits_both(glob, pattern, meet):
    assert overlap(glob, pattern) is meet

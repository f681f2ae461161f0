"""What the tests of the bridge share: principals, and a session that needs no ROS."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lanyard_core.access.patterns import EVERYTHING, Patterns
from lanyard_core.access.policy_document import read_policy
from lanyard_core.access.principal import Principal, principal_of
from lanyard_core.access.scopes import Scope
from lanyard_rosbridge.protocol import json_codec
from lanyard_rosbridge.protocol.access import Access
from lanyard_rosbridge.protocol.effects import Send
from lanyard_rosbridge.protocol.motion_guard import MotionLeases
from lanyard_rosbridge.protocol.session import Session
from lanyard_rosbridge.protocol.settings import SessionSettings

ALL = ["**"]
OPEN = {
    "topics": {"subscribe": ALL, "publish": ALL},
    "services": {"call": ALL, "advertise": ALL},
    "actions": {"send_goal": ALL, "advertise": ALL},
    "params": {"read": ALL, "write": ALL},
}
EVERY_SCOPE = [scope.value for scope in Scope]


def pytest_configure(config: pytest.Config) -> None:
    # The parser that ROS's message packages import uses modules that Python 3.11 calls outdated.
    config.addinivalue_line("filterwarnings", "ignore:module 'sre_:DeprecationWarning")


class Talk:
    """A session and the time it is told; a client's side of it in tests."""

    def __init__(self, rules: dict, *, scopes: list[str] | None = None, leases=None) -> None:
        self.now = 1000.0
        self.leases = leases or MotionLeases()
        self.session = Session(
            Access(
                principal(rules, scopes),
                motion=Patterns.of(["/cmd_vel", "**/cmd_vel"]),
                robots={"/arm_001": "arm-001"},
            ),
            SessionSettings(),
            self.leases,
            unix_offset_s=1e9,
        )

    def say(self, **values: object) -> list:
        """The effects of an operation."""
        return self.session.received(json_codec.encode(values).decode(), self.now)

    def told(self, **values: object) -> list:
        """The frames with which an operation is answered."""
        return [effect.values for effect in self.say(**values) if isinstance(effect, Send)]

    def wait(self, seconds: float) -> list:
        """Time goes by; what the session wants done then."""
        self.now += seconds
        return self.session.deadline_passed(self.now)


def principal(rules: dict, scopes: list[str] | None = None) -> Principal:
    """Somebody whose role has these lists."""
    role = {"scopes": EVERY_SCOPE if scopes is None else scopes, "robots": ["**"], **rules}
    policy = read_policy({"version": 1, "roles": {"tester": role}})
    return principal_of(policy, key_id="k", role="tester").narrowed(robots=EVERYTHING)


@pytest.fixture
def talk() -> Talk:
    """A client that may do everything that no guard forbids."""
    return Talk(OPEN)


@pytest.fixture
def talk_with() -> Callable[..., Talk]:
    """Makes a client with other rules."""
    return Talk

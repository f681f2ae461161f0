"""What one client may do with which names: its principal, the policy's lists, and motion.

Everything is refused that no list of the policy names. Topics that move a robot need more: an entry
that names the topic itself. A pattern that merely covers it (``**``, ``/arm_001/*``) lets no motion
through, because whoever wrote it was thinking of dashboards. Lanyard's own names below ``lanyard/``
are never written from here: they belong to the gateway, which holds lease and watchdog.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lanyard_core.access.patterns import Patterns
from lanyard_core.access.policy import Direction, Entry
from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import Forbidden, LanyardFault
from lanyard_rosbridge.protocol import names

_INTERNAL = Patterns.of(["/lanyard/**", "**/lanyard/**"])
_SCOPES = {
    Direction.SUBSCRIBE: Scope.ROS_READ,
    Direction.PUBLISH: Scope.ROS_PUBLISH,
    Direction.CALL: Scope.ROS_CALL,
    Direction.ADVERTISE_SERVICE: Scope.ROS_CALL,
    Direction.SEND_GOAL: Scope.ROS_CALL,
    Direction.ADVERTISE_ACTION: Scope.ROS_CALL,
    Direction.READ_PARAMETER: Scope.ROS_READ,
    Direction.WRITE_PARAMETER: Scope.ROS_CALL,
}
_ONLY_LOOKING = (Direction.SUBSCRIBE, Direction.READ_PARAMETER)
_WILD = frozenset("*?")


@dataclass(frozen=True, slots=True)
class Access:
    """What one client may do. ``robots`` are ids by the namespaces of known robots."""

    principal: Principal
    namespace: str = "/"
    motion: Patterns = field(default_factory=Patterns)
    robots: Mapping[str, str] = field(default_factory=dict)

    def name(self, written: str) -> str:
        """The absolute name of what a client wrote. Raises BadInput."""
        return names.absolute(written, self.namespace)

    def check(self, direction: Direction, name: str) -> Entry:
        """The policy's entry for an absolute name. Raises Forbidden, NotFound."""
        self.principal.check_scope(_SCOPES[direction])
        entry = self.principal.check_name(direction, name)
        robot_id = self.robot_of(name)
        if robot_id is not None:
            self.principal.check_robot(robot_id)
        if direction not in _ONLY_LOOKING and _INTERNAL.match(name):
            raise Forbidden(
                f"{name} belongs to the gateway: drive, stop and reset over its own channels",
                code="internal_name",
            )
        if direction is Direction.PUBLISH and self.moves(name):
            return self._entry_that_names(name, entry)
        return entry

    def _entry_that_names(self, topic: str, entry: Entry) -> Entry:
        """The entry that means a motion topic and nothing else by its last part."""
        entries = self.principal.rules.directions[Direction.PUBLISH]
        meant = (e for e in entries if _names(e, topic) and e.pattern.matches(topic))
        found = next(meant, None)
        if found is None:
            raise Forbidden(
                f"{topic} moves a robot: the policy must name it, and {entry.pattern.text!r} covers"
                " it only",
                code="motion_not_allowed",
            )
        return found

    def check_reading(self) -> None:
        """Raise Forbidden when the client may not look at the ROS graph at all."""
        self.principal.check_scope(Scope.ROS_READ)

    def may(self, direction: Direction, name: str) -> bool:
        """Whether ``check`` would let it through."""
        try:
            self.check(direction, name)
        except LanyardFault:
            return False
        return True

    def moves(self, topic: str) -> bool:
        """Whether what is published on a topic moves a robot."""
        return self.motion.match(topic)

    def robot_of(self, name: str) -> str | None:
        """The id of the robot below whose namespace a name is."""
        for namespace, robot_id in self.robots.items():
            if name.startswith(namespace + "/"):
                return robot_id
        return None


def _names(entry: Entry, name: str) -> bool:
    """Whether the entry ends in the name's own last part, without a wildcard in it."""
    last = entry.pattern.text.rpartition("/")[2]
    return not _WILD.intersection(last) and name.rpartition("/")[2] == last

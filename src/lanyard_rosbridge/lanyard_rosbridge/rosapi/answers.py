"""One handler for each service of rosapi. What the caller may not use is not shown.

Each handler stands alone: a question that one cannot answer is a fault of that call and nothing
else. The graph and the parameters of nodes are asked through ``Graph`` and ``Parameters``.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from lanyard_core.access.policy import Direction
from lanyard_core.faults import BadInput, NotFound
from lanyard_rosbridge.conversion.layout import Struct
from lanyard_rosbridge.protocol.access import Access
from lanyard_rosbridge.rosapi.typedefs import full_text, typedefs

NamesAndTypes = Mapping[str, list[str]]
Answer = dict[str, Any]
_HIDDEN = "/_"


class Graph(Protocol):
    """What is on the ROS graph now; names are absolute."""

    def topics(self) -> NamesAndTypes:
        """Topics and their types."""

    def services(self) -> NamesAndTypes:
        """Services and their types."""

    def actions(self) -> NamesAndTypes:
        """Actions and their types."""

    def nodes(self) -> list[str]:
        """Nodes."""

    def node_details(self, node: str) -> tuple[list[str], list[str], list[str]]:
        """What a node subscribes to, publishes, serves. Raises NotFound."""

    def publishers(self, topic: str) -> list[str]:
        """Nodes that publish a topic."""

    def subscribers(self, topic: str) -> list[str]:
        """Nodes that are subscribed to it."""

    def layout(self, type_name: str, part: str) -> Struct:
        """The layout of a type; ``part`` msg, Request, Response, Goal, Result or Feedback."""

    def interfaces(self) -> list[str]:
        """All types that are installed."""

    def now(self) -> tuple[int, int]:
        """ROS time: seconds, nanoseconds."""


class Parameters(Protocol):
    """The parameters of nodes; values as JSON text."""

    async def get(self, node: str, name: str) -> str:
        """A value. Raises NotFound when it is not declared, Unavailable."""

    async def set(self, node: str, name: str, value: str | None) -> None:
        """Set it, or with None take it away. Raises Conflict when the node refuses."""

    async def names(self, nodes: list[str]) -> list[tuple[str, str]]:
        """Nodes and names of all parameters of those nodes that answer."""


class Rosapi:
    """The services of rosapi."""

    def __init__(self, graph: Graph, parameters: Parameters) -> None:
        self._graph = graph
        self._parameters = parameters
        self._at_once: dict[str, Callable[[Mapping[str, Any], Access], Answer]] = {
            "topics": self._topics,
            "topics_for_type": self._topics_for_type,
            "topics_and_raw_types": self._topics_and_raw_types,
            "topic_type": lambda a, m: self._type(self._topics_of(m), m.name(_text(a, "topic"))),
            "services": lambda _, m: {"services": list(self._services_of(m))},
            "services_for_type": lambda a, m: {
                "services": _of_type(self._services_of(m), _text(a, "type"))
            },
            "service_type": lambda a, m: self._type(
                self._services_of(m), m.name(_text(a, "service"))
            ),
            "service_node": lambda a, m: {"node": next(iter(self._providers(a, m)), "")},
            "service_providers": lambda a, m: {"providers": self._providers(a, m)},
            "service_request_details": lambda a, _: self._details(a, "Request"),
            "service_response_details": lambda a, _: self._details(a, "Response"),
            "message_details": lambda a, _: self._details(a, "msg"),
            "nodes": lambda _a, _m: {"nodes": self._graph.nodes()},
            "node_details": self._node_details,
            "publishers": lambda a, m: {"publishers": self._graph.publishers(self._seen(a, m))},
            "subscribers": lambda a, m: {"subscribers": self._graph.subscribers(self._seen(a, m))},
            "action_servers": lambda _, m: {"action_servers": list(self._actions_of(m))},
            "action_type": lambda a, m: self._type(self._actions_of(m), m.name(_text(a, "action"))),
            "action_goal_details": lambda a, _: self._details(a, "Goal"),
            "action_result_details": lambda a, _: self._details(a, "Result"),
            "action_feedback_details": lambda a, _: self._details(a, "Feedback"),
            "interfaces": lambda _a, _m: {"interfaces": self._graph.interfaces()},
            "get_time": lambda _a, _m: {"time": dict(zip(("sec", "nanosec"), self._graph.now()))},
            "get_ros_version": lambda _a, _m: _VERSION,
        }
        self._later: dict[str, Callable[[Mapping[str, Any], Access], Awaitable[Answer]]] = {
            "get_param": self._get_param,
            "set_param": self._set_param,
            "has_param": self._has_param,
            "delete_param": self._delete_param,
            "get_param_names": self._get_param_names,
        }

    async def answer(self, service: str, args: object, access: Access) -> Answer:
        """The answer. Raises NotFound for a service that rosapi does not have, and other faults."""
        given = args if isinstance(args, Mapping) else {}
        if service in self._at_once:
            return self._at_once[service](given, access)
        if service in self._later:
            return await self._later[service](given, access)
        known = ", ".join(sorted([*self._at_once, *self._later]))
        raise NotFound(f"rosapi has no service {service!r}; it has: {known}")

    def _topics_of(self, access: Access) -> NamesAndTypes:
        return _allowed(self._graph.topics(), access, Direction.SUBSCRIBE, Direction.PUBLISH)

    def _services_of(self, access: Access) -> NamesAndTypes:
        return _allowed(self._graph.services(), access, Direction.CALL)

    def _actions_of(self, access: Access) -> NamesAndTypes:
        return _allowed(self._graph.actions(), access, Direction.SEND_GOAL)

    def _topics(self, _args: Mapping[str, Any], access: Access) -> Answer:
        found = self._topics_of(access)
        return {"topics": list(found), "types": [types[0] for types in found.values()]}

    def _topics_for_type(self, args: Mapping[str, Any], access: Access) -> Answer:
        return {"topics": _of_type(self._topics_of(access), _text(args, "type"))}

    def _topics_and_raw_types(self, args: Mapping[str, Any], access: Access) -> Answer:
        answer = self._topics(args, access)
        return {**answer, "typedefs_full_text": [self._full_text(t) for t in answer["types"]]}

    def _full_text(self, type_name: str) -> str:
        try:
            return full_text(self._graph.layout(type_name, "msg"))
        except BadInput:  # not installed here
            return ""

    def _type(self, known: NamesAndTypes, name: str) -> Answer:
        return {"type": next(iter(known.get(name, [])), "")}

    def _providers(self, args: Mapping[str, Any], access: Access) -> list[str]:
        service = access.name(_text(args, "service"))
        if service not in self._services_of(access):
            return []
        return [
            node for node in self._graph.nodes() if service in self._graph.node_details(node)[2]
        ]

    def _details(self, args: Mapping[str, Any], part: str) -> Answer:
        return {"typedefs": typedefs(self._graph.layout(_text(args, "type"), part))}

    def _node_details(self, args: Mapping[str, Any], access: Access) -> Answer:
        subscribing, publishing, services = self._graph.node_details(_text(args, "node"))
        topics, served = self._topics_of(access), self._services_of(access)
        return {
            "subscribing": [name for name in subscribing if name in topics],
            "publishing": [name for name in publishing if name in topics],
            "services": [name for name in services if name in served],
        }

    def _seen(self, args: Mapping[str, Any], access: Access) -> str:
        topic = access.name(_text(args, "topic"))
        if topic not in self._topics_of(access):
            raise NotFound(f"there is no topic {topic} that you may use")
        return topic

    async def _get_param(self, args: Mapping[str, Any], access: Access) -> Answer:
        node, name = _parameter(args, access, Direction.READ_PARAMETER)
        try:
            return _done(value=await self._parameters.get(node, name))
        except NotFound as fault:
            default = args.get("default_value")
            return _not_done(fault.detail, value=default if isinstance(default, str) else "")

    async def _set_param(self, args: Mapping[str, Any], access: Access) -> Answer:
        node, name = _parameter(args, access, Direction.WRITE_PARAMETER)
        await self._parameters.set(node, name, _text(args, "value"))
        return _done()

    async def _delete_param(self, args: Mapping[str, Any], access: Access) -> Answer:
        node, name = _parameter(args, access, Direction.WRITE_PARAMETER)
        await self._parameters.set(node, name, None)
        return _done()

    async def _has_param(self, args: Mapping[str, Any], access: Access) -> Answer:
        node, name = _parameter(args, access, Direction.READ_PARAMETER)
        try:
            await self._parameters.get(node, name)
        except NotFound:
            return {"exists": False}
        return {"exists": True}

    async def _get_param_names(self, _args: Mapping[str, Any], access: Access) -> Answer:
        found = await self._parameters.names(self._graph.nodes())
        may = [
            f"{node}:{name}"
            for node, name in found
            if access.may(Direction.READ_PARAMETER, f"{node}/{name}")
        ]
        return {"names": may}


def _allowed(known: NamesAndTypes, access: Access, *directions: Direction) -> NamesAndTypes:
    return {
        name: types
        for name, types in known.items()
        if _HIDDEN not in name and any(access.may(direction, name) for direction in directions)
    }


def _of_type(known: NamesAndTypes, wanted: str) -> list[str]:
    """Names of things of a type, written ``pkg/Type`` or ``pkg/msg/Type``."""
    package, *_, last = wanted.split("/")
    return [
        name
        for name, types in known.items()
        if any(t.split("/")[0] == package and t.split("/")[-1] == last for t in types)
    ]


def _parameter(args: Mapping[str, Any], access: Access, direction: Direction) -> tuple[str, str]:
    node, colon, name = _text(args, "name").partition(":")
    if not colon or not name:
        raise BadInput(
            "a parameter is named node:parameter, such as /arm_001/control:command_gap_s"
        )
    node = access.name(node)
    access.check(direction, f"{node}/{name}")
    return node, name


def _text(args: Mapping[str, Any], name: str) -> str:
    value = args.get(name)
    if not isinstance(value, str) or not value:
        raise BadInput(f"the argument {name!r} is missing, or no text")
    return value


def _done(**more: str) -> Answer:
    return {**more, "successful": True, "reason": ""}


def _not_done(reason: str, **more: str) -> Answer:
    return {**more, "successful": False, "reason": reason}


_VERSION = {"version": 2, "distro": os.environ.get("ROS_DISTRO", "")}

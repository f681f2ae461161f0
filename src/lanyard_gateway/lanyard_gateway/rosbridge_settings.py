"""Whether and where the gateway serves rosbridge: its parameters below ``rosbridge.``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lanyard_core.access.patterns import Pattern


@dataclass(frozen=True, slots=True)
class RosbridgeSettings:
    """Where it is served (``host`` empty: as the gateway), and which topics move a robot.

    ``motion_topics`` are patterns of names, ``namespace`` is where relative names are looked for.
    """

    enabled: bool
    listen: bool
    host: str
    port: int
    namespace: str
    motion_topics: tuple[str, ...]
    max_clients: int


def rosbridge_of(parameters: Mapping[str, Any], problems: list[str]) -> RosbridgeSettings:
    """The settings in these parameters; what is wrong with them is added to ``problems``."""
    topics = tuple(str(text).strip() for text in parameters["motion_topics"])
    for text in topics:
        try:
            Pattern(text)
        except ValueError as error:
            problems.append(f"rosbridge.motion_topics: {text!r}: {error}")
    return RosbridgeSettings(**{**parameters, "motion_topics": topics})

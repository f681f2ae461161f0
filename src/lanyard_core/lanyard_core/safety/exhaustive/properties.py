"""What must hold on every transition of the machine: all properties, by their names.

A property is a function of one transition that returns True when it holds; its docstring is the
sentence that the documentation prints. They are written from the requirements, not from the
machine: none calls any of its rules.
"""

from __future__ import annotations

# Imported for the properties that they declare.
from lanyard_core.safety.exhaustive import (
    properties_of_authority,
    properties_of_motion,
    properties_of_stops,
)
from lanyard_core.safety.exhaustive.transition import REQUIREMENTS, Predicate, Transition

_MODULES = (properties_of_motion, properties_of_stops, properties_of_authority)

PROPERTIES: dict[str, Predicate] = {
    holds.__name__: holds
    for module in _MODULES
    for requirements in REQUIREMENTS.values()
    for holds in requirements
    if holds.__module__ == module.__name__
}
_GROUPS = tuple((condition, tuple(group)) for condition, group in REQUIREMENTS.items())


def violated(transition: Transition) -> list[str]:
    """Names of the properties that do not hold on ``transition``."""
    return [
        holds.__name__
        for condition, group in _GROUPS
        if condition(transition)
        for holds in group
        if not holds(transition)
    ]


def sentence(name: str) -> str:
    """A property in words."""
    return (PROPERTIES[name].__doc__ or "").strip()

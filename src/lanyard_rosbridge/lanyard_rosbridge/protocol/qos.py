"""The ``qos`` object of operations: what a client may ask of a topic beyond the usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lanyard_core.faults import BadInput
from lanyard_rosbridge.protocol.fields import Fields

MAX_DEPTH = 100
_WORDS = {
    "reliability": ("reliable", "best_effort", "best_available", "system_default"),
    "durability": ("volatile", "transient_local", "best_available", "system_default"),
    "history": ("keep_last", "keep_all", "system_default"),
}
_AS_THE_GRAPH_HAS_IT = ("best_available", "system_default")


@dataclass(frozen=True, slots=True)
class Qos:
    """What is asked for; None means as the other side of the topic has it.

    History is always to keep the last ``depth``: nothing here is unbounded.
    """

    depth: int | None = None
    reliable: bool | None = None
    transient_local: bool | None = None


AUTOMATIC = Qos()


def read_qos(op: str, values: object) -> Qos:
    """The settings in a ``qos`` object (None: automatic). Raises BadInput for words not known."""
    if values is None:
        return AUTOMATIC
    if not isinstance(values, Mapping):
        raise BadInput(f"{op}: the field 'qos' must be an object")
    fields = Fields(op, values)
    reliability = _word(fields, "reliability")
    durability = _word(fields, "durability")
    _word(fields, "history")
    depth = fields.count("depth", 0, low=0, high=MAX_DEPTH)
    return Qos(
        depth=depth or None,
        reliable=None if reliability is None else reliability == "reliable",
        transient_local=None if durability is None else durability == "transient_local",
    )


def _word(fields: Fields, name: str) -> str | None:
    value = fields.value(name)
    if value is None:
        return None
    word = str(value).lower()
    if word not in _WORDS[name]:
        raise BadInput(f"{fields.op}: qos.{name} is one of {', '.join(_WORDS[name])}")
    return None if word in _AS_THE_GRAPH_HAS_IT else word

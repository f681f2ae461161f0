"""Samples as they go over the wire: made and encoded once for everybody who wants the same.

In a binary encoding the names of the joints are left out of the samples and told once, in the
schema. With single floats every number has four bytes, except positions on the earth, which four
bytes would shift by metres. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from lanyard_core.stream.cbor_codec import CborCodec
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.msgpack_codec import MsgpackCodec
from lanyard_core.stream.plain import Codec, Plain, Wire
from lanyard_core.telemetry.reader import EncodedSample
from lanyard_core.telemetry.sample import sample
from lanyard_core.telemetry.status import RobotStatus
from lanyard_core.telemetry.subscription import Subscription

_SINGLE: dict[Encoding, Codec] = {
    Encoding.MSGPACK: MsgpackCodec(single_floats=True),
    Encoding.CBOR: CborCodec(single_floats=True),
    Encoding.JSON: CODECS[Encoding.JSON],
}
_ALWAYS_DOUBLE = "gps"
_JOINTS = "joint_state"
_NAMES = "name"


class SampleEncoder:
    """Writes the samples of one robot in one encoding, with one choice of parts and floats."""

    def __init__(self, encoding: Encoding, subscription: Subscription) -> None:
        self._parts = subscription.parts
        self._leaves_names_out = not encoding.is_text and _JOINTS in self._parts
        self._double = CODECS[encoding]
        self._single = _SINGLE[encoding] if subscription.single_floats else self._double
        self._names: object = None
        self._schema: Wire | None = None

    def encode(self, status: RobotStatus, *, now_us: int, task: Plain) -> EncodedSample:
        """The sample of ``status`` at ``now_us`` (Unix, µs); ``task`` is what runs, or None."""
        body = dict(sample(status, self._parts, now_us=now_us, task=task))
        if self._leaves_names_out:
            body[_JOINTS] = self._without_names(status.robot_id, body[_JOINTS])
        return EncodedSample(status.robot_id, self._encoded(body), self._schema)

    def _encoded(self, body: dict[str, Plain]) -> Wire:
        if self._single is self._double or _ALWAYS_DOUBLE not in body:
            return self._single.encode(body)
        exact = {_ALWAYS_DOUBLE: body.pop(_ALWAYS_DOUBLE)}
        return self._double.join(self._single.encode(body), self._double.encode(exact))

    def _without_names(self, robot_id: str, joints: Plain) -> Plain:
        if joints is None:
            return None
        values = dict(cast("Mapping[str, Plain]", joints))
        names = values.pop(_NAMES)
        if names != self._names:
            self._names = names
            self._schema = self._double.encode({"robot_id": robot_id, "joint_names": names})
        return values

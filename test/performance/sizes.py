"""How many bytes a command and its acknowledgement have in each encoding.

    python test/performance/sizes.py

Counted on messages that the suite's own writers make. What WebSocket and TCP put around each is
the same in every encoding: 6 and 2 bytes of WebSocket header, 52 of TCP and IPv4.
"""

from __future__ import annotations

from dataclasses import replace

from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.cbor_codec import CborCodec
from lanyard_core.stream.client_frames import write_client_frame
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.frames import Ack, Command
from lanyard_core.stream.msgpack_codec import MsgpackCodec
from lanyard_core.stream.plain import Codec, Wire
from lanyard_core.stream.server_frames import write_server_frame
from lanyard_core.telemetry.status import Twist

_COMMAND = Command(
    100_000, 1_795_000_000_000_000, Twist((0.21, 0.022, 0.033), (0.044, 0.055, 0.16))
)
_ACK = Ack(100_010, 1_795_000_000_000_900, 100_000, AckStatus.OK, 1_795_000_000_000_450, 410, 0)
_CODECS: dict[str, tuple[Codec, bool]] = {
    **{encoding.value: (codec, not encoding.is_text) for encoding, codec in CODECS.items()},
    "msgpack, 32-bit floats": (MsgpackCodec(single_floats=True), True),
    "cbor, 32-bit floats": (CborCodec(single_floats=True), True),
}


def main() -> None:
    """Print a row for each encoding."""
    print("| encoding | command | packed | acknowledgement | packed |")
    print("|---|---|---|---|---|")
    for name, (codec, can_pack) in _CODECS.items():
        cells = []
        for packed in (False, True):
            command = write_client_frame(replace(_COMMAND, packed=packed))
            ack = write_server_frame(replace(_ACK, packed=packed))
            both = _size(codec.encode(command)), _size(codec.encode(ack))
            cells.append(both if can_pack or not packed else ("", ""))
        row = (cells[0][0], cells[1][0], cells[0][1], cells[1][1])
        print(f"| {name} |", " | ".join(map(str, row)), "|")


def _size(message: Wire) -> int:
    return len(message.encode() if isinstance(message, str) else message)


if __name__ == "__main__":
    main()

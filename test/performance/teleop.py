"""A teleop client that drives at a fixed rate and notes every acknowledgement and every stop.

Runs as a process of its own (``python teleop.py RATE SECONDS KEY URL...``, one stream for each URL)
and prints a JSON list of one object for each stream, so that its own work holds up nobody's
measurement. Arms again after a stop, as an operator would.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import msgpack
import uvloop
from lean_socket import LeanSocket, connect
from processes import stand_for_another_computer

_OK = 0
_PING_EVERY_S = 1.0
_REARM_EVERY_S = 0.5


@dataclass
class Teleop:
    """One session: what it sent, what it heard."""

    socket: LeanSocket
    rate_hz: float
    session: str = ""
    armed: bool = False
    seq: int = 0
    sent_at: dict[int, float] = field(default_factory=dict)
    round_trips_us: list[int] = field(default_factory=list)
    control_us: list[int] = field(default_factory=list)
    stops: dict[str, int] = field(default_factory=dict)
    motions: int = 0
    refused: int = 0
    armed_s: float = 0.0

    async def drive(self, seconds: float) -> dict[str, Any]:
        """Drive for so long; the facts."""
        self.socket.listen(self._take)
        end, due = time.monotonic() + seconds, time.monotonic()
        while (now := time.monotonic()) < end and not self.socket.over.is_set():
            self._turn(now)
            due = max(due + 1.0 / self.rate_hz, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
        close_code = self.socket.close_code
        await self.socket.close()
        return self._facts(close_code)

    def _turn(self, now: float) -> None:
        every = round(self.rate_hz * _PING_EVERY_S)
        turn = self.seq
        if turn % every == 0:
            self._send({"t": "ping"})
        if not self.armed and self.session and turn % round(self.rate_hz * _REARM_EVERY_S) == 1:
            self._send({"t": "arm", "session": self.session, "clear_safe_stop": True})
        # There and back again in a slow wave, so that the robot stays where it is.
        speed = 0.2 * math.sin(now) if self.armed else 0.0
        self.armed_s += self.armed / self.rate_hz
        self.seq += 1
        self.motions += 1
        self.sent_at[self.seq] = time.monotonic()
        axes = [speed, 0.0, 0.0, 0.0, 0.0, 0.0]
        self.socket.put(msgpack.packb([1, self.seq, time.time_ns() // 1000, axes]))

    def _send(self, frame: dict[str, Any]) -> None:
        self.seq += 1
        head = {"v": 1, "seq": self.seq, "ts_us": time.time_ns() // 1000}
        self.socket.put(msgpack.packb({**head, **frame}))

    def _take(self, message: bytes) -> None:
        frame = msgpack.unpackb(message)
        if isinstance(frame, list):
            self._acknowledged(ack=frame[3], status=frame[4], control_us=frame[5])
        elif frame["t"] == "hello":
            self.session = frame["session"]
        elif frame["t"] == "state":
            self._state(frame)

    def _acknowledged(self, *, ack: int, status: int, control_us: int) -> None:
        sent = self.sent_at.pop(ack, None)
        if sent is None:
            return
        if status != _OK:
            self.refused += 1
            return
        self.round_trips_us.append(round((time.monotonic() - sent) * 1e6))
        self.control_us.append(control_us)

    def _state(self, frame: dict[str, Any]) -> None:
        if self.armed and not frame["armed"]:
            reason = frame["safety"]["reason"] or frame["safety"]["state"]
            self.stops[reason] = self.stops.get(reason, 0) + 1
        self.armed = frame["armed"]

    def _facts(self, close_code: int | None) -> dict[str, Any]:
        return {
            "motions": self.motions,
            "armed_s": self.armed_s,
            "refused": self.refused,
            "unanswered": len(self.sent_at),
            "stops": self.stops,
            "round_trips_us": self.round_trips_us,
            "control_us": self.control_us,
            "close_code": close_code,
        }


async def _stream(url: str, key: str, rate_hz: float, seconds: float) -> dict[str, Any]:
    socket = await connect(
        url, subprotocol="lanyard.command.v1+msgpack", authorization=f"Bearer {key}"
    )
    return await Teleop(socket, rate_hz).drive(seconds)


async def _main(rate_hz: float, seconds: float, key: str, urls: list[str]) -> None:
    streams = (_stream(url, key, rate_hz, seconds) for url in urls)
    print(json.dumps(await asyncio.gather(*streams)))


if __name__ == "__main__":
    stand_for_another_computer()
    uvloop.run(_main(float(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4:]))

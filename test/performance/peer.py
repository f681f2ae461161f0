"""A rosbridge server beside the gateway, in one run: round trips, and telemetry's fan-out.

    python test/performance/peer.py --seconds 10 -- rosbridge_server_rs --bind 127.0.0.1:{port}

The command starts the peer on {port}. A round trip of the peer is JSON -> topic -> echo -> topic ->
JSON, of the gateway the command channel's in MessagePack to a robot that acknowledges at once; both
at 100 Hz. Fan-out: joint states of the demo's robot at 10 Hz in JSON to 50 readers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from demo import demo
from gateway import gateway, process
from processes import Usage, telemetry_readers
from quantiles import in_words
from round_trip import drive

_HERE = Path(__file__).parent
_STREAMS = (1, 10)
_READERS = 50
_REST_S = 4.0
_START_DEADLINE_S = 20.0


def main() -> int:
    """Measure; a table of round trips and one of fan-out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="for each row")
    parser.add_argument("command", nargs="+", help="starts the peer; {port} is its port")
    options = parser.parse_args()
    print("| | streams | round trip ms p50 / p99 / p99.9 / max | answered | CPU for one |")
    print("|---|---|---|---|---|")
    for streams in _STREAMS:
        with gateway(streams) as ours:
            before = Usage.of(ours.pid)
            trips, sent = drive(ours, streams, options.seconds)
            print(_trips("gateway", streams, trips, sent, _spent(ours.pid, before)), flush=True)
            environment = {**os.environ, "ROS_DOMAIN_ID": str(ours.domain_id)}
        with _peer(options.command, environment) as (pid, url), _echo(streams, environment):
            before = Usage.of(pid)
            found = json.loads(_clients("round-trip", streams, options.seconds, url))
            spent_s = _spent(pid, before)
            row = _trips("peer", streams, found["trips"], found["sent"], spent_s)
            print(row, flush=True)
    _fan_out(options.command, options.seconds)
    return 0


def _fan_out(command: list[str], seconds: float) -> None:
    print("\n| | readers | messages/s | CPU for a message | beyond rest |\n|---|---|---|---|---|")
    with demo() as running:
        pid = running.pids["gateway"]
        rest = _rest(pid)
        with telemetry_readers(
            running, _READERS, seconds=seconds, encoding="json", fields="joint_state"
        ) as readers:
            readers.wait_connected()
            before = Usage.of(pid)
            frames = sum(readers.frames())
            print(_delivered("gateway", frames, seconds, _spent(pid, before), rest))
        environment = {**os.environ, "ROS_DOMAIN_ID": str(running.domain_id)}
        topic = f"/{running.robot_id.replace('-', '_')}/joint_states"
        with _peer(command, environment) as (pid, url):
            rest = _rest(pid)
            before = Usage.of(pid)
            counts = json.loads(_clients("read", _READERS, seconds, url, topic))
            print(_delivered("peer", sum(counts), seconds, _spent(pid, before), rest))


def _clients(*arguments: object) -> str:
    command = [sys.executable, str(_HERE / "rosbridge_clients.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextlib.contextmanager
def _peer(command: list[str], environment: dict[str, str]) -> Iterator[tuple[int, str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with process([part.replace("{port}", str(port)) for part in command], environment) as child:
        deadline = time.monotonic() + _START_DEADLINE_S
        while not _listens(port):
            if child.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the peer did not start: {' '.join(command)}")
            time.sleep(0.1)
        yield child.pid, f"ws://127.0.0.1:{port}"


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


@contextlib.contextmanager
def _echo(count: int, environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, str(_HERE / "floors.py"), "twist-echo", str(count)]
    with process(command, environment):
        yield


def _spent(pid: int, before: Usage) -> float:
    return Usage.of(pid).processor_s - before.processor_s


def _trips(who: str, streams: int, trips: list[float], sent: int, spent_s: float) -> str:
    cost = f"{spent_s / max(1, sent) * 1e6:.0f} us"
    words = in_words(trips, scale=1e3)
    return f"| {who} | {streams} | {words} | {len(trips)} of {sent} | {cost} |"


def _rest(pid: int) -> float:
    """What part of a processor it uses with nobody there."""
    time.sleep(_REST_S)
    before = Usage.of(pid)
    time.sleep(_REST_S)
    return _spent(pid, before) / _REST_S


def _delivered(who: str, frames: int, seconds: float, spent_s: float, rest: float) -> str:
    costs = (max(0.0, part) / max(1, frames) * 1e6 for part in (spent_s, spent_s - rest * seconds))
    told = " | ".join(f"{cost:.0f} us" for cost in costs)
    return f"| {who} | {_READERS} | {frames / seconds:.0f} | {told} |"


if __name__ == "__main__":
    sys.exit(main())

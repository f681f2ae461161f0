"""A command's round trip through the gateway, beside the bare floors in the same run.

    python test/performance/round_trip.py --seconds 20

Client -> WebSocket -> gateway -> ROS -> robot -> acknowledgement -> client, at 100 Hz on each of 1,
10 and 50 streams, each to a robot of its own (``many_robots.py``). The floor is the sum of the two
that ``floors.py`` measures.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from floors import measure
from gateway import Gateway, gateway
from processes import Usage
from quantiles import quantiles

_TELEOP = Path(__file__).with_name("teleop.py")
_STREAMS = (1, 10, 50)


def main() -> int:
    """Measure; one table row for the floors and for each number of streams."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="for each row")
    parser.add_argument("--streams", type=int, nargs="+", default=_STREAMS)
    options = parser.parse_args()
    floors = {kind: quantiles(trips) for kind, trips in measure(options.seconds).items()}
    floor = {name: floors["socket"][name] + floors["ros"][name] for name in floors["ros"]}
    print("| | p50 ms | p99 ms | p99.9 ms | max ms | p50, p99 to the floor | acknowledged"
          " | gateway's CPU for a command |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    print("| floor |", " | ".join(f"{value * 1e3:.2f}" for value in floor.values()), "| | | |")
    for streams in options.streams:
        print(_row(streams, options.seconds, floor), flush=True)
    return 0


def _row(streams: int, seconds: float, floor: dict[str, float]) -> str:
    with gateway(streams) as running:
        before = Usage.of(running.pid)
        trips, sent = drive(running, streams, seconds)
        spent_s = Usage.of(running.pid).processor_s - before.processor_s
    found = quantiles(trips)
    ratios = ", ".join(f"{found[name] / floor[name]:.2f}" for name in ("p50", "p99"))
    cells = " | ".join(f"{value * 1e3:.2f}" for value in found.values())
    return (
        f"| {streams} stream{'s'[: streams > 1]} | {cells} | {ratios} | {len(trips)} of {sent}"
        f" | {spent_s / max(1, sent) * 1e6:.0f} us |"
    )


def drive(running: Gateway, streams: int, seconds: float) -> tuple[list[float], int]:
    """Drive so many robots; round trips in s, and how many commands were sent."""
    urls = [running.socket_url(f"/ws/command/r{number}") for number in range(streams)]
    done = subprocess.run(
        [sys.executable, _TELEOP, "100", str(seconds), running.key, *urls],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    facts = json.loads(done.stdout)
    closed = [stream["close_code"] for stream in facts if stream["close_code"]]
    if closed:
        print(f"{len(closed)} streams were closed by the gateway: {closed}", file=sys.stderr)
    trips = [trip * 1e-6 for stream in facts for trip in stream["round_trips_us"]]
    return trips, sum(stream["motions"] for stream in facts)


if __name__ == "__main__":
    sys.exit(main())

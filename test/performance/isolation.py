"""Whether telemetry readers are felt by whoever drives.

    python test/performance/isolation.py --seconds 9 --rounds 6

A command's round trip at 100 Hz with nobody else there, and with 50 telemetry readers of which 10
never read; in turns, so that what the machine does besides is in both. What counts is the median
over the rounds of how much longer p99 is: one turn in which the host was busy decides nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from demo import Running, demo
from processes import telemetry_readers
from quantiles import in_words, quantiles

_TELEOP = Path(__file__).with_name("teleop.py")
_READERS, _STALLED = 50, 10


def main() -> int:
    """Measure; a row for each of the two, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=9.0, help="for each turn")
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    alone: list[float] = []
    beside: list[float] = []
    ratios: list[float] = []
    with demo() as running:
        for _ in range(options.rounds):
            first = _drive(running, options.seconds)
            with telemetry_readers(
                running, _READERS, seconds=options.seconds + 5.0, encoding="json", stalled=_STALLED
            ) as readers:
                readers.wait_connected()
                second = _drive(running, options.seconds)
            alone, beside = alone + first, beside + second
            ratios.append(quantiles(second)["p99"] / quantiles(first)["p99"])
    print("| | round trip ms p50 / p99 / p99.9 / max |")
    print("|---|---|")
    print(f"| alone | {in_words(alone, scale=1e3)} |")
    print(f"| with {_READERS} readers, {_STALLED} stalled | {in_words(beside, scale=1e3)} |")
    told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"p99 is {median(ratios):.2f} times what it is alone (median of {told})")
    return 0


def _drive(running: Running, seconds: float) -> list[float]:
    done = subprocess.run(
        [sys.executable, _TELEOP, "100", str(seconds), running.key, running.command_url],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [trip * 1e-6 for stream in json.loads(done.stdout) for trip in stream["round_trips_us"]]


if __name__ == "__main__":
    sys.exit(main())

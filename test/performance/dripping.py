"""Whether 500 clients that drip are felt by whoever drives.

    python test/performance/dripping.py --seconds 10 --rounds 3

A command's round trip at 100 Hz with nobody else there, and beside 500 connections that never
finish a request, all of which the gateway is told to take (as delivered it would keep 20 of an
address); in turns, so that what the machine does besides is in both.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from gateway import Gateway, gateway
from processes import Usage
from quantiles import in_words, quantiles
from round_trip import drive

_DRIPS = Path(__file__).with_name("drips.py")


def main() -> int:
    """Measure; a row for each of the two, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="for each turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=500)
    options = parser.parse_args()
    alone: list[float] = []
    beside: list[float] = []
    cut, spent_alone_s, spent_beside_s = 0, 0.0, 0.0
    with gateway(1) as running:
        for _ in range(options.rounds):
            trips, spent_s = _driven(running, options.seconds)
            alone, spent_alone_s = alone + trips, spent_alone_s + spent_s
            with _dripping(running, options.connections, options.seconds + 2.0) as child:
                trips, spent_s = _driven(running, options.seconds)
                beside, spent_beside_s = beside + trips, spent_beside_s + spent_s
                cut += int(child.communicate()[0].split()[-1])
    print("| | round trip ms p50 / p99 / p99.9 / max |\n|---|---|")
    print(f"| alone | {in_words(alone, scale=1e3)} |")
    print(f"| beside {options.connections} that drip | {in_words(beside, scale=1e3)} |")
    ratio = quantiles(beside)["p99"] / quantiles(alone)["p99"]
    print(f"p99 is {ratio:.2f} of what it is alone; {cut} connections were cut off for being late")
    more = (spent_beside_s - spent_alone_s) / (options.rounds * options.seconds)
    print(f"they took {more:.1%} of a core of the gateway")
    return 0


def _driven(running: Gateway, seconds: float) -> tuple[list[float], float]:
    """Round trips, and the processor time that the gateway used meanwhile."""
    before = Usage.of(running.pid)
    trips, _ = drive(running, 1, seconds)
    return trips, Usage.of(running.pid).processor_s - before.processor_s


@contextlib.contextmanager
def _dripping(running: Gateway, count: int, seconds: float) -> Iterator[subprocess.Popen[str]]:
    place = urlsplit(running.url)
    # With a key of their own: the driver's would be used up by so many requests.
    wish = {"name": f"drips {time.monotonic()}", "role": "operator"}
    own = httpx.post(
        f"{running.url}/api/v1/keys", json=wish, headers={"Authorization": f"Bearer {running.key}"}
    )
    key = str(own.raise_for_status().json()["key"])
    command = [str(_DRIPS), str(place.hostname), str(place.port), key, str(count)]
    child = subprocess.Popen(
        [sys.executable, *command, str(seconds)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        if child.stdout.readline().strip() != "dripping":
            raise SystemExit("they could not connect")
        yield child
    finally:
        child.terminate()
        child.wait(10.0)


if __name__ == "__main__":
    sys.exit(main())

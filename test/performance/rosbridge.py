"""Figures of the bridge, and of other rosbridge servers in the same run.

    python test/performance/rosbridge.py
    python test/performance/rosbridge.py --peer rust "rosbridge_server_rs_jazzy --bind [::]:{port}"

For each line of the table the servers run one after the other, each with the same far side, the
same clients and the same messages. Latencies in ms, p50 / p99; processor time is that of the server
alone. ``floor`` is a command's round trip without any bridge: a bare WebSocket's, and rclpy's.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import floors
import uvloop
from rosbridge_lines import LINES, Line, in_ms, read_images
from rosbridge_servers import Target, other_server, our_server, ros_process

_HERE = Path(__file__).parent
_DISCOVERY_S = 1.0


def main() -> None:
    """Measure and print."""
    given = _options()
    if given.read_images:
        url, headers = given.read_images
        uvloop.run(read_images(url, json.loads(headers)))
        return
    starts = [our_server]
    starts += [functools.partial(other_server, name, command) for name, command in given.peer]
    for name in given.only or ("floor", *LINES):
        if name == "floor":
            _tell_floor(given.seconds)
            continue
        domain = random.randint(1, 99)
        for start in starts:
            with start(domain) as target:
                found = _figure(LINES[name], target, domain, given.seconds)
                print(f"{target.name:10} {name:11} {found}", flush=True)


def _tell_floor(seconds: float) -> None:
    for name, trips in floors.measure(seconds).items():
        print(f"floor      {name:11} {in_ms(trips)}", flush=True)


def _figure(line: Line, target: Target, domain: int, seconds: float) -> str:
    far_side = [sys.executable, str(_HERE / "rosbridge_far_side.py"), line.far_side]
    with ros_process(far_side, domain), _reader(target, wanted=line.beside_images):
        time.sleep(_DISCOVERY_S)
        try:
            return uvloop.run(line.measure(target, seconds))
        except Exception as error:  # noqa: BLE001 - a server that fails has no figure
            return f"failed: {error!r}"


@contextlib.contextmanager
def _reader(target: Target, *, wanted: bool) -> Iterator[None]:
    """Somebody else who reads the picture as JSON, in a process of its own."""
    if not wanted:
        yield
        return
    words = ["--read-images", target.url, json.dumps(target.headers)]
    with subprocess.Popen([sys.executable, __file__, *words]) as reader:
        yield
        reader.kill()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--peer", nargs=2, action="append", default=[], metavar=("NAME", "COMMAND"),
        help="another server without authentication, and what starts it; {port} is its port",
    )  # fmt: skip
    parser.add_argument("--seconds", type=float, default=3.0, help="for each figure")
    parser.add_argument("--only", choices=("floor", *LINES), action="append")
    parser.add_argument("--read-images", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()

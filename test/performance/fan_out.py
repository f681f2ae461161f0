"""What telemetry costs: frames per second, processor time per frame, memory per connection.

    python test/performance/fan_out.py --seconds 15

The demo's robot at 10 Hz to 1, 10, 50 and 200 readers, in MessagePack and in JSON. What a frame
costs is counted beyond what the gateway uses at rest, with the same robot and no reader.
"""

from __future__ import annotations

import argparse
import sys
import time

from demo import Running, demo
from processes import Usage, telemetry_readers

_RATE_HZ = 10.0
_SETTLE_S = 3.0
_REST_S = 8.0
_READERS = (1, 10, 50, 200)


def main() -> int:
    """Measure; one table row for each encoding and number of readers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15.0, help="for each row")
    options = parser.parse_args()
    print("| encoding | readers | frames/s | of what is due | gateway | CPU for a frame"
          " | frames/s a core would do | memory for a connection |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    with demo() as running:
        rest = _rest(running)
        print(f"| at rest | 0 | | | {rest:.1%} of a core | | | |")
        for encoding in ("msgpack", "json"):
            for readers in _READERS:
                print(_row(running, encoding, readers, options.seconds, rest), flush=True)
    return 0


def _rest(running: Running) -> float:
    pid = running.pids["gateway"]
    time.sleep(_SETTLE_S)
    before = Usage.of(pid)
    time.sleep(_REST_S)
    return (Usage.of(pid).processor_s - before.processor_s) / _REST_S


def _row(running: Running, encoding: str, readers: int, seconds: float, rest: float) -> str:
    pid = running.pids["gateway"]
    before = Usage.of(pid)
    with telemetry_readers(running, readers, seconds=seconds, encoding=encoding) as reading:
        reading.wait_connected()
        connected = Usage.of(pid)
        frames = sum(reading.frames())
        after = Usage.of(pid)
    due = _RATE_HZ * seconds * readers
    used_s = after.processor_s - connected.processor_s
    spent_s = max(0.0, used_s - rest * seconds)
    memory = (after.memory_bytes - before.memory_bytes) / readers / 1024
    return (
        f"| {encoding} | {readers} | {frames / seconds:.0f} | {frames / due:.0%}"
        f" | {used_s / seconds:.1%} of a core | {spent_s / max(1, frames) * 1e6:.0f} us"
        f" | {frames / max(spent_s, 0.01):.0f} | {memory:.0f} KiB |"
    )


if __name__ == "__main__":
    sys.exit(main())

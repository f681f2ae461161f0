"""What telemetry costs: frames per second, processor time per frame, memory per connection.

    python test/performance/fan_out.py --seconds 15

The demo's robot at 10 Hz to 1, 10, 50 and 200 readers, in MessagePack and in JSON.
"""

from __future__ import annotations

import argparse
import sys

from demo import Running, demo
from processes import Usage, telemetry_readers

_RATE_HZ = 10.0
_READERS = (1, 10, 50, 200)


def main() -> int:
    """Measure; one table row for each encoding and number of readers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15.0, help="for each row")
    options = parser.parse_args()
    print("| encoding | readers | frames/s | of what is due | gateway | CPU per frame"
          " | frames/s a core would do | memory per connection |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    with demo() as running:
        for encoding in ("msgpack", "json"):
            for readers in _READERS:
                print(_row(running, encoding, readers, options.seconds), flush=True)
    return 0


def _row(running: Running, encoding: str, readers: int, seconds: float) -> str:
    pid = running.pids["gateway"]
    before = Usage.of(pid)
    with telemetry_readers(running, readers, seconds=seconds, encoding=encoding) as reading:
        reading.wait_connected()
        connected = Usage.of(pid)
        frames = sum(reading.frames())
        after = Usage.of(pid)
    due = _RATE_HZ * seconds * readers
    spent_s = after.processor_s - connected.processor_s
    memory = (after.memory_bytes - before.memory_bytes) / readers / 1024
    return (
        f"| {encoding} | {readers} | {frames / seconds:.0f} | {frames / due:.0%}"
        f" | {spent_s / seconds:.0%} of a core | {spent_s / max(1, frames) * 1e6:.0f} us"
        f" | {frames / max(spent_s, 0.01):.0f} | {memory:.0f} KiB |"
    )


if __name__ == "__main__":
    sys.exit(main())

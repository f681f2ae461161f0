"""How fast the control node acknowledges, and how often strict mode stops a healthy robot.

    python test/performance/acknowledgements.py --minutes 5 --load 0 --load 1 --load 2

The demo with its shipped parameters (an acknowledgement within 10 ms, one miss stops), a teleop
client at 100 Hz, and so many processors kept busy. A stop here is a false one: nothing failed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from demo import Running, demo
from load import busy
from quantiles import in_words

_DEADLINE_US = 10_000
_TELEOP = Path(__file__).with_name("teleop.py")


def main() -> int:
    """Measure each load; print a table row for each, and write the facts when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="for each load")
    parser.add_argument("--rate-hz", type=float, default=100.0)
    parser.add_argument("--load", type=int, action="append", help="busy processors; repeatable")
    parser.add_argument("--json", type=Path, help="write the facts here")
    options = parser.parse_args()
    rows = []
    print("| busy processors | acknowledged | ack ms p50 / p99 / p99.9 / max | over 10 ms |"
          " round trip ms | stops per hour |")  # fmt: skip
    print("|---|---|---|---|---|---|")
    for processors in options.load or [0, 1, 2]:
        with demo() as running, busy(processors):
            facts = _drive(running, options.rate_hz, options.minutes * 60.0)
        rows.append({"load": processors, **_summary(facts)})
        print(_row(processors, facts), flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 0


def _drive(running: Running, rate_hz: float, seconds: float) -> dict[str, Any]:
    arguments = [str(rate_hz), str(seconds), running.key, running.command_url]
    done = subprocess.run(
        [sys.executable, _TELEOP, *arguments], capture_output=True, text=True, check=True
    )
    facts: list[dict[str, Any]] = json.loads(done.stdout)
    return facts[0]


def _row(processors: int, facts: dict[str, Any]) -> str:
    summary = _summary(facts)
    stops = ", ".join(f"{reason} {count}" for reason, count in facts["stops"].items()) or "none"
    return (
        f"| {processors} | {len(facts['control_us'])} | {in_words(facts['control_us'], scale=1e-3)}"
        f" | {summary['over_deadline']} | {in_words(facts['round_trips_us'], scale=1e-3)}"
        f" | {summary['stops_per_hour']:.1f} ({stops} in {facts['armed_s'] / 60:.1f} min) |"
    )


def _summary(facts: dict[str, Any]) -> dict[str, Any]:
    over = sum(duration > _DEADLINE_US for duration in facts["control_us"])
    hours = facts["armed_s"] / 3600.0
    stops = sum(facts["stops"].values())
    return {
        "acknowledged": len(facts["control_us"]),
        "over_deadline": over,
        "armed_s": facts["armed_s"],
        "stops": facts["stops"],
        "stops_per_hour": stops / hours if hours else float("nan"),
        "refused": facts["refused"],
        "unanswered": facts["unanswered"],
        "close_code": facts["close_code"],
    }


if __name__ == "__main__":
    sys.exit(main())

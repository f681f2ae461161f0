"""How late the control loop's ticks begin, beside cyclictest in the same run.

    python test/performance/loop_jitter.py --seconds 60
    python test/performance/loop_jitter.py --seconds 600 --rates 500 --busy 0

For each rate and load: cyclictest (package rt-tests) at the loop's priority, then the control node
and a simulated robot with their shipped parameters. The node's figures are those of its own
diagnostics, after ten seconds in which the nodes find each other: of its windows of ten seconds the
worst, for each quantile. A missed tick is a deadline that passed unserved.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ament_index_python.packages import get_package_prefix, get_package_share_directory
from load import busy

_PRIORITY = 80
_HISTOGRAM_US = 20_000
_NAMESPACE = "/arm_001"
_WINDOW_S = 10
_WARM_UP_S = _WINDOW_S
_START_DEADLINE_S = 30.0


def main() -> int:
    """Measure; one table row for each rate, load and kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="for each row")
    parser.add_argument("--rates", type=int, nargs="+", default=(500, 1000), metavar="HZ")
    parser.add_argument("--busy", type=int, nargs="+", default=(0, 2), metavar="PROCESSORS")
    options = parser.parse_args()
    if shutil.which("cyclictest") is None:
        print("cyclictest is not here: apt install rt-tests", file=sys.stderr)
        return 2
    print("| rate Hz | busy processors | what | late us p50 / p99 / p99.9 / max | missed |")
    print("|---|---|---|---|---|")
    for rate_hz in options.rates:
        for processors in options.busy:
            row = f"| {rate_hz} | {processors} |"
            with busy(processors):
                print(row, "cyclictest |", _cyclictest(rate_hz, options.seconds), "| |", flush=True)
                late, missed = _control_node(rate_hz, options.seconds)
                print(row, "control node |", late, "|", missed, "|", flush=True)
    return 0


def _cyclictest(rate_hz: int, seconds: int) -> str:
    done = subprocess.run(
        ["cyclictest", "-q", "-m", "-t1", f"-p{_PRIORITY}", f"-i{1_000_000 // rate_hz}",
         f"-D{seconds}", f"-h{_HISTOGRAM_US}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    counts = [
        (int(late), int(count))
        for late, count in re.findall(r"^(\d{6}) (\d+)$", done.stdout, re.MULTILINE)
    ]
    worst = int(re.search(r"# Max Latencies: (\d+)", done.stdout)[1])  # type: ignore[index]
    shares = [_quantile(counts, share) for share in (0.5, 0.99, 0.999)]
    return " / ".join(str(late) for late in (*shares, worst))


def _quantile(counts: list[tuple[int, int]], share: float) -> int:
    wanted = share * sum(count for _, count in counts)
    seen = 0
    for late, count in counts:
        seen += count
        if seen >= wanted:
            return late
    return counts[-1][0]


def _control_node(rate_hz: int, seconds: int) -> tuple[str, str]:
    os.environ["ROS_DOMAIN_ID"] = str(random.randint(1, 100))
    rate = f"loop_rate_hz:={rate_hz}.0"
    with _node("sim", "lanyard_sim"), _node("control", "lanyard_control", rate):
        first, *later = _diagnostics(_WARM_UP_S + seconds)
    windows = [first, *later][_WINDOW_S - 1 :: _WINDOW_S]
    late = " / ".join(
        str(max(int(figures[f"late_last_10_s_us_{share}"]) for figures in windows[1:]))
        for share in ("p50", "p99", "p99_9", "max")
    )
    counted = [int(figures["missed_ticks"]) for figures in (windows[0], later[-1])]
    ticks = int(later[-1]["ticks"]) - int(windows[0]["ticks"])
    return late, f"{counted[1] - counted[0]} of {ticks}"


@contextlib.contextmanager
def _node(name: str, package: str, *parameters: str) -> Iterator[None]:
    config = Path(get_package_share_directory("lanyard_bringup"), "config", "robot.yaml")
    command = [str(Path(get_package_prefix(package), "lib", package, name)), "--ros-args"]
    command += ["-r", f"__ns:={_NAMESPACE}", "--params-file", str(config)]
    command += [word for parameter in parameters for word in ("-p", parameter)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(20.0)


def _diagnostics(seconds: int) -> list[dict[str, str]]:
    """The loop's figures of each second, by a listener that is there from the start."""
    import rclpy  # after the domain is chosen
    from diagnostic_msgs.msg import DiagnosticArray
    from rclpy.executors import SingleThreadedExecutor

    found: list[dict[str, str]] = []

    def read(message: DiagnosticArray) -> None:
        found.extend(
            {pair.key: pair.value for pair in status.values}
            for status in message.status
            if status.name.endswith("control: control loop")
        )

    context = rclpy.Context()
    rclpy.init(context=context)
    try:
        node = rclpy.create_node("loop_jitter", context=context)
        for topic in ("/diagnostics", f"{_NAMESPACE}/diagnostics"):
            node.create_subscription(DiagnosticArray, topic, read, 10)
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(node)
        give_up = time.monotonic() + seconds + _START_DEADLINE_S
        while len(found) < seconds and time.monotonic() < give_up:
            executor.spin_once(timeout_sec=0.5)
    finally:
        rclpy.shutdown(context=context)
    if len(found) < seconds:
        raise SystemExit(f"the control node published its diagnostics {len(found)} times only")
    return found


if __name__ == "__main__":
    sys.exit(main())

"""What a gateway at rest takes: one robot is online, and nobody asks.

    python test/performance/at_rest.py --seconds 30 --rounds 3

Processor time and memory of the demo's gateway, the medians of the rounds. It is its second start:
the first makes the task store, and keeps in memory what that takes. The floor, in the same run, is
a bare rclpy node with the same executor and the same subscriptions that does nothing with what it
hears. ``at_rest.py floor`` is that node.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo import demo
from processes import Usage

_SETTLE_S = 5.0
_FOLLOWED = "gateway"


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a process, in MB: all, its fair part of what is shared, and what only it has."""

    resident: float
    fair: float
    own: float

    @staticmethod
    def of(pid: int) -> Memory:
        """The memory of a process now."""
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 / 1e6 for line in lines}
        own = sizes["Private_Clean"] + sizes["Private_Dirty"]
        return Memory(sizes["Rss"], sizes["Pss"], own)


def main() -> int:
    """Measure; one table row for each process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="for each round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with demo(state=state):
            pass
        running = stack.enter_context(demo(state=state))
        floor = stack.enter_context(_floor(running.domain_id))
        pids = {"gateway": running.pids[_FOLLOWED], "floor": floor}
        time.sleep(_SETTLE_S)
        rounds = [_shares(pids, options.seconds) for _ in range(options.rounds)]
        print("| | CPU, of a core | in the rounds | resident MB | fair share MB | its own MB |")
        print("|---|---|---|---|---|---|")
        for name, pid in pids.items():
            shares = [share[name] for share in rounds]
            memory = Memory.of(pid)
            print(
                f"| {name} | {statistics.median(shares):.2%}"
                f" | {', '.join(f'{share:.2%}' for share in shares)}"
                f" | {memory.resident:.0f} | {memory.fair:.0f} | {memory.own:.0f} |"
            )
    return 0


def _shares(pids: dict[str, int], seconds: float) -> dict[str, float]:
    """Of a core, in the same seconds."""
    began_s = time.monotonic()
    before = {name: Usage.of(pid).processor_s for name, pid in pids.items()}
    time.sleep(seconds)
    took_s = time.monotonic() - began_s
    return {name: (Usage.of(pid).processor_s - before[name]) / took_s for name, pid in pids.items()}


@contextlib.contextmanager
def _floor(domain_id: int) -> Iterator[int]:
    """The bare node as a child; its process id."""
    environment = {**os.environ, "ROS_DOMAIN_ID": str(domain_id)}
    command = [sys.executable, __file__, "floor"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            yield child.pid
        finally:
            child.kill()


def _bare_node() -> None:
    from floors import ros_node
    from rclpy.qos import HistoryPolicy

    from lanyard_node_support.interpreter import exempt_from_garbage_collection
    from lanyard_node_support.run import spin_for

    node, executor = ros_node("floor")
    found = _subscriptions(node)
    while not found:
        spin_for(executor, 1.0)
        found = _subscriptions(node)
    for topic, message_type, profile in found:
        profile.history, profile.depth = HistoryPolicy.KEEP_LAST, 10  # which nobody tells
        node.create_subscription(message_type, topic, lambda _data: None, profile, raw=True)
    exempt_from_garbage_collection()
    print(len(found), flush=True)
    while True:
        spin_for(executor, 1.0)


def _subscriptions(node: Any) -> list[tuple[str, Any, Any]]:
    """Topic, type and quality of service of what the gateway hears, once it is seen."""
    seen = dict(node.get_node_names_and_namespaces())
    if _FOLLOWED not in seen:
        return []
    heard = node.get_subscriber_names_and_types_by_node(_FOLLOWED, seen[_FOLLOWED])
    return [
        (topic, _message_type(types[0]), info.qos_profile)
        for topic, types in heard
        if "/msg/" in types[0]  # an action's feedback is silent at rest
        for info in node.get_subscriptions_info_by_topic(topic)
        if info.node_name == _FOLLOWED
    ]


def _message_type(name: str) -> Any:
    package, _, kind = name.split("/")
    return getattr(importlib.import_module(f"{package}.msg"), kind)


if __name__ == "__main__":
    if sys.argv[1:] == ["floor"]:
        _bare_node()
    else:
        sys.exit(main())

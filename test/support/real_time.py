"""Tests in real time are begun again when the machine held them up, and for no other reason.

A robot whose computer stands still is stopped, and a client that says nothing loses its socket:
that is what is built here. So a test with real clocks ends differently on a machine that holds it
up, and nothing is wrong. What such a test asks for is not made weaker for that: the whole test is
begun anew, with everything under it, if it failed and the machine is known to have held up a thread
of this run, or of a process that the run has started, while the test ran. At most twice; the third
failure stands. A run begins few tests again: more would be an illness of the tests. Its end tells
which, and what was wrong with them, so that a failure of our own does not hide behind the machine.

The garbage collector of the run itself is no machine's fault. It scans what thousands of tests have
left, for up to a second, and a gateway served in this process stands still for that. So what is
there when a file of such tests begins is scanned no more.

A plugin of pytest, loaded by ``test/conftest.py`` and ``src/conftest.py``.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.runner import CallInfo, runtestprotocol

IN_REAL_TIME = (
    "src/lanyard_client/test",
    "src/lanyard_control/test",
    "src/lanyard_gateway/test",
    "src/lanyard_node_support/test",
    "src/lanyard_rosbridge/test",
    "src/lanyard_runner/test",
    "src/lanyard_sim/test/test_fault.py",
    "src/lanyard_sim/test/test_main.py",
    "src/lanyard_sim/test/test_node.py",
    "test/demo",
    "test/faults",
    "test/integration",
    "test/launch",
    "test/rosbridge",
)
"""Where tests have real clocks. Rules that are told the time are never begun again."""
TIMES = 3
"""How often a test is begun, at most."""
MOST_AGAIN = 20
"""How often a run begins some test again, at most: one in three hundred."""
HELD_UP_S = 0.03
"""So late, a control loop has left out a dozen beats, and a command is a third of too old."""
TICK_S = 0.01
LOOK_S = 0.25
PROC = Path("/proc")

_HOST = 0  # no thread has this number
_STEAL = 8  # the column of /proc/stat's first line, see proc(5)
_told_s = 0.0

_BEGUN = pytest.StashKey[int]()
_AGAIN = pytest.StashKey["list[str]"]()
_FILE = pytest.StashKey[Path]()


def tell(held_up_s: float) -> None:
    """Say that the machine held something up which knows it itself, as a control loop does."""
    global _told_s
    _told_s = max(_told_s, held_up_s)


class Watch(threading.Thread):
    """Watches how long the machine keeps threads waiting that could run.

    Its own lateness tells of a machine that stood still, or had no processor for this run; less
    what this run has itself computed in that time, which is nobody else's fault (``late_s``). The
    kernel tells how long each thread of the run and of its children waited for a processor within
    a quarter of a second, or how much of its processors a host took away (``waited_s``). And what
    was held up may ``tell`` so itself.
    """

    def __init__(self) -> None:
        super().__init__(name="watch", daemon=True)
        self.late_s = 0.0
        self.waited_s = 0.0
        self._ended = threading.Event()
        self._waited_ns: dict[int, int] = {}

    @property
    def held_up_s(self) -> float:
        """The longest time for which anything of this run was held up."""
        return max(self.late_s, self.waited_s, _told_s)

    def __enter__(self) -> Watch:
        global _told_s
        _told_s = 0.0
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        """Look until the end."""
        _as_urgent_as_the_run()
        before, computed = time.monotonic(), time.process_time()
        look_at, ended = before, False
        while not ended:
            ended = self._ended.wait(TICK_S)
            if ended or before >= look_at:
                self._look()
                look_at = before + LOOK_S
            now, computed_now = time.monotonic(), time.process_time()
            late = now - before - TICK_S - (computed_now - computed)
            self.late_s = max(self.late_s, late)
            before, computed = now, computed_now

    def _look(self) -> None:
        waited = {**dict(_threads("self")), _HOST: _stolen_ns()}
        for thread, waited_ns in waited.items():
            before_ns = self._waited_ns.get(thread, waited_ns)
            self.waited_s = max(self.waited_s, (waited_ns - before_ns) * 1e-9)
        self._waited_ns = waited


def _as_urgent_as_the_run() -> None:
    """A test with priority must not wait for this thread, which may have the interpreter's lock."""
    with contextlib.suppress(OSError):
        run = os.getpid()
        os.sched_setscheduler(0, os.sched_getscheduler(run), os.sched_getparam(run))


def _stolen_ns() -> int:
    """Time in which a host gave the processors of this virtual machine to others."""
    line = (PROC / "stat").read_text(encoding="ascii").split("\n", 1)[0]
    return int(line.split()[_STEAL]) * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def _threads(process: str) -> Iterator[tuple[int, int]]:
    """Each thread of a process and its children, and how long it has waited for a processor, ns."""
    with contextlib.suppress(OSError):  # it has ended, or the kernel does not count
        for thread in (PROC / process / "task").iterdir():
            with contextlib.suppress(OSError):
                yield int(thread.name), int((thread / "schedstat").read_text().split()[1])
                for child in (thread / "children").read_text().split():
                    yield from _threads(child)


def is_in_real_time(item: pytest.Item) -> bool:
    """Whether a test has real clocks."""
    return item.nodeid.startswith(IN_REAL_TIME)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test in real time, and again where the machine held it up."""
    if not is_in_real_time(item):
        return None
    begun = item.stash[_BEGUN] = item.stash.get(_BEGUN, 0) + 1
    if begun == 1:
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    _leave_to_the_collector_only_what_is_new(item)
    with Watch() as watch:
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    failed = [report for report in reports if report.failed]
    again = item.config.stash.setdefault(_AGAIN, [])
    may_again = begun < TIMES and len(again) < MOST_AGAIN
    if failed and may_again and watch.held_up_s >= HELD_UP_S:
        again.append(f"{item.nodeid}: held up for {watch.held_up_s:.2f} s; {_wrong(failed[0])}")
        _let_everything_go(item)
        # Through the hook, so that whatever stands around a test stands around this one, too.
        return item.ihook.pytest_runtest_protocol(item=item, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _leave_to_the_collector_only_what_is_new(item: pytest.Item) -> None:
    if item.config.stash.get(_FILE, None) != item.path:
        item.config.stash[_FILE] = item.path
        gc.collect()
        gc.freeze()


def _wrong(report: pytest.TestReport) -> str:
    """What was wrong, in a line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(crash.message if crash else report.longrepr).strip().splitlines() or [""]
    return f"{report.when}: {lines[0]}"


def _let_everything_go(item: pytest.Item) -> None:
    """End what was shared with other tests as well: it may not have survived."""
    with contextlib.redirect_stdout(io.StringIO()):  # what it says is of a try that does not count
        CallInfo.from_call(lambda: item.session._setupstate.teardown_exact(None), when="teardown")
    item.config.hook.pytest_timeout_cancel_timer(item=item)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were begun again."""
    again = terminalreporter.config.stash.get(_AGAIN, [])
    if again:
        terminalreporter.section("begun again, because the machine held them up")
        for line in again:
            terminalreporter.line(line)

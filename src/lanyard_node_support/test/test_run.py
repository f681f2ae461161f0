"""Requirements of the run loop, on real processes: orderly stop, last words, clear complaints."""

import os
import signal
import subprocess
import sys

import pytest

from lanyard_node_support.run import NICENESS, spin_for

NODE = """
import sys
from rclpy.node import Node
from std_msgs.msg import String
from lanyard_core.faults import BadConfiguration
from lanyard_node_support.run import run_node

class Talker(Node):
    def __init__(self):
        super().__init__("talker")
        if "bad" in sys.argv:
            raise BadConfiguration(["talker: rate: 0 is too low", "talker: name: is empty"])
        self.publisher = self.create_publisher(String, "last_words", 10)
        print("ready", flush=True)

    def before_shutdown(self):
        if "slow" in sys.argv:
            print("leaving", flush=True)
            sys.stdin.readline()
        self.publisher.publish(String(data="bye"))
        print("published", flush=True)

sys.exit(run_node(Talker, name="talker"))
"""


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", NODE, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_lets_the_node_publish_its_last_words(number):
    with start() as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)
    assert output == "published\n"
    assert errors == ""
    assert process.returncode == 0


def test_an_unusable_configuration_is_told_line_by_line_and_exits_with_2():
    with start("bad") as process:
        _, errors = process.communicate(timeout=60)
    assert errors.splitlines() == [
        "talker: configuration: talker: rate: 0 is too low",
        "talker: configuration: talker: name: is empty",
    ]
    assert process.returncode == 2


def test_a_node_goes_before_ordinary_processes_where_it_may():
    try_it = f"import os; os.setpriority(os.PRIO_PROCESS, 0, {NICENESS})"
    allowed = (
        subprocess.run([sys.executable, "-c", try_it], stderr=subprocess.DEVNULL).returncode == 0
    )
    with start() as process:
        assert process.stdout.readline() == "ready\n"
        niceness = os.getpriority(os.PRIO_PROCESS, process.pid)
        process.terminate()
        process.communicate(timeout=60)
    assert niceness == (NICENESS if allowed else 0)


def test_a_second_stop_signal_does_not_cut_the_last_words_short():
    with start("slow") as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "leaving\n"
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(input="go\n", timeout=60)
    assert output == "published\n"
    assert errors == ""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--help"], 0, "Says something. Parameters: docs/parameters.md."),
        (["port=8080"], 2, "unrecognized arguments: port=8080"),
        (["--ros-args", "--params-file", "gone.yaml"], 2, "node: {ros__parameters: {...}}"),
    ],
    ids=["help", "a word that is not ROS's", "a parameter file that is not there"],
)
def test_what_a_node_cannot_use_is_told_before_it_starts_and_so_is_help(words, code, told):
    node = NODE.replace('name="talker"', 'name="talker", about="Says something."')
    done = subprocess.run(
        [sys.executable, "-c", node, *words], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == code
    assert told in " ".join((done.stdout + done.stderr).split())
    assert "ready" not in done.stdout


class Executor:
    """Notes what it was asked to wait for."""

    def __init__(self):
        self.futures = []

    def spin_until_future_complete(self, future, timeout_sec):
        self.futures.append(future)
        assert timeout_sec == 0.25


def test_no_future_is_waited_for_twice_because_each_time_leaves_a_callback_on_it():
    executor = Executor()
    spin_for(executor, 0.25)
    spin_for(executor, 0.25)
    assert len(set(map(id, executor.futures))) == 2
    assert not any(future.done() for future in executor.futures)

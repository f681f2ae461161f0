"""What the tests share: the control node in a process, and a bench that plays robot and client.

The bench publishes sensors, the gateway's beat, heartbeats and commands at 50 Hz from a thread of
its own, and records what the control node says. Tests change what it plays and wait for what they
expect.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
import rclpy
import real_time
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TransformStamped, TwistStamped
from lanyard_msgs.msg import CommandAck, Heartbeat, MotionCommand, SafetyState
from lanyard_msgs.srv import AcquireLease, ArmMotion, ReleaseLease, RequestStop, ResetSafety
from nav_msgs.msg import Odometry
from rclpy.context import Context
from rclpy.duration import Duration
from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Float64MultiArray
from tf2_msgs.msg import TFMessage

from lanyard_control.mailbox import Mailbox
from lanyard_core.safety.states import Cause, Priority, State
from lanyard_node_support import names, qos

with warnings.catch_warnings():
    # The parser that rosidl's Python side loads on first use imports a module of Python's own
    # library that is deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    import rosidl_generator_py  # noqa: F401

# A name that no other robot on this machine has, should it be in the same domain.
NAMESPACE = f"/arm_{os.getpid()}"
JOINTS = [f"joint_{number}" for number in range(1, 7)]
PERIOD_S = 0.02

# Long enough for a loaded machine; no test waits for it when things go right.
DEADLINE_S = 30.0
# A request may go to a server that was killed a moment ago, and then has to be sent again.
CALLS = 5


@dataclass
class Script:
    """What the bench plays; tests change it while it runs."""

    odometry: bool = True
    tf: bool = True
    joint_states: bool = True
    gateway: bool = True
    beats: bool = False
    stop_input: bool | None = None  # None: silent
    linear_x: float | None = None  # None: no commands
    joint_positions: list[float] = field(default_factory=lambda: [0.0] * 6)
    stamp_ahead_s: float = 0.0
    frozen_seq: bool = False
    measured_x: float | None = None  # None: what was commanded


def _into(queue: deque) -> Callable[[object], None]:
    # rclpy wants a callable with a signature, which deque.append does not have.
    return lambda message: queue.append(message)


def _executor(context: Context) -> Executor:
    # At 500 Hz it matters; on Humble there is only the slow one.
    try:
        from rclpy.experimental import EventsExecutor
    except ImportError:
        return SingleThreadedExecutor(context=context)
    return EventsExecutor(context=context)


class Bench:
    """A robot and a client in one ROS node, and a record of what the control node said."""

    def __init__(self, domain_id: int) -> None:
        self.beginning = Script()  # what each test begins with
        self.script = replace(self.beginning)
        self.session = 0
        self.sent: deque[int] = deque(maxlen=10_000)
        self.acks: deque[CommandAck] = deque(maxlen=10_000)
        self.velocities: deque[tuple[float, float]] = deque(maxlen=20_000)
        self.arm_velocities: deque[tuple[float, ...]] = deque(maxlen=20_000)
        self.states: deque[SafetyState] = deque(maxlen=10_000)
        self.overran = False
        self.power_off: deque[bool] = deque(maxlen=100)
        self.diagnostics: deque[DiagnosticArray] = deque(maxlen=100)
        self._numbers = itertools.count(1)
        self._seq = 0
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain_id)
        self.node = Node("bench", namespace=NAMESPACE, context=self._context)
        self._executor = _executor(self._context)
        self._executor.add_node(self.node)
        self._publishers()
        self._subscriptions()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=run, daemon=True) for run in (self._spin, self._play)
        ]
        for thread in self._threads:
            thread.start()

    def _publishers(self) -> None:
        make = self.node.create_publisher
        self._odom = make(Odometry, names.ODOM, qos.SENSOR_OUT)
        self._tf = make(TFMessage, names.TF, qos.TF)
        self._joints = make(JointState, names.JOINT_STATES, qos.SENSOR_OUT)
        self._beat = make(Heartbeat, names.HEARTBEAT, qos.HEARTBEAT)
        self._command = make(MotionCommand, names.COMMAND, qos.COMMAND)
        self._stop_input = make(Bool, "stop_input", qos.SENSOR_OUT)

    def _subscriptions(self) -> None:
        listen = self.node.create_subscription
        listen(CommandAck, names.COMMAND_ACK, _into(self.acks), qos.ACK)
        listen(TwistStamped, names.CMD_VEL, self._heard_velocity, 1000)
        listen(Float64MultiArray, names.ARM_COMMANDS, self._heard_arm, 1000)
        listen(SafetyState, names.SAFETY_STATE, self._heard_state, qos.SAFETY_STATE)
        listen(Bool, names.BASE_POWER_OFF, self._heard_power_off, qos.LATCHED)
        listen(DiagnosticArray, names.DIAGNOSTICS, _into(self.diagnostics), 10)

    def _heard_velocity(self, message: TwistStamped) -> None:
        self.velocities.append((time.monotonic(), message.twist.linear.x))

    def _heard_arm(self, message: Float64MultiArray) -> None:
        self.arm_velocities.append(tuple(message.data))

    def _heard_state(self, message: SafetyState) -> None:
        self.states.append(message)
        self.overran |= bool(message.causes & Cause.OVERRUN)

    def _heard_power_off(self, message: Bool) -> None:
        self.power_off.append(message.data)

    def _spin(self) -> None:
        while not self._stop.is_set():
            self._executor.spin_once(timeout_sec=0.1)

    def _play(self) -> None:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due = max(due + PERIOD_S, time.monotonic())
            self._play_robot()
            self._play_client()

    def _play_robot(self) -> None:
        script = self.script
        if script.odometry:
            odometry = Odometry()
            measured = script.measured_x
            odometry.twist.twist.linear.x = self.speed if measured is None else measured
            self._odom.publish(odometry)
        if script.tf:
            transform = TransformStamped(child_frame_id="base_link")
            transform.header.frame_id = "odom"
            self._tf.publish(TFMessage(transforms=[transform]))
        if script.joint_states:
            self._joints.publish(JointState(name=JOINTS, position=script.joint_positions))
        if script.stop_input is not None:
            self._stop_input.publish(Bool(data=script.stop_input))

    def _play_client(self) -> None:
        script = self.script
        if script.gateway:
            self._beat.publish(Heartbeat(sender="gateway", session=0, seq=next(self._numbers)))
        if script.beats:
            self.beat()
        if script.linear_x is not None:
            self.command(script.linear_x)

    def beat(self) -> None:
        """One heartbeat of the session."""
        self._beat.publish(Heartbeat(sender="bench", session=self.session, seq=next(self._numbers)))

    def command(self, x: float, *, session: int | None = None, joints: tuple[float, ...] = ()):
        """One command; returns its number."""
        if not self.script.frozen_seq or self._seq == 0:
            self._seq += 1
        seq = self._seq
        message = MotionCommand(session=session or self.session, seq=seq)
        ahead = Duration(nanoseconds=round(self.script.stamp_ahead_s * 1e9))
        message.header.stamp = (self.node.get_clock().now() + ahead).to_msg()
        message.twist.linear.x = x
        message.joint_velocities = joints
        self.sent.append(seq)
        self._command.publish(message)
        return seq

    def call(self, service: type, name: str, **request: object):
        """Call a service of the control node and wait for its answer."""
        client = self.node.create_client(service, name)
        try:
            assert client.wait_for_service(DEADLINE_S)
            for _ in range(CALLS):
                answered = threading.Event()
                future = client.call_async(service.Request(**request))
                future.add_done_callback(lambda _, answered=answered: answered.set())
                if answered.wait(DEADLINE_S / CALLS):
                    return future.result()
            raise AssertionError(f"{name} did not answer")
        finally:
            self.node.destroy_client(client)

    def acquire(self, priority: int = Priority.OPERATOR, *, take: bool = False):
        """Ask for the lease; a granted one is the bench's session from then on."""
        answer = self.call(
            AcquireLease,
            names.ACQUIRE_LEASE,
            holder=f"bench {int(priority)}",
            priority=int(priority),
            take=take,
            full_speed=True,
        )
        if answer.success:
            self.session = answer.session
        return answer

    def release(self):
        return self.call(ReleaseLease, names.RELEASE_LEASE, session=self.session)

    def arm(self, *, arm: bool = True):
        return self.call(ArmMotion, names.ARM, session=self.session, arm=arm)

    def stop(self, kind: int = 0, reason: str = "test"):
        return self.call(RequestStop, names.REQUEST_STOP, kind=kind, actor="bench", reason=reason)

    def reset(self, *, severe: bool = True):
        return self.call(
            ResetSafety,
            names.RESET,
            request_id=next(self._numbers),
            actor="bench",
            may_reset_severe=severe,
        )

    @property
    def state(self) -> State | None:
        """The newest state that was heard."""
        return State(self.states[-1].state) if self.states else None

    @property
    def causes(self) -> int:
        return self.states[-1].causes if self.states else 0

    @property
    def speed(self) -> float:
        """The newest commanded speed of the base."""
        return self.velocities[-1][1] if self.velocities else 0.0

    def wait_for(self, condition: Callable[[], bool], *, within_s: float = DEADLINE_S) -> float:
        """Wait until ``condition``; fail at the deadline. Returns how long it took."""
        begun = time.monotonic()
        while not condition():
            took = time.monotonic() - begun
            assert took < within_s, f"not so in {within_s} s; state {self.state}, {self.causes}"
            time.sleep(0.001)
        return time.monotonic() - begun

    def wait_idle(self) -> None:
        self.wait_for(lambda: self.state is State.IDLE)

    def armed(self, priority: int = Priority.OPERATOR) -> None:
        """Take the lease, send heartbeats and neutral commands, and arm."""
        self.wait_idle()
        assert self.acquire(priority).success
        self.script.beats, self.script.linear_x = True, 0.0
        self.wait_for(lambda: self.arm().success)

    def moving(self, x: float = 0.3, priority: int = Priority.OPERATOR) -> None:
        """Armed, and driving at ``x`` m/s."""
        self.armed(priority)

        def driving() -> bool:
            if self.causes & Cause.OVERRUN:  # the machine held up the node's own loop
                self.restore()
                self.armed(priority)
            # A busy machine may hold up the bench for longer than the command gap.
            self.script.linear_x = 0.0 if self.causes & Cause.COMMAND_GAP else x
            return abs(self.speed - x) < 1e-9

        self.wait_for(driving)

    def restore(self) -> None:
        """Bring a shared control node back to IDLE without a lease, and forget what was heard."""
        self.script = replace(self.beginning)
        self.release()
        self.wait_for(lambda: self.speed == 0.0 and self.reset().success)
        self.wait_idle()
        self._seq = 0
        for record in (self.sent, self.acks, self.velocities, self.arm_velocities):
            record.clear()

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(DEADLINE_S)
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)


# A machine that is busy may hold up the bench; its sensors are not what is tested.
PATIENT = {
    "odometry_timeout_s": 0.5,
    "joint_state_timeout_s": 0.5,
    "tf_timeout_s": 1.0,
    "gateway_timeout_s": 0.5,
    "overspeed_time_s": 0.3,
}


@contextlib.contextmanager
def _running(
    domain_id: int, *program: str, stdout: int | None = None, **parameters: object
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in the robot's namespace; ``program`` is what Python is given to run."""
    arguments = ["--ros-args", "-r", f"__ns:={NAMESPACE}"]
    for name, value in parameters.items():
        arguments += ["-p", f"{name}:={value}"]
    environment = {
        **os.environ,
        "ROS_DOMAIN_ID": str(domain_id),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            env=environment,
            stdout=log if stdout is None else stdout,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(timeout=DEADLINE_S)
            log.seek(0)
            print(log.read().decode())  # pytest shows it when the test failed


def _running_control(
    domain_id: int, **parameters: object
) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    program = ("-m", "lanyard_control.main")
    return _running(domain_id, *program, **{**PATIENT, **parameters})


def _free_domains() -> Iterator[int]:
    return iter(random.SystemRandom().sample(range(1, 100), 99))


@pytest.fixture(scope="session")
def domains() -> Iterator[int]:
    """ROS domains that no other test run is likely to use."""
    return _free_domains()


@pytest.fixture(scope="module")
def _shared_bench(domains) -> Iterator[Bench]:
    domain_id = next(domains)
    bench = Bench(domain_id)
    with _running_control(domain_id):
        bench.wait_idle()
        yield bench
    bench.close()


@contextlib.contextmanager
def _told_when_held_up(bench: Bench) -> Iterator[None]:
    """The control node knows best whether the machine held up its loop: then it is in FAULT."""
    bench.overran = False
    yield
    if bench.overran:
        real_time.tell(real_time.HELD_UP_S)


@pytest.fixture
def bench(_shared_bench) -> Iterator[Bench]:
    """A bench with a running control node that is IDLE; both are shared with other tests."""
    _shared_bench.restore()
    with _told_when_held_up(_shared_bench):
        yield _shared_bench


@dataclass
class Lab:
    """A bench of the test's own, and the way to start a control node or another process with it."""

    bench: Bench
    start: Callable[..., contextlib.AbstractContextManager[subprocess.Popen[bytes]]]
    run: Callable[..., contextlib.AbstractContextManager[subprocess.Popen[bytes]]]


def _lab(domains: Iterator[int]) -> Iterator[Lab]:
    domain_id = next(domains)
    bench = Bench(domain_id)
    yield Lab(
        bench,
        functools.partial(_running_control, domain_id),
        functools.partial(_running, domain_id),
    )
    bench.close()


@pytest.fixture
def lab(domains) -> Iterator[Lab]:
    """For tests that need parameters of their own, or that end or pause the process."""
    for made in _lab(domains):
        with _told_when_held_up(made.bench):
            yield made


@pytest.fixture(scope="module")
def common_lab(domains) -> Iterator[Lab]:
    """A lab that the tests of one file share."""
    yield from _lab(domains)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()

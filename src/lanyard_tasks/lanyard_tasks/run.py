"""One run of one task, from the accepted goal to its outcome. Pure: told the time.

Authority first (for a behaviour that moves), then the behaviour step by step, then the way back to
rest; the outcome is told only when the lease is given back, so that the next task finds it free.
Time-out, cancelling, a stop of the robot, a robot that is stuck and a behaviour that fails all lead
down the same way. A pause goes down it too, without an outcome, and comes back with an authority of
its own: whoever wants may command the robot meanwhile. Not thread-safe.
"""

from __future__ import annotations

import json
import traceback
from dataclasses import replace

from lanyard_core.task.error_codes import ErrorCode
from lanyard_core.task.run_state import RunState
from lanyard_tasks.behaviour import Behaviour, Parameters, Result
from lanyard_tasks.motion.authority import Authority
from lanyard_tasks.motion.effects import Effect, SafetySeen, Times
from lanyard_tasks.motion.geometry import REST
from lanyard_tasks.motion.odometer import Odometer
from lanyard_tasks.motion.stuck import Axis, StuckWatch
from lanyard_tasks.pausing import Pausing, hindrance
from lanyard_tasks.report import Ended, Feedback, Outcome
from lanyard_tasks.robot import Observation, Robot, Setup, Step, TaskFailed

# The least that an axis must be told to do before it can be called stuck.
_LEAST_MPS = 0.03
_LEAST_RADPS = 0.05


class TaskRun:
    """Runs ``behaviour`` once. ``parameters`` must have been checked by the task type's schema."""

    def __init__(
        self,
        behaviour: Behaviour,
        parameters: Parameters,
        *,
        setup: Setup,
        times: Times,
        timeout_s: float,
        now: float,
    ) -> None:
        self._type = behaviour.task_type
        self._robot = Robot(setup)
        self._behaviour = behaviour
        self._parameters = parameters
        self._steps = behaviour.run(self._robot, parameters)
        self._begun = False
        self._times = times
        self._pausing = Pausing()
        self.authority = Authority(times) if behaviour.moves else None
        self._odometer = Odometer()
        self._stuck = StuckWatch(slow_s=setup.stuck_s)
        self._started = now
        self._now = now
        self._timeout_s = timeout_s
        self._step = Step(self._type.phases[0].name)
        self._progress = 0.0
        self._finished: Ended | None = None  # decided, but perhaps still on the way to rest
        self.ended: Ended | None = None

    def tick(self, observation: Observation, safety: SafetySeen | None) -> list[Effect]:
        """Go on by one step; to be called at a steady rate until ``ended`` is set."""
        now = self._now = observation.now
        self._robot.observe(replace(observation, now=now - self._pausing.paused_s(now)))
        if self._robot.has_pose:
            self._odometer.observe(self._robot.pose)
        if self._finished is None:
            self._pause_or_resume(now)
        if self._finished is None and self._pausing.state is RunState.RUNNING:
            self._go_on(now)
        effects: list[Effect] = []
        if self.authority is not None:
            effects = self.authority.tick(
                now, safety, self._step.drive, self._step.joint_velocities
            )
            if self.authority.failure is not None:
                self._without_authority(now, self.authority.failure)
        if self._finished is not None and (self.authority is None or self.authority.done):
            self.ended = self._finished
        return effects

    def may_cancel(self) -> bool:
        """True when the run may be cancelled now: it has not ended, and its phase allows it."""
        return self._finished is None and self._type.phase(self._step.phase).cancellable

    def cancel(self, now: float) -> None:
        """End the run as cancelled. To be called only when ``may_cancel``."""
        message = f"cancelled in phase {self._step.phase}"
        self._finish(now, Outcome.CANCELED, message=message)

    def may_pause(self) -> bool:
        """True when the run may be paused now: it has not ended, and its phase allows it."""
        phase = self._type.phase(self._step.phase)
        return self._finished is None and phase.pausable and self._step.pausable

    def pause(self, now: float) -> str | None:
        """Bring the robot to rest and stay there; why not, when that cannot be."""
        if self._finished is not None:
            return "the task is about to end"
        if self._pausing.state in (RunState.PAUSING, RunState.PAUSED):
            return None
        if not self.may_pause():
            return f"the task is in phase {self._step.phase!r}, which cannot be paused"
        self._pausing.pause(now)
        self._step = replace(self._step, drive=REST, joint_velocities=())
        self._stuck.reset()
        if self.authority is not None:
            self.authority.wind_down()
        return None

    def resume(self, safety: SafetySeen | None) -> str | None:
        """Go on from where the run was paused; why not, when that cannot be."""
        if self._finished is not None:
            return "the task is about to end"
        is_at_rest = self._pausing.state is RunState.PAUSED
        why_not = hindrance(safety) if is_at_rest and self.authority is not None else None
        if why_not is None:
            self._pausing.resume()
        return why_not

    def shut_down(self, now: float) -> None:
        """End the run because the task server goes; in whatever phase."""
        self._fail(now, TaskFailed(ErrorCode.SHUTTING_DOWN, "the task server is shutting down"))

    def feedback(self) -> Feedback:
        """Where the run stands."""
        step = self._step
        remaining_s = step.remaining_s
        if remaining_s is None:
            remaining_s = self._type.remaining_s(step.phase, step.fraction)
        return Feedback(
            phase=step.phase,
            cancellable=self.may_cancel(),
            pausable=self.may_pause(),
            state=self._pausing.state,
            state_message=self._pausing.message,
            paused_s=self._pausing.paused_s(self._now),
            progress=self._progress,
            remaining_s=remaining_s,
            distance_m=self._odometer.distance_m,
        )

    def _pause_or_resume(self, now: float) -> None:
        state, authority = self._pausing.state, self.authority
        if state is RunState.PAUSING and (authority is None or authority.done):
            self._pausing.at_rest()
        elif state is not RunState.RESUMING:
            return
        elif authority is None or authority.in_command:
            self._pausing.goes_on(now)
        elif authority.leaves and authority.done:
            self.authority = Authority(self._times)

    def _without_authority(self, now: float, failure: TaskFailed) -> None:
        """The robot cannot be commanded: the end of a run, but not of one that is paused."""
        state, authority = self._pausing.state, self.authority
        if state is RunState.RUNNING:
            self._fail(now, failure)
        elif state is RunState.RESUMING and authority is not None and not authority.leaves:
            authority.wind_down()
            self._pausing.hindered(failure.message)

    def _run_s(self, now: float) -> float:
        """How long it has run, without its pauses."""
        return now - self._started - self._pausing.paused_s(now)

    def _go_on(self, now: float) -> None:
        if self._run_s(now) > self._timeout_s:
            message = f"not done within {self._timeout_s:g} s"
            self._fail(now, TaskFailed(ErrorCode.TIMEOUT, message))
            return
        if self.authority is not None and not self.authority.in_command:
            self._stuck.reset()
            return
        try:
            self._step = next(self._steps)
            self._begun = True
            done = self._step.progress
            if done is None:
                done = self._type.progress(self._step.phase, self._step.fraction)
            self._progress = max(self._progress, done)
            self._watch_motion(now)
        except StopIteration as end:
            self._succeed(now, end.value)
        except TaskFailed as failure:
            if self._waits_for_sensors(now, failure):
                self._steps = self._behaviour.run(self._robot, self._parameters)
            else:
                self._fail(now, failure)
        except Exception as error:  # noqa: BLE001  a task's top level: the robot must come to rest
            self._fail(now, _internal(error), trace=traceback.format_exc())

    def _waits_for_sensors(self, now: float, failure: TaskFailed) -> bool:
        # A task server that has just started may hear the control node before it hears the sensors.
        is_sensor = failure.code is ErrorCode.SENSOR_LOST
        return is_sensor and not self._begun and self._run_s(now) < self._times.arm_timeout_s

    def _watch_motion(self, now: float) -> None:
        axes: dict[str, Axis] = {}
        drive = self._step.drive
        if self._robot.has_pose:
            forward, turned = self._odometer.forward_m, self._odometer.turned_rad
            axes["the base"] = Axis(drive.linear_mps, forward, _LEAST_MPS)
            axes["the base's turn"] = Axis(drive.angular_radps, turned, _LEAST_RADPS)
        if self._step.joint_velocities:
            for name, rate, position in zip(
                self._robot.setup.joint_names,
                self._step.joint_velocities,
                self._robot.joints,
                strict=True,
            ):
                axes[name] = Axis(rate, position, _LEAST_RADPS)
        stuck = self._stuck.observe(now, axes)
        if stuck is not None:
            raise TaskFailed(ErrorCode.STUCK, f"{stuck} does not move as commanded")

    def _succeed(self, now: float, result: Result | None) -> None:
        try:
            text = json.dumps(result or {}, allow_nan=False)
        except (TypeError, ValueError) as error:
            message = f"the behaviour's result is not JSON: {error}"
            self._fail(now, TaskFailed(ErrorCode.INTERNAL, message))
            return
        self._progress = 1.0
        self._step = Step(self._step.phase, 1.0, remaining_s=0.0)
        self._finish(now, Outcome.SUCCEEDED, result_json=text)

    def _fail(self, now: float, failure: TaskFailed, *, trace: str = "") -> None:
        self._finish(now, Outcome.ABORTED, error=failure.code, message=failure.message, trace=trace)

    def _finish(
        self,
        now: float,
        outcome: Outcome,
        *,
        error: ErrorCode = ErrorCode.NONE,
        message: str = "",
        result_json: str = "{}",
        trace: str = "",
    ) -> None:
        if self._finished is not None:
            return
        try:
            self._steps.close()
        except Exception:  # noqa: BLE001  its last words change nothing about the outcome
            trace += traceback.format_exc()
        self._step = Step(self._step.phase, self._step.fraction, remaining_s=0.0)
        self._finished = Ended(
            outcome=outcome,
            error=error,
            message=message,
            phase=self._step.phase,
            run_time_s=self._run_s(now),
            distance_m=self._odometer.distance_m,
            result_json=result_json,
            trace=trace,
        )
        if self.authority is not None:
            self.authority.wind_down()


def _internal(error: Exception) -> TaskFailed:
    return TaskFailed(ErrorCode.INTERNAL, f"the behaviour raised {type(error).__name__}: {error}")

"""One tick of the control node: collect what arrived, ask the machine, do what it says.

Called by the loop's thread only. Whatever goes wrong inside a tick ends in FAULT and the fast
ramp; the loop goes on, so that zeros keep coming. Nothing here waits, logs or allocates without
bound: log lines go to a bounded queue that the executor's thread empties.
"""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable

from lanyard_control.mailbox import Answer, ArrivedCommand, Batch, Mailbox
from lanyard_control.senses import Senses
from lanyard_control.statistics import LoopStatistics
from lanyard_control.voice import Voice
from lanyard_core.safety.causes import names
from lanyard_core.safety.limits import Limits
from lanyard_core.safety.machine import MachineState, fail, initial, step
from lanyard_core.safety.states import AckStatus, Cause, State
from lanyard_core.safety.values import Inputs, Outcome

_NOTES = 256
_COMMAND_GAP = int(Cause.COMMAND_GAP)


class Controller:
    """The machine's state, and the hands that carry out what it decides.

    ``failures`` are causes that stand from the start, such as a failed self-test.
    """

    def __init__(
        self,
        limits: Limits,
        mailbox: Mailbox,
        senses: Senses,
        voice: Voice,
        *,
        failures: Cause = Cause.NONE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._failures = failures
        self._limits = limits
        self._mailbox = mailbox
        self._senses = senses
        self._voice = voice
        self._state = initial(limits)
        self._outcome = Outcome(State.STARTING, 0, limits.rest)
        self._shutdown = False
        self.notes: deque[str] = deque(maxlen=_NOTES)
        self.statistics = LoopStatistics()
        self.zeros_since_shutdown = 0

    @property
    def outcome(self) -> Outcome:
        """What the last tick decided; replaced as a whole, so readable from any thread."""
        return self._outcome

    @property
    def machine(self) -> MachineState:
        """The machine's state after the last tick; readable from any thread."""
        return self._state

    def begin_shutdown(self) -> None:
        """From the next tick on, ramp to rest and stay there."""
        self._shutdown = True

    def tick(self, *, now: float, elapsed_s: float, late_s: float | None, missed: int) -> None:
        """One tick; see the module, and ``lanyard_control.loop.Ticks``."""
        if late_s is None:
            self.statistics.early += 1
        else:
            self.statistics.ticked(late_s=late_s, missed=missed)
        batch = self._mailbox.take()
        try:
            self._judge_and_act(batch, now=now, elapsed_s=elapsed_s, late_s=late_s or 0.0)
        except Exception:  # noqa: BLE001 - the top of the loop's thread: log it, and stop the robot
            self.notes.append(f"error: tick failed:\n{traceback.format_exc()}")
            self._stop_after_error(now=now, elapsed_s=elapsed_s)

    def _judge_and_act(self, batch: Batch, *, now: float, elapsed_s: float, late_s: float) -> None:
        seen = self._senses.observe(now)
        inputs = Inputs(
            elapsed_s=elapsed_s,
            seen=seen,
            late_s=late_s,
            commands=tuple(command.at(now) for command in batch.commands),
            beats=tuple(beat.at(now) for beat in batch.beats),
            requests=tuple(ticket.request for ticket in batch.tickets),
            failures=self._failures,
            shutdown=self._shutdown,
        )
        before = self._state
        gap_before = self._outcome.causes & _COMMAND_GAP
        self._state, self._outcome = step(before, inputs, self._limits)
        self._drive(now=now)
        self._answer(batch)
        self._voice.announce(self._outcome, self._state, seen, now=now)
        self._note_changes(before)
        if self._outcome.causes & _COMMAND_GAP & ~gap_before:  # the one cause that is not latched
            self.statistics.stopped(_COMMAND_GAP)

    def _drive(self, *, now: float) -> None:
        velocity = self._outcome.velocity
        if self._clock() - now > self._limits.overrun_gap_s:
            # This thread stood still since it decided, and the decision is as old as that. The next
            # tick sees the gap and judges it; until then nothing that moves is said.
            velocity = self._limits.rest
        self._voice.drive(velocity)
        if self._shutdown and not any(self._outcome.velocity):
            self.zeros_since_shutdown += 1

    def _answer(self, batch: Batch) -> None:
        outcome = self._outcome
        for command in batch.evicted:
            self._acknowledge(command, AckStatus.SUPERSEDED)
        for command, ack in zip(batch.commands, outcome.acks, strict=True):
            self._acknowledge(command, ack.status)
        for ticket, reply in zip(batch.tickets, outcome.replies, strict=True):
            at_rest = not any(outcome.velocity)
            ticket.settle(Answer(reply, outcome.state, outcome.causes, at_rest))

    def _acknowledge(self, command: ArrivedCommand, status: AckStatus) -> None:
        handling_s = self._clock() - command.arrived
        self.statistics.acknowledged(status, handling_s=handling_s)
        self._voice.acknowledge(command.session, command.seq, status, handling_s=handling_s)

    def _stop_after_error(self, *, now: float, elapsed_s: float) -> None:
        before = self._state
        self._state, self._outcome = fail(before, self._limits, elapsed_s=elapsed_s)
        self.statistics.stopped(self._state.latched & ~before.latched)
        try:
            self._drive(now=now)
        except Exception:  # noqa: BLE001 - nothing is left but the base's own time-out
            self.notes.append(f"error: cannot publish velocities:\n{traceback.format_exc()}")

    def _note_changes(self, before: MachineState) -> None:
        after = self._state
        raised = after.latched & ~before.latched
        if raised:
            self.statistics.stopped(raised)
            self.notes.append(f"warning: raised {', '.join(names(raised))}")
        if before.latched and not after.latched:
            self.notes.append(f"info: reset; cleared {', '.join(names(before.latched))}")
        if after.state is not before.state:
            self.notes.append(f"info: {before.state.name} -> {after.state.name}")
        if after.authority.lease != before.authority.lease:
            held, lease = before.authority.lease, after.authority.lease
            self.notes.append(
                f"info: lease: {held.holder if held else 'nobody'}"
                f" -> {f'{lease.holder} ({int(lease.priority)})' if lease else 'nobody'}"
            )

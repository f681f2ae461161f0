"""``/ws/command/{robot_id}``: the shell around a command session.

Gives the session the time, the frames and the robot's answers, and does what it says. Decides
nothing: the rules are in ``lanyard_core.stream``. Everything runs on the event loop's thread and
nothing blocks it.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from lanyard_core.access.scopes import Scope
from lanyard_core.faults import Conflict, LanyardFault, MalformedFrame, Unavailable
from lanyard_core.port import CommandAck, MotionCommand, RobotPort
from lanyard_core.safety.states import Priority
from lanyard_core.stream.arming import Lease
from lanyard_core.stream.channel import Channel, CloseCode
from lanyard_core.stream.client_frames import read_client_frame
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.effects import (
    ArmRobot,
    Effect,
    PublishCommand,
    ReleaseLease,
    ResetRobot,
    SendFrame,
    SendHeartbeat,
    StopRobot,
)
from lanyard_core.stream.plain import FROM_CLIENT, Wire
from lanyard_core.stream.server_frames import write_server_frame
from lanyard_core.stream.session import CommandSession
from lanyard_core.stream.settings import StreamSettings
from lanyard_core.telemetry.status import RobotStatus
from lanyard_gateway.web.audit_trail import note_counts, privileged
from lanyard_gateway.web.context import context_of
from lanyard_gateway.web.socket_admission import RobotAdmission, admit
from lanyard_gateway.web.socket_line import line_of
from lanyard_gateway.web.socket_requests import RobotRequests
from lanyard_gateway.web.socket_settings import stream_settings

_log = logging.getLogger(__name__)

router = APIRouter()

MAX_PILED_BYTES = 16 * 1024
"""What may pile up before a client that does not read; more ends the connection."""

_FRAMES_IN_ONE_TURN = 16
"""Frames taken in before others have their turn: a full socket must not hold the loop."""


@router.websocket("/ws/command/{robot_id}")
async def command_socket(websocket: WebSocket, robot_id: str) -> None:
    """Drive a robot: commands one way, acknowledgements and state the other."""
    admission = admit(websocket, robot_id, channel=Channel.COMMAND, scope=Scope.COMMAND_STREAM)
    if not admission.robot.status().online:
        remedy = "is its control node running, in the same ROS domain?"
        raise Unavailable(f"robot {robot_id} is offline: {remedy}", code="robot_offline")
    lease = await _ask_for_lease(admission.robot, holder=f"key:{admission.principal.key_id}")
    settings = stream_settings(context_of(websocket).settings)
    await CommandLink(websocket, admission, lease=lease, settings=settings).serve()


async def _ask_for_lease(robot: RobotPort, *, holder: str) -> Lease:
    """The lease when it is free. Connecting alone takes it from nobody, and stops no task."""
    try:
        grant = await robot.acquire_lease(holder=holder, priority=Priority.OPERATOR, take=False)
    except Conflict as fault:
        if fault.code != "lease_held":
            raise
        return Lease(holder=str(fault.extra.get("holder", "")))
    return Lease(holder=grant.holder, session=grant.session, ttl_s=grant.ttl_s)


class CommandLink:
    """One open command socket. Also listens to the robot (RobotListener)."""

    def __init__(
        self,
        websocket: WebSocket,
        admission: RobotAdmission,
        *,
        lease: Lease,
        settings: StreamSettings,
    ) -> None:
        principal = admission.principal
        now = time.monotonic()
        self._websocket = websocket
        self._line = line_of(websocket)
        self._subprotocol = admission.subprotocol
        self._robot = admission.robot
        self._lease = lease
        self._codec = CODECS[admission.encoding]
        self._settings = settings
        self._requests = RobotRequests(
            admission.robot, session=lease.session, actor=principal.key_id, log=self._audit
        )
        self._taken = self._published = self._stopped = self._first_seq = self._last_seq = 0
        self._session = CommandSession(
            now=now,
            unix_offset_s=time.time() - now,
            session_id=str(uuid.uuid4()),
            robot_id=admission.robot.robot_id,
            lease=lease,
            settings=settings,
            may_reset_severe=principal.may(Scope.STOP_RESET),
        )
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = float("inf")

    async def serve(self) -> None:
        """Serve the socket until either side ends it; the robot is left stopped or at rest."""
        stop_listening = self._robot.listen(self)
        try:
            await self._websocket.accept(subprotocol=self._subprotocol)
            self._line.on_ping = self._pinged
            self._line.on_message = self._take
            self._audit("lease", bool(self._lease.session), self._lease.holder)
            self._do(self._session.opened(time.monotonic(), self._robot.status()))
            await self._receive()
        except WebSocketDisconnect:
            pass  # the client is gone; that is how most connections end
        finally:
            stop_listening()
            self._line.on_message = None
            self._do(self._session.closed())
            self._note_counts()
            await self._requests.finish()

    def command_acknowledged(self, ack: CommandAck) -> None:
        """The control node answered some command of this robot."""
        arrived = time.monotonic() if ack.arrived_s is None else ack.arrived_s
        # No deadline comes nearer by an answer: the timer can stay as it is.
        self._carry_out(self._session.command_acknowledged(arrived, ack))

    def safety_changed(self, status: RobotStatus) -> None:
        """The robot's state changed, or the robot fell silent."""
        self._do(self._session.status_seen(time.monotonic(), status))

    def _pinged(self) -> None:
        self._do(self._session.control_ping_received(time.monotonic()))

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            self._take(message["bytes"] if text is None else text)
            if self._taken % _FRAMES_IN_ONE_TURN == 0:
                await asyncio.sleep(0)

    def _take(self, message: Wire) -> None:
        now = time.monotonic()
        self._taken += 1
        try:
            value = self._codec.decode(message, limits=FROM_CLIENT)
            frame = read_client_frame(
                value,
                frames=self._settings.frames,
                encoding=self._codec.encoding,
                bare_twists=self._settings.bare_twists,
            )
        except MalformedFrame as fault:
            self._do(self._session.frame_refused(now, fault))
        else:
            self._do(self._session.frame_received(now, frame))

    def _do(self, effects: list[Effect]) -> None:
        self._carry_out(effects)
        self._set_timer()

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            try:
                self._do_one(effect)
            except LanyardFault as fault:  # the session notices that no answer comes, and stops
                _log.warning("robot %s: %s", self._robot.robot_id, fault.detail)

    def _do_one(self, effect: Effect) -> None:
        if isinstance(effect, PublishCommand):
            self._publish(effect)
        elif isinstance(effect, SendFrame):
            self._send(self._codec.encode(write_server_frame(effect.frame)))
        elif isinstance(effect, SendHeartbeat):
            self._robot.send_heartbeat(self._lease.session)
        elif isinstance(effect, StopRobot):
            _log.info("robot %s is stopped: %s", self._robot.robot_id, effect.reason)
            self._stopped += 1
            self._requests.stop(effect)
        elif isinstance(effect, ArmRobot):
            self._requests.arm(self._arm_answered)
        elif isinstance(effect, ResetRobot):
            self._requests.reset(self._reset_answered, may_reset_severe=effect.may_reset_severe)
        elif isinstance(effect, ReleaseLease):
            self._requests.release()
        else:
            note_counts(self._websocket, close_code=int(effect.code))
            self._line.close(effect.code)

    def _audit(self, op: str, success: bool, detail: str) -> None:
        sink = context_of(self._websocket).audit
        privileged(self._websocket, sink, op, success=success, detail=detail)

    def _note_counts(self) -> None:
        note_counts(
            self._websocket,
            frames=self._taken,
            commands=self._published,
            first_seq=self._first_seq,
            last_seq=self._last_seq,
            stops=self._stopped,
        )

    def _publish(self, effect: PublishCommand) -> None:
        self._published += 1
        self._first_seq = self._first_seq or effect.seq
        self._last_seq = effect.seq
        self._robot.send_command(
            MotionCommand(
                session=self._lease.session,
                seq=effect.seq,
                twist=effect.twist,
                stamp_unix_s=time.time() - effect.age_s,
                joint_velocities=effect.joint_velocities,
            )
        )

    def _send(self, message: Wire) -> None:
        self._line.send(message)
        if self._line.piled_bytes > MAX_PILED_BYTES:
            self._line.close(CloseCode.TRY_LATER)

    def _arm_answered(self, success: bool, message: str) -> None:
        now = time.monotonic()
        self._do(self._session.arm_answered(now, success=success, message=message))

    def _reset_answered(self, success: bool, message: str) -> None:
        now = time.monotonic()
        self._do(self._session.reset_answered(now, success=success, message=message))

    def _set_timer(self) -> None:
        """Have the session called at its next deadline. An earlier call does no harm and stays."""
        due = self._session.next_deadline()
        if due is None or due >= self._timer_due:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due = due
        loop = asyncio.get_running_loop()
        # One turn later: an answer that waits in the loop's queue is heard before it is missed.
        self._timer = loop.call_later(
            max(0.0, due - time.monotonic()), loop.call_soon, self._deadline_passed
        )

    def _deadline_passed(self) -> None:
        self._timer = None
        self._timer_due = float("inf")
        self._do(self._session.deadline_passed(time.monotonic()))

"""Takes tasks in: checked against what exists, numbered, and on disk before anybody is told.

With an Idempotency-Key, the answer that was given once is the answer for a day, also after a
restart.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from lanyard_core.faults import Conflict, FieldError, NotFound, Overloaded, ValidationFailed
from lanyard_core.task.catalogue import TaskType
from lanyard_core.task.ids import ENTROPY_BITS, new_task_id
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import HoldReason, NewTask, Receipt
from lanyard_core.task.news import task_news
from lanyard_core.task.order import TaskOrder
from lanyard_core.task.queue import entry_of
from lanyard_gateway.dispatch.robot_dispatcher import RobotDispatcher
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.views import Submission


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """What a client asks for. ``timeout_s`` None: as its type says.

    ``caller`` (a key id) and ``idempotency_key`` together name the request; a key of None means
    that every request is a new one.
    """

    task_type: str
    robot_id: str
    parameters: Mapping[str, object]
    priority: int
    timeout_s: float | None
    caller: str
    idempotency_key: str | None = None

    def fingerprint(self) -> str:
        """A digest that is equal for equal requests, however they were spelled."""
        content = (
            self.task_type, self.robot_id, self.parameters, self.priority, self.timeout_s,
        )  # fmt: skip
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def receipt_scope(self) -> str | None:
        """The name under which the answer is kept; None when it is not."""
        return None if self.idempotency_key is None else f"{self.caller}:{self.idempotency_key}"


class Intake:
    """Checks tasks and takes them in, one at a time, so that the places it tells are true."""

    def __init__(self, shop: Shop, dispatchers: Mapping[str, RobotDispatcher]) -> None:
        self._shop = shop
        self._dispatchers = dispatchers
        self._one_at_a_time = asyncio.Lock()

    async def submit(self, request: TaskRequest) -> Submission:
        """Take a task in.

        Raises NotFound for the robot, ValidationFailed for the rest of the request, Conflict
        (``idempotency_conflict``), Overloaded (``queue_full``), Unavailable when the store fails.
        """
        # Shielded: a caller that goes away half-way must not leave a task that nobody dispatches.
        return await asyncio.shield(asyncio.ensure_future(self._submit(request)))

    def has_room(self) -> bool:
        """Whether the queue takes more tasks."""
        queued = sum(len(dispatcher.queue) for dispatcher in self._dispatchers.values())
        return queued < self._shop.settings.max_queued

    async def _submit(self, request: TaskRequest) -> Submission:
        earlier = await self._earlier_answer(request)
        if earlier is not None:
            return earlier
        dispatcher, task_type = self._checked(request)
        order = TaskOrder(
            task_type=task_type.name,
            robot_id=request.robot_id,
            parameters_json=json.dumps(request.parameters, separators=(",", ":")),
            priority=request.priority,
            timeout_s=request.timeout_s or task_type.default_timeout_s,
        )
        async with self._one_at_a_time:
            return await self._take_in(request, order, dispatcher)

    async def _take_in(
        self, request: TaskRequest, order: TaskOrder, dispatcher: RobotDispatcher
    ) -> Submission:
        now = self._shop.clocks.unix()
        task_id = new_task_id(now_unix_s=now, entropy=secrets.randbits(ENTROPY_BITS))
        submission = dispatcher.preview(task_id, order.priority)
        receipt = _receipt(request, submission, now)
        new = [NewTask(task_id, order)]
        added = await self._shop.store.add(new, at_unix_s=now, receipt=receipt)
        if isinstance(added, Receipt):  # the same request was here at the same moment
            return _answer_again(request, added)
        self._shop.publish(task_news(added[0], Event.SUBMITTED, ""))
        dispatcher.queue.push(entry_of(added[0]))
        dispatcher.wake()
        return submission

    async def _earlier_answer(self, request: TaskRequest) -> Submission | None:
        scope = request.receipt_scope()
        if scope is None:
            return None
        found = await self._shop.store.receipt(scope, at_unix_s=self._shop.clocks.unix())
        return _answer_again(request, found) if found is not None else None

    def _checked(self, request: TaskRequest) -> tuple[RobotDispatcher, TaskType]:
        dispatcher = self._dispatchers.get(request.robot_id)
        if dispatcher is None:
            known = ", ".join(sorted(self._dispatchers)) or "none"
            raise NotFound(f"there is no robot {request.robot_id!r}; known robots: {known}")
        task_type = self._shop.task_types.get(request.task_type)
        if task_type is None:
            known = ", ".join(sorted(self._shop.task_types))
            error = FieldError("task_type", "unknown_task_type", f"must be one of {known}")
            raise ValidationFailed(
                f"there is no task type {request.task_type!r}; known types: {known}", errors=[error]
            )
        # The task is queued as it was sent; its defaults are filled in where it is carried out.
        task_type.check(request.parameters)
        if not self.has_room():
            raise Overloaded("the task queue is full; nothing was taken in")
        return dispatcher, task_type


def _receipt(request: TaskRequest, submission: Submission, now: float) -> Receipt | None:
    scope = request.receipt_scope()
    if scope is None:
        return None
    return Receipt(
        scope=scope,
        fingerprint=request.fingerprint(),
        task_id=submission.task_id,
        answer_json=json.dumps(asdict(submission)),
        at_unix_s=now,
    )


def _answer_again(request: TaskRequest, receipt: Receipt) -> Submission:
    if receipt.fingerprint != request.fingerprint():
        raise Conflict(
            f"this Idempotency-Key was used for another request, which made {receipt.task_id}",
            code="idempotency_conflict",
            extra={"task_id": receipt.task_id},
        )
    answer = json.loads(receipt.answer_json)
    held = answer["hold_reason"]
    return Submission(
        task_id=answer["task_id"],
        position=answer["position"],
        hold_reason=HoldReason(held) if held else None,
        starts_unix_s=answer["starts_unix_s"],
        replayed=True,
    )

"""Takes tasks in: checked against what exists, given a place, and on disk before anybody is told.

With an Idempotency-Key, the answer that was given once is the answer for a day, also after a
restart.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict

from lanyard_core.faults import Conflict, LanyardFault, Overloaded
from lanyard_core.task.ids import ENTROPY_BITS, new_task_id
from lanyard_core.task.lane import QueueEntry
from lanyard_core.task.lifecycle import Event
from lanyard_core.task.model import HoldReason, NewTask, Receipt
from lanyard_core.task.order import TaskOrder
from lanyard_gateway.dispatch.requests import OrderDesk, OrderDraft, TaskRequest
from lanyard_gateway.dispatch.shop import Shop
from lanyard_gateway.dispatch.viewer import Viewer
from lanyard_gateway.dispatch.views import Submission, Submissions


class Intake:
    """Checks requests and takes their tasks in."""

    def __init__(self, shop: Shop, viewer: Viewer) -> None:
        self._shop = shop
        self._viewer = viewer
        self._desk = OrderDesk(shop)

    async def submit(self, request: TaskRequest) -> Submissions:
        """Take the tasks of one request in, all or none.

        Raises NotFound for a robot, ValidationFailed for the rest of the request, Conflict
        (``idempotency_conflict``, ``duplicate_external_ref``), Overloaded (``queue_full``),
        Unavailable when the store fails.
        """
        try:
            orders = [self._desk.order_of(draft) for draft in request.drafts]
            self._check_room(len(orders))
        except LanyardFault:
            # What was taken in once is answered again, whatever has changed since.
            earlier = await self._earlier_answer(request)
            if earlier is not None:
                return earlier
            raise
        # Shielded: a caller that goes away half-way must not leave a task that nobody dispatches.
        return await asyncio.shield(asyncio.ensure_future(self._take_in(request, orders)))

    def check(self, draft: OrderDraft) -> None:
        """Raise what is wrong with one task of a request."""
        self._desk.order_of(draft)

    def has_room(self) -> bool:
        """Whether the queue takes more tasks."""
        return len(self._shop.board.schedule) < self._shop.settings.max_queued

    def _check_room(self, count: int) -> None:
        if len(self._shop.board.schedule) + count > self._shop.settings.max_queued:
            raise Overloaded("the task queue is full; nothing was taken in")

    async def _take_in(self, request: TaskRequest, orders: Sequence[TaskOrder]) -> Submissions:
        now = self._shop.clocks.unix()
        new = [NewTask(_new_id(now), order) for order in orders]
        board = self._shop.board
        entries = [board.announce(each.task_id, each.order) for each in new]
        try:
            answer = self._answer(entries)
            receipt = _receipt(request, answer, now)
            added = await self._shop.store.add(new, at_unix_s=now, receipt=receipt)
        except BaseException:
            self._withdraw(new)
            raise
        if isinstance(added, Receipt):  # the same request was here before
            self._withdraw(new)
            return _answer_again(request, added)
        for task in added:
            self._shop.tell(task, Event.SUBMITTED, "")
        return answer

    def _answer(self, entries: Sequence[QueueEntry]) -> Submissions:
        return Submissions(tuple(self._viewer.submission(entry) for entry in entries))

    def _withdraw(self, new: Sequence[NewTask]) -> None:
        for each in new:
            self._shop.board.schedule.discard(each.task_id)

    async def _earlier_answer(self, request: TaskRequest) -> Submissions | None:
        scope = request.receipt_scope()
        if scope is None:
            return None
        found = await self._shop.store.receipt(scope, at_unix_s=self._shop.clocks.unix())
        return _answer_again(request, found) if found is not None else None


def _new_id(now_unix_s: float) -> str:
    return new_task_id(now_unix_s=now_unix_s, entropy=secrets.randbits(ENTROPY_BITS))


def _receipt(request: TaskRequest, answer: Submissions, now: float) -> Receipt | None:
    scope = request.receipt_scope()
    if scope is None:
        return None
    return Receipt(
        scope=scope,
        fingerprint=request.fingerprint(),
        task_id=answer.items[0].task_id,
        answer_json=json.dumps([asdict(item) for item in answer.items]),
        at_unix_s=now,
    )


def _answer_again(request: TaskRequest, receipt: Receipt) -> Submissions:
    if receipt.fingerprint != request.fingerprint():
        raise Conflict(
            f"this Idempotency-Key was used for another request, which made {receipt.task_id}",
            code="idempotency_conflict",
            extra={"task_id": receipt.task_id},
        )
    items = tuple(
        Submission(
            task_id=item["task_id"],
            position=item["position"],
            hold_reason=HoldReason(item["hold_reason"]) if item["hold_reason"] else None,
            starts_unix_s=item["starts_unix_s"],
        )
        for item in json.loads(receipt.answer_json)
    )
    return Submissions(items, replayed=True)

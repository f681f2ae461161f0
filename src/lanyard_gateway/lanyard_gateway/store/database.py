"""One connection, one thread: the ground that the task store stands on.

The event loop never waits for the disk. All work is done by one thread, in the order in which it
came; work that has piled up meanwhile shares one transaction, and so one wait for the disk, but not
its fate: what fails is taken back alone. What ``run`` has answered is committed, and so is on disk.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from lanyard_core.faults import LanyardFault, Overloaded, Unavailable

_log = logging.getLogger(__name__)

T = TypeVar("T")
MAX_WAITING = 1024
"""Pieces of work that may wait for the thread; beyond that new ones are refused."""
MOST_TOGETHER = 64
"""Pieces of work that share a transaction at most."""
_TRIES = 3
_COLLISIONS = frozenset({"40001", "40P01"})  # PostgreSQL: serialization failure, deadlock


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Connection], Any]
    answer: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a piece of work gave, or raised."""

    value: object = None
    error: Exception | None = None


class _NoConnection(Exception):
    """The store cannot be reached."""


class _CommitFailed(Exception):
    """The end of a transaction failed: what it did may or may not be there."""


class Database:
    """Runs work in transactions, in a thread of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="task-store")
        self._lock = threading.Lock()
        self._jobs: deque[_Job] = deque(maxlen=MAX_WAITING)
        self._waiting = 0
        self._is_awake = False

    def close(self) -> None:
        """Finish what waits, then close the connection. Blocks."""
        self._executor.submit(self._engine.dispose).result()
        self._executor.shutdown()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do ``work`` in a transaction; it is committed when this returns.

        ``work`` may be called more than once, after what it did was taken back. Raises what it
        raises, if that is a fault of ours; Overloaded when too much waits already; Unavailable
        (``store_unavailable``) when the store cannot be used now.
        """
        if self._waiting >= MAX_WAITING:
            raise Overloaded("the task store is behind with its work; try again soon")
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting += 1
        with self._lock:
            self._jobs.append(_Job(work, answer))
            is_awake, self._is_awake = self._is_awake, True
        if not is_awake:
            self._executor.submit(self._work_off, asyncio.get_running_loop())
        # Shielded: the thread settles the future, whoever may have gone away meanwhile.
        return await asyncio.shield(answer)

    def _work_off(self, loop: asyncio.AbstractEventLoop) -> None:
        while jobs := self._next_jobs():
            outcomes = self._outcomes(jobs)
            try:
                loop.call_soon_threadsafe(self._settle, jobs, outcomes)
            except RuntimeError:  # the loop has ended; so has everybody who waited
                return

    def _next_jobs(self) -> list[_Job]:
        with self._lock:
            count = min(len(self._jobs), MOST_TOGETHER)
            self._is_awake = count > 0
            return [self._jobs.popleft() for _ in range(count)]

    def _settle(self, jobs: Sequence[_Job], outcomes: Sequence[_Outcome]) -> None:
        self._waiting -= len(jobs)
        for job, outcome in zip(jobs, outcomes, strict=True):
            if job.answer.done():
                continue
            if outcome.error is not None:
                job.answer.set_exception(outcome.error)
                job.answer.exception()  # looked at: whoever asked may not be there any more
            else:
                job.answer.set_result(outcome.value)

    def _outcomes(self, jobs: Sequence[_Job]) -> list[_Outcome]:
        for tries_left in reversed(range(_TRIES)):
            try:
                return self._together(jobs)
            except (_NoConnection, _CommitFailed) as error:
                return [_unavailable(error)] * len(jobs)
            except SQLAlchemyError as error:
                if len(jobs) > 1:
                    _log.info("%d pieces of work go one by one now: %s", len(jobs), error)
                    return [outcome for job in jobs for outcome in self._outcomes([job])]
                if not tries_left or not _may_pass(error):
                    return [_unavailable(error)]
        raise AssertionError("the last try returns")

    def _together(self, jobs: Sequence[_Job]) -> list[_Outcome]:
        with self._connected() as connection:
            if len(jobs) == 1:
                outcomes = [_tried(jobs[0], connection)]
                if outcomes[0].error is not None:
                    connection.rollback()
            else:
                outcomes = [_tried_on_trial(job, connection) for job in jobs]
            try:
                connection.commit()
            except SQLAlchemyError as error:
                raise _CommitFailed(str(error)) from error
        return outcomes

    def _connected(self) -> Connection:
        try:
            return self._engine.connect()
        except SQLAlchemyError as error:
            raise _NoConnection(str(error)) from error


def _tried_on_trial(job: _Job, connection: Connection) -> _Outcome:
    connection.exec_driver_sql("SAVEPOINT job")
    outcome = _tried(job, connection)
    if outcome.error is not None:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
    connection.exec_driver_sql("RELEASE SAVEPOINT job")
    return outcome


def _tried(job: _Job, connection: Connection) -> _Outcome:
    try:
        return _Outcome(job.work(connection))
    except SQLAlchemyError:
        raise  # says something about the transaction, not about this piece of work
    except LanyardFault as fault:
        return _Outcome(error=fault)
    except Exception as error:  # noqa: BLE001 - the thread's top level: told to whoever asked
        return _Outcome(error=error)


def _may_pass(error: SQLAlchemyError) -> bool:
    """Whether another try may go well: what went wrong may have been somebody else's doing."""
    if not isinstance(error, DBAPIError):
        return False
    is_collision = getattr(error.orig, "sqlstate", None) in _COLLISIONS
    return error.connection_invalidated or is_collision or isinstance(error, IntegrityError)


def _unavailable(error: Exception) -> _Outcome:
    _log.error("the task store failed: %s", error)
    is_open = isinstance(error, _CommitFailed)
    end = "it is not known whether this was stored" if is_open else "nothing was changed"
    fault = Unavailable(f"the task store cannot be used now; {end}", code="store_unavailable")
    fault.__cause__ = error
    return _Outcome(error=fault)

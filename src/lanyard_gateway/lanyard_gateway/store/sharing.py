"""How a gateway gets along with others on the same task store.

On a file there are no others: the file is locked. On PostgreSQL a robot is served by one gateway at
a time, the one that holds its claim; a claim that is not renewed runs out, by the database's clock.
Rows that somebody else works on are passed over, and every change is announced to all.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Select, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from lanyard_core.faults import Conflict
from lanyard_core.task.model import Task
from lanyard_core.task.sharing import Claims, fair_shares
from lanyard_gateway.store.tables import gateways, robot_claims

CHANNEL = "lanyard_tasks"
"""The PostgreSQL channel on which changes are announced, as ``holder task_id version``."""

_Query = TypeVar("_Query", bound=Select[Any])


class Sharing(Protocol):
    """What the store does differently when it is not alone."""

    def lock(self, query: _Query, *, skip_locked: bool = False) -> _Query:
        """The query, so that the rows that it finds are locked until the transaction ends."""

    def announce(self, connection: Connection, task: Task) -> None:
        """Tell the others of a changed task, once it is committed."""

    def require_claim(self, connection: Connection, robot_id: str) -> None:
        """Raise Conflict (``claim_lost``) unless this gateway serves the robot now."""

    def hold(
        self,
        connection: Connection,
        robots: Collection[str],
        busy: Collection[str],
        *,
        ttl_s: float,
    ) -> Claims:
        """Claim this gateway's share of ``robots`` for ``ttl_s`` seconds.

        A ``busy`` robot that has become another's share is kept until it is idle.
        """

    def let_go(self, connection: Connection) -> None:
        """Give all claims back."""


class Alone:
    """Nobody else is there."""

    def lock(self, query: _Query, *, skip_locked: bool = False) -> _Query:  # noqa: ARG002
        """The query as it is: the whole file is locked."""
        return query

    def announce(self, connection: Connection, task: Task) -> None:
        """Nobody to tell."""

    def require_claim(self, connection: Connection, robot_id: str) -> None:
        """Nobody else could have it."""

    def hold(
        self,
        connection: Connection,  # noqa: ARG002
        robots: Collection[str],
        busy: Collection[str],  # noqa: ARG002
        *,
        ttl_s: float,  # noqa: ARG002
    ) -> Claims:
        """All of them."""
        return Claims(frozenset(robots))

    def let_go(self, connection: Connection) -> None:
        """Nobody waits for them."""


# The database's clock, which is the same for every gateway.
_NOW = func.extract("epoch", func.clock_timestamp())
_MINE = (robot_claims.c.holder == bindparam("me")) & (robot_claims.c.until_unix_s > _NOW)
_ALIVE = select(gateways.c.holder, gateways.c.robots_json).where(gateways.c.until_unix_s > _NOW)
_HELD = select(robot_claims.c.robot_id).where(_MINE)


class Shared:
    """Others may be there, each under a name of its own."""

    def __init__(self, me: str) -> None:
        self._me = me

    def lock(self, query: _Query, *, skip_locked: bool = False) -> _Query:
        """With ``FOR UPDATE``; with ``SKIP LOCKED`` what another works on is passed over."""
        return query.with_for_update(skip_locked=skip_locked)

    def announce(self, connection: Connection, task: Task) -> None:
        """By NOTIFY: sent when the transaction is committed, in the order of commits."""
        connection.execute(
            text("SELECT pg_notify(:channel, :payload)"),
            {"channel": CHANNEL, "payload": f"{self._me} {task.task_id} {task.version}"},
        )

    def require_claim(self, connection: Connection, robot_id: str) -> None:
        """Looked up with the claim's row locked, so that it cannot be lost before the commit."""
        query = _HELD.where(robot_claims.c.robot_id == robot_id).with_for_update(read=True)
        if connection.execute(query, {"me": self._me}).first() is None:
            raise Conflict(f"another gateway serves robot {robot_id} now", code="claim_lost")

    def hold(
        self,
        connection: Connection,
        robots: Collection[str],
        busy: Collection[str],
        *,
        ttl_s: float,
    ) -> Claims:
        """Take what is ours and free, keep what is busy, give back what is another's."""
        self._say_that_we_live(connection, robots, ttl_s)
        served = {
            holder: frozenset(json.loads(robots_json))
            for holder, robots_json in connection.execute(_ALIVE)
        }
        share = fair_shares(served).get(self._me, frozenset())
        held = frozenset(connection.scalars(_HELD, {"me": self._me}))
        keep = share | (held & frozenset(busy))
        unwanted = robot_claims.c.robot_id.in_(sorted(held - keep))
        connection.execute(delete(robot_claims).where(_MINE, unwanted), {"me": self._me})
        claimed = self._claim(connection, keep, ttl_s)
        return Claims(claimed & share, claimed - share)

    def let_go(self, connection: Connection) -> None:
        """So that others need not wait until the claims have run out."""
        for table in (robot_claims, gateways):
            connection.execute(delete(table).where(table.c.holder == self._me))

    def _say_that_we_live(
        self, connection: Connection, robots: Collection[str], ttl_s: float
    ) -> None:
        connection.execute(delete(gateways).where(gateways.c.until_unix_s <= _NOW - ttl_s))
        row = {"robots_json": json.dumps(sorted(robots)), "until_unix_s": _NOW + ttl_s}
        statement = insert(gateways).values(holder=self._me, **row)
        connection.execute(statement.on_conflict_do_update(index_elements=["holder"], set_=row))

    def _claim(
        self, connection: Connection, robots: Collection[str], ttl_s: float
    ) -> frozenset[str]:
        if not robots:
            return frozenset()
        new = [{"robot_id": robot, "holder": "", "until_unix_s": 0.0} for robot in sorted(robots)]
        connection.execute(insert(robot_claims).on_conflict_do_nothing(), new)
        is_free = (robot_claims.c.holder == self._me) | (robot_claims.c.until_unix_s <= _NOW)
        free = (
            select(robot_claims.c.robot_id)
            .where(robot_claims.c.robot_id.in_(sorted(robots)), is_free)
            .with_for_update(skip_locked=True)
        )
        claim = (
            update(robot_claims)
            .where(robot_claims.c.robot_id.in_(free))
            .values(holder=self._me, until_unix_s=_NOW + ttl_s)
            .returning(robot_claims.c.robot_id)
        )
        return frozenset(connection.scalars(claim))

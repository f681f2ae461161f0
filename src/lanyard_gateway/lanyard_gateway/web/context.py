"""What every route and socket can reach. Made once by the gateway's main; never changes afterwards.

Handlers get it with ``context_of(connection)``; it lives in ``app.state.context``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import HTTPConnection

from lanyard_core.access.keys import KeyRing
from lanyard_core.access.principal import no_such_robot
from lanyard_core.access.tickets import TicketBook
from lanyard_core.port import RobotPort, RobotPorts
from lanyard_gateway.dispatch.service import TaskService
from lanyard_gateway.doors.issuer_keys import IssuerKeys
from lanyard_gateway.doors.last_use import LastUse
from lanyard_gateway.doors.rates import Rates
from lanyard_gateway.doors.tokens import TokenDesk
from lanyard_gateway.events.hub import EventHub
from lanyard_gateway.web.audit_sink import AuditSink, NoAudit
from lanyard_gateway.web.settings import WebSettings


@dataclass(frozen=True, kw_only=True)
class DoorContext:
    """What any door needs to know who may come in.

    Without ``rates`` nobody is counted, without ``tokens`` there are keys only.
    """

    robots: RobotPorts
    keyring: KeyRing
    settings: WebSettings
    last_use: LastUse = field(default_factory=LastUse)
    tickets: TicketBook = field(default_factory=TicketBook)
    audit: AuditSink = field(default_factory=NoAudit)
    rates: Rates | None = None
    tokens: TokenDesk | None = None
    issuer_keys: IssuerKeys | None = None

    def robot(self, robot_id: str) -> RobotPort:
        """The robot of that id; raises NotFound in the words that hide one from a stranger."""
        try:
            return self.robots[robot_id]
        except KeyError:
            raise no_such_robot(robot_id) from None


@dataclass(frozen=True, kw_only=True)
class AppContext(DoorContext):
    """The parts that the web half works with.

    ``ros_alive`` tells whether the ROS thread still turns.
    """

    tasks: TaskService
    version: str
    ros_alive: Callable[[], bool]
    events: EventHub = field(default_factory=EventHub)


def context_of(connection: HTTPConnection) -> AppContext:
    """The context of the application that serves this request or socket."""
    return cast(AppContext, connection.app.state.context)

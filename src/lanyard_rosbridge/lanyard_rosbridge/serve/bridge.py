"""What all connections share: the ROS side, the feeds, who moves what, and the bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from lanyard_core.access.patterns import Patterns
from lanyard_core.access.principal import Principal
from lanyard_rosbridge.protocol.access import Access
from lanyard_rosbridge.protocol.motion_guard import MotionLeases
from lanyard_rosbridge.protocol.settings import SessionSettings
from lanyard_rosbridge.ros.side import RosSide
from lanyard_rosbridge.serve.client_count import ClientCount
from lanyard_rosbridge.serve.feeds import Feeds
from lanyard_rosbridge.serve.transforms import Transforms


@dataclass(frozen=True, slots=True)
class BridgeSettings:
    """How the bridge is set up. ``robots`` are ids by namespace; ``max_clients`` at once."""

    session: SessionSettings = field(default_factory=SessionSettings)
    namespace: str = "/"
    motion: Patterns = field(default_factory=Patterns)
    robots: Mapping[str, str] = field(default_factory=dict)
    max_clients: int = 256


class Bridge:
    """One bridge: a ROS side, and any number of clients."""

    def __init__(self, ros: RosSide, settings: BridgeSettings) -> None:
        self.ros = ros
        self.settings = settings
        self.feeds = Feeds(ros.topics)
        self.transforms = Transforms(self.feeds)
        self.leases = MotionLeases()
        self._clients: set[HTTPConnection] = set()
        self._count = ClientCount(ros.node)

    @property
    def clients(self) -> int:
        """How many clients are connected."""
        return len(self._clients)

    def joined(self, connection: HTTPConnection) -> None:
        """A client is there."""
        self._clients.add(connection)
        self._count.tell(len(self._clients))

    def left(self, connection: HTTPConnection) -> None:
        """It is gone."""
        self._clients.discard(connection)
        self._count.tell(len(self._clients))

    def start(self) -> None:
        """Begin; the running event loop is the one that is served."""
        self.ros.start()
        self._count.tell(0)

    def stop(self) -> None:
        """End."""
        self.ros.stop()

    def access(self, principal: Principal) -> Access:
        """What somebody may do here."""
        settings = self.settings
        return Access(principal, settings.namespace, settings.motion, settings.robots)

"""Guards of one client's messages that move a robot, on one topic.

The libraries keep what is published while the socket is down and send it all at once when it is up
again: two seconds of a joystick arrive within a millisecond. So for a moment after the client's
first words on a connection nothing moves, of a burst only the newest message counts, and one that
says that it is old is refused. When the messages end, the topic's zero is published. A message that
stops always passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lanyard_rosbridge.protocol.settings import MotionSettings


class Drop(Enum):
    """Why a message was not published."""

    QUIET = "it came too soon after the connection: the client had queued it before"
    OLD = "its stamp is too old"
    NEWER = "a newer one came right behind it"
    LEASE = "another client moves this robot"


@dataclass(slots=True)
class MotionLeases:
    """Who moves what: one client at a time for each topic. Shared by all sessions of a bridge."""

    _holders: dict[str, tuple[object, float]]

    def __init__(self) -> None:
        self._holders = {}

    def take(self, topic: str, holder: object, *, now: float, until: float) -> bool:
        """Whether ``holder`` moves ``topic`` now, and until then if nobody is heard."""
        known = self._holders.get(topic)
        if known is not None and known[0] is not holder and now < known[1]:
            return False
        self._holders[topic] = (holder, until)
        return True

    def release(self, topic: str, holder: object) -> None:
        """Let others move it."""
        known = self._holders.get(topic)
        if known is not None and known[0] is holder:
            del self._holders[topic]


class QuietWindow:
    """When nothing moves, because it may have been queued: one for each connection.

    What was queued comes with the client's first words. So the window begins with them and not with
    the connection: on a slow way they come late themselves.
    """

    def __init__(self, settings: MotionSettings) -> None:
        self._quiet_s = settings.quiet_s
        self._ends: float | None = None

    def heard(self, now: float) -> None:
        """The client said something."""
        if self._ends is None:
            self._ends = now + self._quiet_s

    def is_quiet(self, now: float) -> bool:
        """Whether nothing moves now."""
        return self._ends is None or now < self._ends


class MotionGuard:
    """The guard of one topic. Times in seconds, monotonic unless they say Unix."""

    def __init__(
        self, topic: str, settings: MotionSettings, leases: MotionLeases, *, quiet: QuietWindow
    ) -> None:
        self.topic = topic
        self.drops: dict[Drop, int] = dict.fromkeys(Drop, 0)
        self._settings = settings
        self._leases = leases
        self._quiet = quiet
        self._held: object = None
        self._held_until: float | None = None
        self._published: float | None = None

    def offer(self, message: object, *, now: float, unix_now: float) -> Drop | None:
        """Take a message in; it is published by ``due``. The reason if it is not, or an older."""
        if not is_zero(message):
            refused = self._refusal(message, now, unix_now)
            if refused is not None:
                self.drops[refused] += 1
                return refused
        replaced = self._held_until is not None
        self._held = message
        if self._held_until is None:
            self._held_until = now + self._settings.burst_s
        if replaced:
            self.drops[Drop.NEWER] += 1
            return Drop.NEWER
        return None

    def _refusal(self, message: object, now: float, unix_now: float) -> Drop | None:
        if self._quiet.is_quiet(now):
            return Drop.QUIET
        stamp = stamp_of(message)
        if stamp is not None and unix_now - stamp > self._settings.max_age_s:
            return Drop.OLD
        until = now + self._settings.silence_s
        if not self._leases.take(self.topic, self, now=now, until=until):
            return Drop.LEASE
        return None

    def next_deadline(self) -> float | None:
        """When ``due`` or ``fell_silent`` has something to say."""
        if self._held_until is not None:
            return self._held_until
        return None if self._published is None else self._published + self._settings.silence_s

    def due(self, now: float) -> object:
        """The message to publish now; None while there is none."""
        if self._held_until is None or now < self._held_until:
            return None
        message, self._held, self._held_until = self._held, None, None
        self._published = now
        return message

    def fell_silent(self, now: float) -> bool:
        """True once when the client moved the robot and was not heard for too long."""
        if self._published is None or self._held_until is not None:
            return False
        if now - self._published < self._settings.silence_s:
            return False
        return self.end()

    def end(self) -> bool:
        """The client is gone: True when the robot must be told to stop."""
        moved = self._published is not None
        self._held, self._held_until, self._published = None, None, None
        self._leases.release(self.topic, self)
        return moved


def is_zero(message: object) -> bool:
    """Whether every number in a message is zero, except in its header: it can only stop."""
    if isinstance(message, Mapping):
        return all(is_zero(value) for name, value in message.items() if name != "header")
    if isinstance(message, (list, tuple)):
        return all(map(is_zero, message))
    return message is False or (isinstance(message, (int, float)) and message == 0)


def stamp_of(message: object) -> float | None:
    """The stamp in a message's header in Unix seconds; None when it has none, or zero."""
    header = message.get("header") if isinstance(message, Mapping) else None
    stamp = header.get("stamp") if isinstance(header, Mapping) else None
    if not isinstance(stamp, Mapping):
        return None
    whole = stamp.get("sec", stamp.get("secs", 0))
    rest = stamp.get("nanosec", stamp.get("nsecs", 0))
    if not isinstance(whole, (int, float)) or not isinstance(rest, (int, float)):
        return None
    return whole + rest / 1e9 or None

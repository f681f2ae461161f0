"""What is done to whom, and which of the three nets must then bring the robot to rest."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import Enum


class Victim(str, Enum):
    """A process that can be harmed; the value is its node's name in the launch file."""

    CLIENT = "client"
    GATEWAY = "gateway"
    CONTROL = "control"
    WATCHDOG = "watchdog"


class Harm(Enum):
    """What is done to it; the value is the signal."""

    KILLED = signal.SIGKILL
    PAUSED = signal.SIGSTOP


class Net(Enum):
    """What stops the robot when everything before it is gone."""

    COMMAND_GAP = "command gap"
    WATCHDOG = "watchdog"
    BASE_TIMEOUT = "base's time-out"


@dataclass(frozen=True, slots=True)
class Cause:
    """One kind of injection."""

    victims: tuple[Victim, ...]
    harm: Harm

    @property
    def name(self) -> str:
        """Such as ``control+gateway killed``."""
        return f"{'+'.join(self.victims)} {self.harm.name.lower()}"

    @property
    def slug(self) -> str:
        """The name without spaces, for the command line and for files."""
        return self.name.replace(" ", "-")

    @property
    def net(self) -> Net:
        """The first net that is left."""
        if Victim.CONTROL not in self.victims:
            return Net.COMMAND_GAP
        return Net.BASE_TIMEOUT if Victim.WATCHDOG in self.victims else Net.WATCHDOG


_VICTIMS = (
    (Victim.CLIENT,),
    (Victim.GATEWAY,),
    (Victim.CONTROL,),
    (Victim.CONTROL, Victim.GATEWAY),
    (Victim.CONTROL, Victim.WATCHDOG),
)

CAUSES = tuple(Cause(victims, harm) for victims in _VICTIMS for harm in Harm)

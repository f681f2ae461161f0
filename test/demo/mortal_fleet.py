"""`make demo ROBOTS=2` that lives on when arm-002 is killed, and starts it again when told to.

It is told by a file, ``revive`` in the folder of the state. Everything else is as it ships.
"""

from __future__ import annotations

import sys

from lanyard_runner import demo
from lanyard_runner.command import Command

MORTAL = "arm_002/"


class MortalFleet(demo.Demo):
    """A fleet of which one robot may go and come back."""

    def _commands(self) -> tuple[Command, ...]:
        self._all_commands = super()._commands()
        return self._all_commands

    def _must_stop(self) -> bool:
        if (file := self._settings.state_dir / "revive").exists():
            file.unlink()
            for command in self._all_commands:
                if command.name.startswith(MORTAL):
                    self._supervisor.start(command)
        gone = [name for name in self._supervisor.ended() if not name.startswith(MORTAL)]
        return bool(self._stop.reason or self._printer.gone or gone)


if __name__ == "__main__":
    demo.Demo = MortalFleet  # type: ignore[misc]
    sys.exit(demo.main())

"""An operator at a terminal drives a robot: keys in, velocities out, and how it goes on the screen.

Looks at the keys ten times a second and whenever one comes. A velocity that it hands to the stream
ends by itself soon after, so that nothing goes on when nobody looks any more. Unix only.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from rich.console import Group
from rich.live import Live
from rich.text import Text

from lanyard_client.async_client import AsyncClient
from lanyard_client.cli.keys import KeyEvent
from lanyard_client.cli.output import figure, out, plain, word
from lanyard_client.cli.teleop import Teleop, Wish
from lanyard_client.cli.terminal import keyboard
from lanyard_client.command_stream import CommandStream
from lanyard_client.errors import LanyardError, NotArmed
from lanyard_client.news import News, end

DEADMAN_S = 0.5
"""How long a velocity goes on when nobody looks at the keys any more."""

LOOK_S = 0.1
_HELP = (
    "w s or ↑ ↓  forward, back    a d or ← →  turn    q e  curve    + -  speed",
    "space  STOP    r  clear the stop and arm    x or Ctrl-C  end    any other key  rest",
)


class Driver:
    """One operator and one stream, which is armed already."""

    def __init__(
        self, client: AsyncClient, robot_id: str, stream: CommandStream, teleop: Teleop
    ) -> None:
        self._client = client
        self._robot_id = robot_id
        self._stream = stream
        self._teleop = teleop
        self._news = News()
        self._ending = False
        self._errand: asyncio.Task[None] | None = None
        self._trouble = ""

    async def run(self) -> None:
        """Drive until the operator ends it. Raises what ends the connection for good."""
        try:
            with (
                _signals(self._end),
                keyboard(self._pressed, gone=self._end),
                Live(console=out, auto_refresh=False, transient=True) as live,
            ):
                while not self._ending:
                    self._steer()
                    live.update(self._view(), refresh=True)
                    await self._news.wait(self._until_next_look())
        finally:
            if self._errand is not None:
                await end(self._errand)

    def _pressed(self, event: KeyEvent) -> None:
        wish = self._teleop.key(time.monotonic(), event)
        if wish is Wish.END:
            self._end()
        elif wish is Wish.STOP:
            self._go_on_errand(self._stop)
        elif wish is Wish.ARM and (self._errand is None or self._errand.done()):
            self._go_on_errand(self._arm)
        self._news.send()

    def _end(self) -> None:
        self._ending = True
        self._news.send()

    def _steer(self) -> None:
        """Hand on what the keys say now; nothing goes to a robot that is not armed."""
        linear, angular = self._teleop.velocity(time.monotonic())
        try:
            self._stream.drive(linear, angular, for_s=DEADMAN_S)
        except NotArmed as error:
            self._teleop.let_go()
            self._trouble = str(error)
        else:
            self._trouble = ""

    def _until_next_look(self) -> float:
        due = self._teleop.next_deadline()
        return LOOK_S if due is None else min(LOOK_S, max(0.0, due - time.monotonic()))

    def _go_on_errand(self, errand: Callable[[], Awaitable[None]]) -> None:
        """Do something that takes time, while keys are still looked at; a newer one replaces it."""
        if self._errand is not None:
            self._errand.cancel()
        self._errand = asyncio.ensure_future(self._in_words(errand))

    async def _in_words(self, errand: Callable[[], Awaitable[None]]) -> None:
        try:
            await errand()
        except LanyardError as error:
            self._trouble = str(error)

    async def _stop(self) -> None:
        try:
            await self._stream.stop("stopped at the keyboard")
        except LanyardError:  # the stream is away: another way to the same end
            await self._client.stop(self._robot_id, reason="stopped at the keyboard")

    async def _arm(self) -> None:
        await self._stream.arm(clear_safe_stop=True)

    def _view(self) -> Group:
        linear, angular = self._teleop.velocity(time.monotonic())
        state, figures = self._stream.state, self._stream.figures
        first = Text(f"{plain(self._robot_id)}  ", style="bold")
        first.append(word(state.state if state is not None else "connecting", bold=True))
        first.append("  armed" if self._stream.armed else "  not armed: press r")
        round_trip_s = figures.round_trip_s
        late = None if round_trip_s is None else 1000.0 * round_trip_s
        return Group(
            first,
            f"forward {linear:+.2f} m/s   turn {angular:+.2f} rad/s   at {self._teleop.share:.0%}",
            f"round trip {figure(late, 'ms', digits=1)}, worst"
            f" {figure(1000.0 * figures.worst_round_trip_s, 'ms', digits=1)};"
            f" {figures.refused} refused",
            Text(plain(self._trouble), style="red"),
            *(Text(line, style="dim") for line in _HELP),
        )


@contextmanager
def _signals(end_of_it: Callable[[], None]) -> Iterator[None]:
    """What ends other programs at once ends this one with the robot at rest."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    loop = asyncio.get_running_loop()
    for number in numbers:
        loop.add_signal_handler(number, end_of_it)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)

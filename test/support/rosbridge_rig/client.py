"""Clients: bare frames, a program in a process, a program in a page of a browser."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from waiting import DEADLINE_S
from websockets.sync.client import ClientConnection


class Client:
    """A bare client: operations as keyword arguments, frames as they come."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def say(self, **op: Any) -> None:
        self.socket.send(json.dumps(op))

    def hear(self, timeout_s: float = DEADLINE_S) -> Any:
        frame = self.socket.recv(timeout=timeout_s)
        return json.loads(frame) if isinstance(frame, str) else frame

    def call(self, service: str, args: Any = None, **more: Any) -> Any:
        """The answer to a call."""
        self.say(op="call_service", id="call", service=service, args=args or {}, **more)
        while (answer := self.hear()).get("id") != "call":
            pass
        return answer

    def type_of(self, topic: str) -> str:
        """The type of a topic, empty when it is not known."""
        found: str = self.call("/rosapi/topic_type", {"topic": topic})["values"]["type"]
        return found

    def answer(self, asked: Any, **more: Any) -> None:
        """Answer a call of this client's service."""
        self.say(op="service_response", id=asked["id"], service=asked["service"], **more)


class Scenario:
    """A client as a process, which says what it sees as lines of JSON."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment
        )

    def says(self, *expected: Any) -> list[Any]:
        """Wait for the next thing that it says; gives what it says besides the expected."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1][-3000:]
        told: list[Any] = json.loads(line)
        assert told[: len(expected)] == list(expected), told
        return told[len(expected) :]

    def tell(self) -> None:
        """Let it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write("go on\n")
        self.process.stdin.flush()

    def close(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.communicate()


class PageScenario:
    """The same in a page of a browser."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._wrong: list[str] = []
        page.on("pageerror", lambda error: self._wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self._wrong.append(said.text))

    def open(self, address: str) -> None:
        self._page.goto(address)
        self._page.wait_for_function("Boolean(globalThis.nextTold)")

    def says(self, *expected: Any) -> list[Any]:
        """Wait for the next thing that it says; gives what it says besides the expected."""
        told = self._page.evaluate("nextTold", DEADLINE_S * 1000)
        assert told is not None, f"it said nothing; what went wrong in it: {self._wrong}"
        assert told[: len(expected)] == list(expected), told
        more: list[Any] = told[len(expected) :]
        return more

    def tell(self) -> None:
        """Let it go on."""
        self._page.evaluate("goOn")

    def close(self) -> None:
        """Close its page, as a person does."""
        self._page.close()

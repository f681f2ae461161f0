"""The person who drives: arms and sets the velocity through the client's process, and only so."""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import dataclass
from typing import IO

from fault_campaign.process import Process
from fault_campaign.sight import NotSeenError

ANSWER_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an order: ``driving``, ``refused`` or ``stopped``, and why."""

    order: int
    what: str
    why: str


class Person:
    """Gives orders to the client's process, which may have to be started anew."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._answers: queue.Queue[Answer] = queue.Queue(maxsize=1000)
        self._order = 0

    def begin(self) -> None:
        """Start the client's process; returns when it listens."""
        self._answers = queue.Queue(maxsize=1000)
        self._process.start()
        arguments = (self._process.output, self._answers)
        threading.Thread(target=_read, args=arguments, daemon=True).start()
        self._next_answer()

    def drive(self, linear: float, angular: float) -> str:
        """Arm, and drive at these speeds (m/s, rad/s). Why not, or an empty text."""
        self._order += 1
        order = {"order": self._order, "linear": linear, "angular": angular}
        stdin = self._process.child.stdin
        assert stdin is not None
        stdin.write(json.dumps(order).encode() + b"\n")
        stdin.flush()
        while (answer := self._next_answer()).order != self._order:
            pass
        return answer.why

    def _next_answer(self) -> Answer:
        try:
            return self._answers.get(timeout=ANSWER_WITHIN_S)
        except queue.Empty:
            raise NotSeenError(f"the client says nothing:\n{self._process.last_words()}") from None

    def complaint(self) -> str:
        """Why the drive that was ordered last has ended, or an empty text while it goes on."""
        while not self._answers.empty():
            answer = self._answers.get()
            if answer.order == self._order:
                return answer.why
        return ""


def _read(lines: IO[bytes], answers: queue.Queue[Answer]) -> None:
    with lines:
        for line in lines:
            answers.put(Answer(**json.loads(line)))

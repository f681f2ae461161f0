"""The person at the other end: submits tasks, again and again until they are acknowledged.

A thread of its own. Every submit has an Idempotency-Key; one of five is repeated although it was
answered, and one that was not answered is repeated until it is, to whatever gateway is there.
"""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import asdict
from pathlib import Path

import httpx

from task_campaign.fleet import Fleet
from task_campaign.history import DONE_AGAIN, ENDS, Acknowledged, Told

WAITING_FOR_EACH_ROBOT = 12
REPEATED = 0.2
ANSWER_WITHIN_S = 3.0


class Orders:
    """Keeps the queue filled while it runs; what was acknowledged is in ``acknowledged``."""

    def __init__(self, fleet: Fleet, file: Path, rng: random.Random) -> None:
        self.acknowledged: list[Acknowledged] = []
        self._fleet = fleet
        self._file = file
        self._rng = rng
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="orders")
        self._failure: BaseException | None = None
        headers = {"Authorization": f"Bearer {fleet.key}"}
        self._client = httpx.Client(headers=headers, timeout=ANSWER_WITHIN_S)

    @property
    def done(self) -> int:
        """How many tasks the robots have done so far, by their book."""
        book = self._fleet.book
        return book.read_bytes().count(b'"done"') if book.exists() else 0

    def start(self) -> None:
        """Begin to submit."""
        self._thread.start()

    def stop(self) -> None:
        """Submit no more; raises what went wrong."""
        self._stop.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def ask(self, method: str, path: str, **more: object) -> httpx.Response | None:
        """One request to one of the gateways; None when it was not answered, or not now."""
        url = self._fleet.url(self._rng.choice(self._fleet.gateways))
        if url is None:
            return None
        try:
            answer = self._client.request(method, f"{url}/api/v1{path}", **more)  # type: ignore[arg-type]
        except httpx.HTTPError:
            return None
        # 422: a gateway that has just started has not heard of the robots' own task types yet.
        return None if answer.status_code in (422, 429) or answer.status_code >= 500 else answer

    def told(self, task_id: str) -> Told | None:
        """A task as it is told now; None when nobody answers."""
        answer = self.ask("GET", f"/tasks/{task_id}")
        if answer is None:
            return None
        if answer.status_code == httpx.codes.NOT_FOUND:
            return Told(task_id, "unknown", 0, None, ())
        task = answer.json()
        events: tuple[str, ...] = ()
        if task["status"] != "succeeded":
            history = self.ask("GET", f"/tasks/{task_id}/events", params={"limit": 500})
            if history is None:
                return None
            events = tuple(entry["event"] for entry in history.json()["items"])
        error = task["error"]["code"] if task["error"] else None
        return Told(task_id, task["status"], task["attempt"], error, events)

    def until_ended(self, *, within_s: float) -> dict[str, Told]:
        """What every acknowledged task became; those that have not ended in time as they are."""
        end = time.monotonic() + within_s
        found: dict[str, Told] = {}
        for task_id in {each.task_id for each in self.acknowledged}:
            while True:
                told = self.told(task_id)
                if told is not None:
                    found[task_id] = told
                if (told is not None and told.status in ENDS) or time.monotonic() > end:
                    break
                if told is not None and told.status == "unknown":
                    del found[task_id]
                    break
                time.sleep(0.05)
        return found

    def _run(self) -> None:
        try:
            number = 0
            while not self._stop.is_set():
                if self._waiting() >= WAITING_FOR_EACH_ROBOT * len(self._fleet.robots):
                    self._stop.wait(0.1)
                    continue
                number += 1
                self._submit(number)
        except BaseException as error:  # noqa: BLE001 - handed to whoever stops us
            self._failure = error

    def _waiting(self) -> int:
        return len({each.text for each in self.acknowledged}) - self.done

    def _submit(self, number: int) -> None:
        text = f"{self._fleet.book.parent.name}-{number}"
        again = self._rng.random() < 0.3
        body = {
            "task_type": DONE_AGAIN if again else "stamp",
            "robot_id": self._rng.choice([*self._fleet.robots, "any"]),
            "parameters": {"text": text, "work_s": self._rng.choice([0.0, 0.05, 0.05, 0.2])},
            "on_robot_lost": "requeue" if again else "wait",
        }
        repeats = 2 if self._rng.random() < REPEATED else 1
        while repeats and not self._stop.is_set():
            answer = self.ask("POST", "/tasks", json=body, headers={"Idempotency-Key": text})
            if answer is None:
                time.sleep(0.05)
                continue
            answer.raise_for_status()
            repeats -= 1
            self._keep(Acknowledged(text, answer.json()["task_id"], str(body["task_type"])))

    def _keep(self, acknowledged: Acknowledged) -> None:
        self.acknowledged.append(acknowledged)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(acknowledged)) + "\n")

"""Watching a task: ETag, long poll, its history as a page and as a stream."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from lanyard_core.access.scopes import Role
from lanyard_core.safety.states import State
from lanyard_gateway.dispatch import board
from lanyard_gateway.web import task_events_api

TASKS = "/api/v1/tasks"


async def get(house, task_id: str, **headers: str):
    return await house.call("GET", f"{TASKS}/{task_id}", headers=headers)


async def test_a_task_that_has_not_changed_is_304_without_a_body(house):
    house.robot.becomes(State.HALTED)
    task_id = await house.submit()
    first = await get(house, task_id)
    assert first.headers["etag"] == first.json()["etag"]
    same = await get(house, task_id, **{"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    other = await get(house, task_id, **{"If-None-Match": 'W/"99", "98"'})
    assert other.status_code == 200


async def test_whoever_waits_is_answered_when_the_task_changes(house):
    task_id = await house.submit()
    await house.until_event(task_id, "accepted")  # after which nothing changes by itself
    etag = (await get(house, task_id)).headers["etag"]
    headers = {"If-None-Match": etag, "Prefer": "respond-async, wait=10"}
    waiting = asyncio.ensure_future(get(house, task_id, **headers))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    house.robot.ends()
    answer = await waiting
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")
    assert answer.headers["preference-applied"] == "wait=10"


async def test_whoever_waits_in_vain_is_told_that_nothing_has_changed(house):
    house.robot.becomes(State.HALTED)
    task_id = await house.submit()
    etag = (await get(house, task_id)).headers["etag"]
    before = time.monotonic()
    answer = await get(house, task_id, **{"If-None-Match": etag, "Prefer": "wait=1"})
    assert answer.status_code == 304
    assert time.monotonic() - before >= 1.0


async def test_whoever_knows_an_older_version_need_not_wait(house):
    task_id = await house.submit()
    await house.until_started()
    answer = await get(house, task_id, **{"If-None-Match": 'W/"1"', "Prefer": "wait=30"})
    assert answer.status_code == 200


async def test_a_wait_that_makes_no_sense_is_overlooked_as_a_preference_may_be(house):
    task_id = await house.submit()
    for prefer in ("wait=soon", "wait=-1", "", "wait"):
        assert (await get(house, task_id, Prefer=prefer)).status_code == 200


async def test_only_so_many_may_wait_at_once(house, monkeypatch):
    monkeypatch.setattr(board, "MOST_WATCHERS", 0)
    house.robot.becomes(State.HALTED)
    task_id = await house.submit()
    etag = (await get(house, task_id)).headers["etag"]
    answer = await get(house, task_id, **{"If-None-Match": etag, "Prefer": "wait=5"})
    assert (answer.status_code, answer.json()["code"]) == (503, "queue_full")


async def test_the_history_of_a_task_is_told_in_pages(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.reports("grasp")
    await house.until_event(task_id, "phase")
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")

    async def page(query: str = "") -> dict:
        answer = await house.call("GET", f"{TASKS}/{task_id}/events{query}")
        assert answer.status_code == 200
        return answer.json()

    whole = await page()
    assert [item["event"] for item in whole["items"]] == [
        "submitted", "dispatched", "accepted", "phase", "succeeded",
    ]  # fmt: skip
    assert [item["number"] for item in whole["items"]] == [1, 2, 3, 4, 5]
    assert whole["items"][3]["detail"] == "grasp"
    assert whole["next_cursor"] is None
    first = await page("?limit=3")
    rest = await page(f"?limit=3&cursor={first['next_cursor']}")
    assert first["items"] + rest["items"] == whole["items"]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 30])
async def test_a_cursor_that_is_not_ours_is_named(house, cursor):
    task_id = await house.submit()
    answer = await house.call("GET", f"{TASKS}/{task_id}/events?cursor={cursor}")
    assert answer.status_code == 422


def read_stream(text: str) -> list[dict]:
    """The events of a stream: id, event and data of each."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "data" in fields:
            found.append(fields | {"data": json.loads(fields["data"])})
    return found


async def stream(house, task_id: str, **headers: str):
    headers = {"Accept": "text/event-stream", **headers}
    return await house.call("GET", f"{TASKS}/{task_id}/events", headers=headers)


async def test_a_stream_tells_what_was_what_comes_and_ends_with_the_task(
    house, monkeypatch, eventually
):
    told, progress_of = [], task_events_api._progress
    monkeypatch.setattr(task_events_api, "PROGRESS_PERIOD_S", 0.01)
    monkeypatch.setattr(
        task_events_api, "_progress", lambda view: told.append(view.phase) or progress_of(view)
    )
    task_id = await house.submit()
    watching = asyncio.ensure_future(stream(house, task_id))
    await house.until_started()
    house.robot.reports("grasp", progress=0.3)
    await house.until_event(task_id, "phase")
    await eventually(lambda: "grasp" in told)
    house.robot.ends()
    answer = await asyncio.wait_for(watching, 10.0)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    events = read_stream(answer.text)
    history = [event for event in events if "id" in event]
    assert [event["id"] for event in history] == ["1", "2", "3", "4", "5"]
    assert [event["event"] for event in history][-1] == "succeeded"
    assert history[0]["data"]["status"] == "queued"
    progress = [event["data"] for event in events if event["event"] == "progress"]
    assert {"phase": "grasp", "progress": 0.3}.items() <= progress[-1].items()


async def test_a_stream_goes_on_where_it_was_cut(house):
    task_id = await house.submit()
    await house.until_started()
    house.robot.ends()
    await house.until_task(task_id, status="succeeded")
    answer = await stream(house, task_id, **{"Last-Event-ID": "2"})
    assert [event["id"] for event in read_stream(answer.text)] == ["3", "4"]


async def test_a_stream_with_nothing_left_to_tell_says_not_to_come_back(house):
    house.robot.becomes(State.HALTED)
    task_id = await house.submit()
    await house.call("DELETE", f"{TASKS}/{task_id}")
    assert (await stream(house, task_id, **{"Last-Event-ID": "2"})).status_code == 204


async def test_a_quiet_stream_says_that_it_is_still_there(house, monkeypatch):
    monkeypatch.setattr(task_events_api, "PROGRESS_PERIOD_S", 0.01)
    monkeypatch.setattr(task_events_api, "QUIET_S", 0.03)
    house.robot.becomes(State.HALTED)
    task_id = await house.submit()
    watching = asyncio.ensure_future(stream(house, task_id))
    await asyncio.sleep(0.3)
    await house.call("DELETE", f"{TASKS}/{task_id}")
    assert ": still here" in (await watching).text


async def test_an_event_id_that_is_none_is_a_bad_header(house):
    task_id = await house.submit()
    answer = await stream(house, task_id, **{"Last-Event-ID": "latest"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_header")


async def test_the_history_of_an_unknown_task_is_404(house):
    assert (await stream(house, "t-nope")).status_code == 404
    answer = await house.call("GET", f"{TASKS}/t-nope/events", role=Role.VIEWER)
    assert answer.status_code == 404

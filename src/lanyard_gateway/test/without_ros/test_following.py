"""Following a file."""

import asyncio
import threading

import pytest
from waiting import DEADLINE_S, eventually, wait_for

from lanyard_gateway.doors.following import changes_of

PERIOD_S = 0.01


@pytest.fixture
def path(tmp_path):
    return tmp_path / "followed.json"


def watchers(path):
    return [thread for thread in threading.enumerate() if thread.name == f"follows {path.name}"]


async def test_it_is_told_at_once_and_after_each_change_of_any_of_the_files(path, tmp_path):
    other = tmp_path / "other.json"
    changes = changes_of(path, other, period_s=PERIOD_S)
    await asyncio.wait_for(anext(changes), DEADLINE_S)
    for change in (
        lambda: path.write_text("made"),
        lambda: path.write_text("written again"),
        lambda: other.write_text("made"),
        lambda: other.replace(path),
        path.unlink,
    ):
        change()
        await asyncio.wait_for(anext(changes), DEADLINE_S)
    await changes.aclose()


async def test_who_follows_no_more_leaves_no_thread(path):
    async def follow():
        async for _ in changes_of(path, period_s=PERIOD_S):
            pass

    following = asyncio.ensure_future(follow())
    await eventually(lambda: watchers(path))
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await eventually(lambda: not watchers(path))


def test_a_loop_that_ends_leaves_no_thread(path):
    loop = asyncio.new_event_loop()
    changes = changes_of(path, period_s=PERIOD_S)
    loop.run_until_complete(anext(changes))
    loop.close()
    wait_for(lambda: not watchers(path))
    del changes

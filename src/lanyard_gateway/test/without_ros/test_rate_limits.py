"""Limits on how often: per key, per address, for stops and for wrong credentials."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from lanyard_core.access.rates import Rate
from lanyard_core.access.scopes import Role
from lanyard_gateway.doors.rates import Rates

TASKS = "/api/v1/tasks"
STOP = "/api/v1/robots/arm-001/stop"


class Clock:
    """A clock that a test turns."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rates(clock, request) -> Rates:
    return Rates(clock=clock, **getattr(request, "param", {}))


async def use_up(house, role: Role = Role.OPERATOR, count: int = 100) -> None:
    for _ in range(count):
        assert (await house.call("GET", TASKS, role=role)).status_code == 200


async def test_the_101st_request_of_a_second_is_429_and_says_when_to_come_back(house):
    await use_up(house)
    answer = await house.call("GET", TASKS)
    body = answer.json()
    assert (answer.status_code, body["code"], body["retryable"]) == (429, "rate_limited", True)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    assert 0 < body["retry_after_ms"] <= 1000


async def test_whoever_obeys_retry_after_is_served(house, clock):
    await use_up(house, count=50)
    clock.now += 0.7
    await use_up(house, count=50)
    for _ in range(5):
        answer = await house.call("GET", TASKS)
        assert answer.status_code == 429
        clock.now += int(answer.headers["retry-after"])
        await use_up(house, count=40)
        await use_up(house, count=10)
        clock.now += 0.5
        await use_up(house, count=50)


async def test_other_keys_are_not_affected(house):
    await use_up(house)
    assert (await house.call("GET", TASKS)).status_code == 429
    assert (await house.call("GET", TASKS, role=Role.VIEWER)).status_code == 200


async def test_answers_tell_what_is_left(house, clock):
    first = await house.call("GET", TASKS)
    assert (first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"]) == ("100", "99")
    assert first.headers["ratelimit-reset"] == "1"
    clock.now += 1.0
    assert (await house.call("GET", TASKS)).headers["ratelimit-remaining"] == "99"
    unknown = await house.call("GET", "/api/v1/nowhere")
    assert (unknown.status_code, unknown.headers["ratelimit-remaining"]) == (404, "98")


async def test_the_rate_of_a_role_is_that_of_the_policy(house):
    policy = house.context.keyring.policy
    slow = replace(policy.roles["operator"], requests_per_s=3)
    house.context.keyring.adopt(replace(policy, roles={**policy.roles, "operator": slow}))
    await use_up(house, count=3)
    assert (await house.call("GET", TASKS)).status_code == 429


async def test_a_stop_works_when_everything_else_is_used_up(house):
    await use_up(house)
    assert (await house.call("GET", TASKS)).status_code == 429
    assert (await house.call("POST", STOP)).status_code == 200


async def test_stops_are_bounded_too(house, clock):
    for _ in range(20):
        assert (await house.call("POST", STOP)).status_code == 200
    answer = await house.call("POST", STOP)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    clock.now += 1.0
    assert (await house.call("POST", STOP)).status_code == 200


async def test_strangers_share_the_limit_of_their_address(house):
    for _ in range(100):
        assert (await house.call("GET", "/api/v1/healthz", role=None)).status_code == 200
    assert (await house.call("GET", "/api/v1/healthz", role=None)).status_code == 429
    assert (await house.call("GET", "/api/v1/healthz")).status_code == 200


async def test_after_ten_wrong_credentials_in_a_minute_an_address_is_throttled(house, clock):
    for _ in range(10):
        assert (await house.call("GET", TASKS, role=None)).status_code == 401
    wrong = {"Authorization": "Bearer lyd_aaaaaaaaaa_" + "A" * 43}
    answer = await house.call("GET", TASKS, role=None, headers=wrong)
    assert (answer.status_code, answer.json()["code"]) == (429, "auth_throttled")
    assert int(answer.headers["retry-after"]) == 60
    clock.now += 60.0
    assert (await house.call("GET", TASKS, role=None)).status_code == 401


async def test_nobody_locks_out_a_neighbour_by_guessing(house):
    for _ in range(30):
        await house.call("GET", TASKS, role=None)
    assert (await house.call("GET", TASKS)).status_code == 200
    assert (await house.call("POST", STOP)).status_code == 200


async def test_another_address_has_attempts_of_its_own(house):
    for _ in range(11):
        await house.call("GET", TASKS, role=None)
    transport = httpx.ASGITransport(house.app, client=("10.0.0.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as other:
        assert (await other.get(TASKS)).status_code == 401


@pytest.mark.parametrize("rates", [{"failed_logins": Rate(2, period_s=60.0)}], indirect=True)
async def test_how_many_attempts_there_are_can_be_said(house):
    codes = [(await house.call("GET", TASKS, role=None)).status_code for _ in range(3)]
    assert codes == [401, 401, 429]

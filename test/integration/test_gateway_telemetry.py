"""What the gateway tells about the simulated robot: its status, and telemetry at 10 Hz."""

import asyncio
import json
import math
import time

import msgpack
import pytest

TELEMETRY = "/ws/telemetry/arm-001"


async def test_status_has_all_that_an_operator_asks_for(stack, wait_until):
    # The slowest part is told twice a second, and the robot has only just come up.
    await wait_until(lambda: stack.status()["battery"] is not None, "the battery was heard")
    status = stack.status()
    assert status["online"]
    assert [joint["name"] for joint in status["joints"]] == [f"joint_{n}" for n in range(1, 7)]
    assert all(15.0 < joint["temperature_c"] < 100.0 for joint in status["joints"])
    assert 0.0 < status["battery"]["percent"] <= 100.0
    assert status["pose"]["frame_id"] == "map"
    assert status["pose"]["localized"]
    position = status["end_effector_pose"]["position"]
    assert 0.1 < math.hypot(position["x"], position["y"], position["z"]) < 2.0
    assert status["safety"]["safety_rated"] is False
    assert status["age_ms"] < 1000


async def test_a_fault_of_the_robot_shows_among_its_errors_and_goes_again(stack, wait_until):
    def codes():
        return [error["code"] for error in stack.status()["errors"]]

    stack.fault("hot_joint=joint_3")
    try:
        await wait_until(lambda: any("JOINT_3" in code for code in codes()), "the error")
        error = next(e for e in stack.status()["errors"] if "JOINT_3" in e["code"])
        assert error["level"] in ("warning", "urgent", "critical", "fatal")
        assert error["source"] == "/arm_001/diagnostics"
    finally:
        stack.fault("--clear")
    await wait_until(
        lambda: not any("JOINT_3" in code for code in codes()), "no error", within_s=60.0
    )


@pytest.mark.parametrize(
    ("encoding", "decode"), [("json", json.loads), ("msgpack", msgpack.unpackb)]
)
async def test_telemetry_flows_at_ten_hertz_on_its_own_socket(stack, connect, encoding, decode):
    samples = []
    async with connect(stack, TELEMETRY, f"lanyard.telemetry.v1+{encoding}") as socket:
        began = None
        while len(samples) < 31:
            frame = decode(await asyncio.wait_for(socket.recv(), 10.0))
            if frame["t"] == "tlm":
                samples.append(frame)
                began = began or time.monotonic()
        took = time.monotonic() - began
    dropped = sum(frame.get("dropped", 0) for frame in samples[-1:])
    assert 2.5 < took < 4.5
    assert [frame["seq"] for frame in samples] == sorted({frame["seq"] for frame in samples})
    assert dropped <= 3
    last = samples[-1]
    assert last["robot_id"] == "arm-001"
    assert len(last["joint_state"]["position"]) == 6
    assert last["ee_pose"]["frame_id"] == "base_link"
    assert last["cameras"][0]["width"] > 0
    assert isinstance(last["errors"], list)
    assert 0 <= last["ages_ms"]["joint_state"] < 1000


async def test_telemetry_of_an_unknown_field_is_refused_with_the_known_ones(stack, connect):
    async with connect(stack, TELEMETRY, "lanyard.telemetry.v1+json") as socket:
        asked = {"v": 1, "t": "sub", "seq": 1, "ts_us": 1, "fields": ["warp_drive"]}
        await socket.send(json.dumps(asked))
        while True:
            frame = json.loads(await asyncio.wait_for(socket.recv(), 10.0))
            if frame["t"] == "err":
                break
    assert frame["code"] == "unknown_field"
    assert "warp_drive" in frame["detail"]

"""Tasks over REST, against the real application and a real store."""


async def test_a_submitted_task_is_answered_with_its_id_and_place(house, order):
    answer = await house.call("POST", "/api/v1/tasks", json=order)
    assert answer.status_code == 201
    body = answer.json()
    assert answer.headers["location"] == f"/api/v1/tasks/{body['task_id']}"
    assert body["status"] == "queued"
    assert body["position"] == 1
    assert body["hold_reason"] is None
    assert body["estimated_start"].endswith("Z")

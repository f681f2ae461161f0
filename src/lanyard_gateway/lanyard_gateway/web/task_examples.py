"""Bodies as they look in a running system, for the OpenAPI document and its readers."""

from __future__ import annotations

TASK_ID = "t-01KA8ZJ5S1V7Q2K8W0F3N9B6MC"

QUEUED: dict[str, object] = {
    "task_id": TASK_ID,
    "status": "queued",
    "estimated_start": "2026-11-21T11:14:02.000Z",
    "position": 3,
    "hold_reason": "robot_busy",
}
CANCELED: dict[str, object] = {"task_id": TASK_ID, "status": "canceled"}
METRICS: dict[str, object] = {
    "queue_ms": 1200.0,
    "run_ms": 8300.0,
    "paused_ms": 0.0,
    "retries": 0,
    "distance_m": 3.2,
    "energy_wh": None,
    "feedback_count": 41,
    "feedback_age_ms": 80.0,
}
FAILURE: dict[str, object] = {
    "code": "grasp_failed",
    "message": "nothing between the fingers",
    "ros_status": 6,
    "phase": "grasp",
    "retryable": True,
    "details": {},
}
GOAL: dict[str, object] = {
    "action": "/arm_001/execute_task",
    "goal_id": "0d8a7a5e-3b0f-5c7e-9f57-6f0a2b4c8d11",
    "server_id": "5f2c9a",
}
TASK: dict[str, object] = {
    "task_id": TASK_ID,
    "task_type": "pick_and_place",
    "robot_id": "arm-001",
    "robot_selector": None,
    "assigned_robot_id": "arm-001",
    "status": "running",
    "phase": "approach",
    "cancellable": True,
    "pausable": True,
    "priority": 1,
    "parameters": {"object": "bolt", "force_n": 20},
    "labels": {"line": "7"},
    "external_ref": "order-4711",
    "attempt": 1,
    "max_attempts": 1,
    "on_robot_lost": "wait",
    "timeout_s": 300.0,
    "progress": 0.42,
    "not_before": None,
    "deadline": None,
    "created_at": "2026-11-21T11:12:13.456Z",
    "estimated_start": None,
    "started_at": "2026-11-21T11:12:14.656Z",
    "finished_at": None,
    "estimated_finish": "2026-11-21T11:12:40.000Z",
    "position": None,
    "metrics": METRICS,
    "result": None,
    "error": None,
    "ros": GOAL,
    "hold_reason": None,
    "stale": False,
    "etag": 'W/"4"',
}
PHASE: dict[str, object] = {
    "name": "insertion",
    "cancellable": False,
    "pausable": False,
    "estimate_s": 4.0,
}
TASK_TYPE: dict[str, object] = {
    "task_type": "wait",
    "title": "Wait",
    "description": "Stay where the robot is for a while.",
    "parameters_schema": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "duration_s": {
                "type": "number",
                "description": "How long, in seconds.",
                "minimum": 0.0,
                "maximum": 3600.0,
                "default": 1.0,
            }
        },
        "additionalProperties": False,
    },
    "phases": [{"name": "wait", "cancellable": True, "pausable": True, "estimate_s": 1.0}],
    "pausable": True,
    "idempotent": True,
    "default_timeout_s": 3700.0,
    "on_stop": "fail",
    "ros_action_type": "lanyard_msgs/action/ExecuteTask",
    "robots": ["arm-001"],
}
EVENT: dict[str, object] = {
    "number": 2,
    "at": "2026-11-21T11:12:14.656Z",
    "event": "dispatched",
    "status": "running",
    "detail": "robot arm-001, attempt 1, goal 0d8a7a5e-3b0f-5c7e-9f57-6f0a2b4c8d11",
}
REFUSED: dict[str, object] = {
    "index": 1,
    "code": "validation_failed",
    "detail": "there is no task type 'fly'; known types: move_to, pick_and_place, wait",
    "errors": [
        {
            "field": "task_type",
            "code": "unknown_task_type",
            "message": "must be one of move_to, pick_and_place, wait",
        }
    ],
}
PROBLEM: dict[str, object] = {
    "type": "https://lanyard-robotics.org/errors/validation_failed",
    "title": "The request does not fit the schema",
    "status": 422,
    "code": "validation_failed",
    "detail": "parameters of pick_and_place: parameters.force_n must be ≤ 80.0",
    "request_id": "019cf6a2-7f5e-7d31-9f64-0f6a3a1c9d52",
    "retryable": False,
    "errors": [{"field": "parameters.force_n", "code": "maximum", "message": "must be ≤ 80.0"}],
}
_SELECTOR: dict[str, object] = {"labels": {"zone": "a"}, "capabilities": ["lift"]}
SUBMIT: dict[str, object] = {
    "task_type": "pick_and_place",
    "robot_id": "arm-001",
    "parameters": {"object": "bolt", "force_n": 20},
    "priority": 1,
}
SUBMIT_FULLY: dict[str, object] = {
    "task_type": "move_to",
    "robot_selector": _SELECTOR,
    "parameters": {"x_m": 2.0, "y_m": 1.5},
    "priority": 5,
    "not_before": "2026-11-21T12:00:00Z",
    "deadline": "2026-11-21T13:00:00Z",
    "max_attempts": 3,
    "on_robot_lost": "requeue",
    "external_ref": "order-4711",
    "labels": {"line": "7"},
}

BODIES: dict[str, object] = {
    "CanceledTask": CANCELED,
    "EditTask": {"priority": 9, "deadline": "2026-11-21T13:00:00Z"},
    "FailureReport": FAILURE,
    "Metrics": METRICS,
    "PhaseObject": PHASE,
    "QueuedBatch": {"items": [QUEUED], "refused": [REFUSED]},
    "QueuedTask": QUEUED,
    "RefusedTask": REFUSED,
    "RosGoal": GOAL,
    "Selector": _SELECTOR,
    "SelectorObject": _SELECTOR,
    "SubmitBatch": {"tasks": [SUBMIT, SUBMIT_FULLY], "atomic": True},
    "SubmitTask": SUBMIT_FULLY,
    "TaskEvent": EVENT,
    "TaskEventList": {"items": [EVENT], "next_cursor": None},
    "TaskList": {"items": [TASK], "next_cursor": None},
    "TaskObject": TASK,
    "TaskTypeList": {"items": [TASK_TYPE]},
    "TaskTypeObject": TASK_TYPE,
    "WrongField": {
        "field": "parameters.force_n", "code": "maximum", "message": "must be ≤ 80.0",
    },
}  # fmt: skip
"""One example for each schema of a body about tasks."""

"""Bodies and parameters as they look in a running system, for readers of the OpenAPI document.

By the name of the schema or of the parameter; a test holds that each has one, and that it fits.
"""

from __future__ import annotations

from collections.abc import Mapping

from lanyard_gateway.web import task_examples as task

_POINT = {"x": 0.1, "y": 0.0, "z": 0.0}
_UPRIGHT = {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0}
_BATTERY = {
    "percent": 81.5,
    "voltage_v": 25.1,
    "current_a": -3.2,
    "temperature_c": 31.0,
    "charging": False,
    "age_ms": 510.0,
}
_JOINT = {
    "name": "joint_1",
    "position_rad": 0.1,
    "velocity_rad_s": 0.0,
    "effort_nm": 1.2,
    "temperature_c": 41.5,
}
_POSE = {
    "frame_id": "map",
    "x_m": 1.0,
    "y_m": 2.0,
    "z_m": 0.0,
    "qx": 0.0,
    "qy": 0.0,
    "qz": 0.0,
    "qw": 1.0,
    "localized": True,
}
_TOOL_POSE = {"frame_id": "base_link", "position": _POINT, "orientation": _UPRIGHT}
_TWIST = {"linear": _POINT, "angular": {"x": 0.0, "y": 0.0, "z": 0.2}}
_CURRENT_TASK = {
    "task_id": task.TASK_ID,
    "task_type": "pick_and_place",
    "status": "running",
    "phase": "approach",
    "progress": 0.42,
}
_ERROR = {
    "code": "JOINT_3_OVERTEMP",
    "level": "warning",
    "message": "joint 3 is 71 °C warm",
    "hint": "let it rest",
    "since": "2026-11-21T11:10:00.000Z",
    "source": "/arm_001/diagnostics",
}
_SAFETY: dict[str, object] = {
    "state": "ready",
    "reason": None,
    "causes": [],
    "since": "2026-11-21T11:00:00.000Z",
    "at_rest": True,
    "speed_cap_mps": 0.25,
    "age_ms": 12.0,
    "safety_rated": False,
}
_LINK = {"command_session": None, "rtt_ms": None, "loss_ratio": None}
_STATUS = {
    "robot_id": "arm-001",
    "online": True,
    "stamp": "2026-11-21T11:12:13.456Z",
    "age_ms": 38.0,
    "stale": False,
    "battery": _BATTERY,
    "joints": [_JOINT],
    "pose": _POSE,
    "end_effector_pose": _TOOL_POSE,
    "twist": _TWIST,
    "current_task": _CURRENT_TASK,
    "errors": [_ERROR],
    "safety": _SAFETY,
    "link": _LINK,
    "mode": "auto",
    "software": {"version": "0.1.0"},
    "ages_ms": {"joints": 12.0, "battery": 510.0},
}
_ROBOT = {
    "robot_id": "arm-001",
    "namespace": "/arm_001",
    "online": True,
    "safety_state": "ready",
    "current_task": None,
    "queued_tasks": 3,
}
_CHECKS = {
    "ros": "ok",
    "db": "ok",
    "controller": "offline: amr-002",
    "queue": "ok",
    "audit": "ok",
}
_KEY = {
    "key_id": "wi6f6burxp",
    "name": "wms",
    "role": "integrator",
    "robots": ["**"],
    "tenant": None,
    "created_at": "2026-11-21T11:00:00.000Z",
    "expires_at": "2027-02-19T11:00:00.000Z",
    "last_used_at": None,
    "live": True,
}
_EVENT = {
    "id": "01KA8ZJ5S1V7Q2K8W0F3N9B6MC",
    "at": "2026-11-21T11:12:14.656Z",
    "type": "task.started",
    "robot_id": "arm-001",
    "task_id": task.TASK_ID,
    "data": {"status": "running", "attempt": 1},
}
_AUDIT_ENTRY = {"n": 2, "ts": "2026-11-21T15:41:07.789Z", "event": "request"}

BODIES: Mapping[str, object] = {
    **task.BODIES,
    "Alive": {"status": "ok"},
    "AuditEntry": _AUDIT_ENTRY,
    "AuditPage": {"items": [_AUDIT_ENTRY], "next_before": 2},
    "AuditVerdict": {
        "genuine": True,
        "first": 1,
        "last": 2351,
        "attested": 2351,
        "problems": [],
    },
    "BatteryObject": _BATTERY,
    "Checks": _CHECKS,
    "CurrentTaskObject": _CURRENT_TASK,
    "ErrorObject": _ERROR,
    "EventObject": _EVENT,
    "EventPage": {"items": [_EVENT], "complete": True, "last_event_id": _EVENT["id"]},
    "JointObject": _JOINT,
    "KeyList": {"items": [_KEY]},
    "KeyObject": _KEY,
    "KeyWish": {"name": "wms", "role": "integrator", "days": 90, "robots": ["amr-*"]},
    "Link": _LINK,
    "NewKeyObject": {**_KEY, "key": "lyd_<id>_<secret, shown this once>"},
    "PoseObject": _POSE,
    "Problem": task.PROBLEM,
    "QuaternionObject": _UPRIGHT,
    "Readiness": {"ready": True, "checks": _CHECKS},
    "RevokedKey": {"key_id": _KEY["key_id"], "revoked": True},
    "RobotList": {"items": [_ROBOT]},
    "RobotObject": _ROBOT,
    "RobotStatusObject": _STATUS,
    "RotateWish": {"grace_s": 3600, "days": 90},
    "SafetyObject": _SAFETY,
    "Software": {"version": "0.1.0"},
    "StopObject": {
        "robot_id": "arm-001",
        "safety_state": "safe_stop",
        "confirmed": True,
        "confirmed_in_ms": 6.1,
        "at_rest": False,
        "causes": ["stop_request"],
        "message": "",
        "safety_rated": False,
    },
    "TicketObject": {
        "ticket": "<43 characters, good once>",
        "subprotocol": "lanyard.ticket.<the same>",
        "expires_in": 10,
    },
    "TicketWish": {"purpose": "command", "robot_id": "arm-001"},
    "ToolPoseObject": _TOOL_POSE,
    "TwistObject": _TWIST,
    "VectorObject": _POINT,
    "Version": {"name": "lanyard-gateway", "version": "0.1.0", "api": "v1"},
    "WhoAmI": {
        "key_id": _KEY["key_id"],
        "role": "operator",
        "tenant": None,
        "scopes": ["robots:read", "tasks:read", "tasks:write"],
        "robots": ["**"],
        "requests_per_s": 100,
        "expires_at": None,
    },
}
"""One example for each schema of a body or of a part of one."""

PARAMETERS: Mapping[str, object] = {
    "accept": "text/event-stream",
    "after": _EVENT["id"],
    "before": 2351,
    "created_after": "2026-11-20T00:00:00Z",
    "created_before": "2026-11-21T00:00:00Z",
    "cursor": "WyJjcmVhdGVkIiwxNzk1MjU4ODAwLjAsNDJd",
    "endpoint": "/tasks",
    "event": "request",
    "external_ref": "order-4711",
    "fields": "battery,pose",
    "finished_after": "2026-11-20T00:00:00Z",
    "finished_before": "2026-11-21T00:00:00Z",
    "idempotency-key": "order-4711-attempt-1",
    "if-match": 'W/"4"',
    "if-none-match": 'W/"4"',
    "key_id": _KEY["key_id"],
    "label": "line:7",
    "last-event-id": "3",
    "limit": 50,
    "order": "created",
    "prefer": "wait=20",
    "rate_hz": 10,
    "reason": "wrong shelf",
    "robot_id": "arm-001",
    "robots": "arm-001",
    "since": "2026-11-21T00:00:00.000Z",
    "status": "queued",
    "task_id": task.TASK_ID,
    "task_type": "move_to",
    "tasks": task.TASK_ID,
    "types": "task.*",
    "until": "2026-11-21T23:59:59.999Z",
}
"""One example for each parameter, whatever the operation."""

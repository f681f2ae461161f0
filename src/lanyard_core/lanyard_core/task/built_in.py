"""The task types that come with Lanyard, described. What carries them out is in lanyard_tasks."""

from __future__ import annotations

from lanyard_core.task.catalogue import Catalogue, OnStop, Phase, TaskType


def _number(description: str, **rules: float) -> dict[str, object]:
    return {"type": "number", "description": description, **rules}


# No floor is larger; what a robot can really reach is its task server's to say.
_FARTHEST_M = 10_000.0


def _coordinate(axis: str) -> dict[str, object]:
    return _number(
        f"Metres along {axis} of the robot's odometry frame.",
        minimum=-_FARTHEST_M,
        maximum=_FARTHEST_M,
    )


_X_M = _coordinate("x")
_Y_M = _coordinate("y")
_SPEED_MPS = _number(
    "Highest speed of the base in m/s; the control node may allow less.",
    exclusiveMinimum=0.0,
    maximum=0.5,
    default=0.25,
)


def _spot(description: str) -> dict[str, object]:
    return {
        "type": "object",
        "description": description,
        "properties": {"x_m": _X_M, "y_m": _Y_M},
        "required": ["x_m", "y_m"],
        "additionalProperties": False,
    }


MOVE_TO = TaskType(
    name="move_to",
    title="Move to",
    description="Drive the base to a point, and turn to a heading when one is given.",
    parameters_schema={
        "type": "object",
        "properties": {
            "x_m": _X_M,
            "y_m": _Y_M,
            "yaw_rad": _number(
                "Heading at the end in radians, counter-clockwise from x; left out: as it comes.",
                minimum=-6.2832,
                maximum=6.2832,
            ),
            "tolerance_m": _number(
                "How near is there, in metres.", minimum=0.01, maximum=1.0, default=0.05
            ),
            "speed_mps": _SPEED_MPS,
        },
        "required": ["x_m", "y_m"],
        "additionalProperties": False,
    },
    phases=(
        Phase("turn", cancellable=True, estimate_s=3.0, pausable=True),
        Phase("drive", cancellable=True, estimate_s=12.0, pausable=True),
        Phase("align", cancellable=True, estimate_s=3.0, pausable=True),
    ),
    idempotent=True,
    default_timeout_s=300.0,
    on_stop=OnStop.PAUSE,
)

PICK_AND_PLACE = TaskType(
    name="pick_and_place",
    title="Pick and place",
    description=(
        "Fetch an object at one spot and insert it at another. The base drives up to a spot that "
        "is named, and stays for one that is left out; the arm goes through its taught poses."
    ),
    parameters_schema={
        "type": "object",
        "properties": {
            "pick": _spot("Where the object is; left out: in front of the robot."),
            "place": _spot("Where it goes; left out: beside the robot."),
            "object": {
                "type": "string",
                "description": "Name of the object, for people and for the result.",
                "minLength": 1,
                "maxLength": 64,
                "default": "object",
            },
            "force_n": _number(
                "Highest force of the insertion in newtons.",
                exclusiveMinimum=0.0,
                maximum=80.0,
                default=20.0,
            ),
            "speed_mps": _SPEED_MPS,
        },
        "additionalProperties": False,
    },
    phases=(
        Phase("approach", cancellable=True, estimate_s=8.0, pausable=True),
        Phase("grasp", cancellable=True, estimate_s=3.0),
        Phase("transfer", cancellable=True, estimate_s=10.0, pausable=True),
        Phase("insertion", cancellable=False, estimate_s=4.0),
        Phase("retreat", cancellable=True, estimate_s=6.0, pausable=True),
    ),
    idempotent=False,
    default_timeout_s=300.0,
)

WAIT = TaskType(
    name="wait",
    title="Wait",
    description="Stay where the robot is for a while; it is not armed and does not move.",
    parameters_schema={
        "type": "object",
        "properties": {
            "duration_s": _number(
                "How long, in seconds.", minimum=0.0, maximum=3600.0, default=1.0
            ),
        },
        "additionalProperties": False,
    },
    phases=(Phase("wait", cancellable=True, estimate_s=1.0, pausable=True),),
    idempotent=True,
    default_timeout_s=3700.0,
)

DOCK = TaskType(
    name="dock",
    title="Dock",
    description=(
        "Drive up to a dock, face it, and creep into it. A robot that is in the dock already stays."
    ),
    parameters_schema={
        "type": "object",
        "properties": {
            "x_m": _X_M,
            "y_m": _Y_M,
            "yaw_rad": _number(
                "Heading in the dock in radians, counter-clockwise from x.",
                minimum=-6.2832,
                maximum=6.2832,
            ),
            "staging_m": _number(
                "How far in front of the dock the robot turns to face it, in metres.",
                minimum=0.1,
                maximum=2.0,
                default=0.5,
            ),
            "speed_mps": _SPEED_MPS,
        },
        "required": ["x_m", "y_m", "yaw_rad"],
        "additionalProperties": False,
    },
    phases=(
        Phase("approach", cancellable=True, estimate_s=12.0, pausable=True),
        Phase("align", cancellable=True, estimate_s=3.0, pausable=True),
        Phase("mate", cancellable=False, estimate_s=10.0),
    ),
    idempotent=True,
    default_timeout_s=300.0,
    on_stop=OnStop.PAUSE,
)

INSPECT = TaskType(
    name="inspect",
    title="Inspect",
    description=(
        "Look at a spot from several sides with the arm, and tell what was measured at each. The "
        "base drives up to a spot that is named, and stays for one that is left out."
    ),
    parameters_schema={
        "type": "object",
        "properties": {
            "spot": _spot("What to look at; left out: what is in front of the robot."),
            "views": {
                "type": "integer",
                "description": "From how many sides.",
                "minimum": 1,
                "maximum": 16,
                "default": 3,
            },
            "dwell_s": _number(
                "How long to look from each side, in seconds.",
                minimum=0.0,
                maximum=60.0,
                default=1.0,
            ),
            "speed_mps": _SPEED_MPS,
        },
        "additionalProperties": False,
    },
    phases=(
        Phase("approach", cancellable=True, estimate_s=10.0, pausable=True),
        Phase("look", cancellable=True, estimate_s=8.0, pausable=True),
        Phase("retreat", cancellable=True, estimate_s=3.0, pausable=True),
    ),
    idempotent=True,
    default_timeout_s=600.0,
    on_stop=OnStop.PAUSE,
)

SEQUENCE = TaskType(
    name="sequence",
    title="Sequence",
    description=(
        "Several tasks as one, in order, without giving the robot away in between. The first that "
        "fails ends it. Each step's parameters are judged before the first step begins."
    ),
    parameters_schema={
        "type": "object",
        "properties": {
            "steps": {
                "type": "array",
                "description": "The tasks; any type that this robot has, except sequence.",
                "minItems": 1,
                "maxItems": 32,
                "items": {
                    "type": "object",
                    "properties": {
                        "task_type": {
                            "type": "string",
                            "description": "Its type.",
                            "minLength": 1,
                            "maxLength": 64,
                        },
                        "parameters": {
                            "type": "object",
                            "description": "As its type wants them.",
                            "additionalProperties": True,
                        },
                    },
                    "required": ["task_type"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["steps"],
        "additionalProperties": False,
    },
    phases=(
        Phase("step", cancellable=True, estimate_s=60.0, pausable=True),
        Phase("committed", cancellable=False, estimate_s=5.0),
    ),
    idempotent=False,
    default_timeout_s=1800.0,
)

BUILT_IN = Catalogue((MOVE_TO, PICK_AND_PLACE, DOCK, INSPECT, WAIT, SEQUENCE))
"""The task types that come with Lanyard."""

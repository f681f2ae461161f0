"""Names of Lanyard's topics, services and actions: relative, below a robot's namespace.

Only tf is absolute, as tf2 has it.
"""

COMMAND = "lanyard/command"
COMMAND_ACK = "lanyard/command_ack"
HEARTBEAT = "lanyard/heartbeat"
SAFETY_STATE = "lanyard/safety_state"

REQUEST_STOP = "lanyard/request_stop"
RESET = "lanyard/reset"
ACQUIRE_LEASE = "lanyard/acquire_lease"
RELEASE_LEASE = "lanyard/release_lease"
ARM = "lanyard/arm"

CMD_VEL = "cmd_vel"
ARM_COMMANDS = "arm_controller/commands"
# std_msgs/Bool, latched: while true the base holds zero, whatever cmd_vel says.
BASE_HALT = "base_halt"
# std_msgs/Bool, latched: while true the base is asked to take the power from its motors.
BASE_POWER_OFF = "base_power_off"

JOINT_STATES = "joint_states"
JOINT_TEMPERATURES = "joint_temperatures"
ODOM = "odom"
BATTERY_STATE = "battery_state"
DIAGNOSTICS = "diagnostics"
CAMERA_INFO = "camera/camera_info"
GPS_FIX = "gps/fix"

EXECUTE_TASK = "execute_task"
PAUSE_TASK = "execute_task/pause"
# lanyard_msgs/TaskServer, latched: which run of the task server this is, and what it can do.
TASK_SERVER = "lanyard/task_server"

TF = "/tf"
TF_STATIC = "/tf_static"


def resolve(namespace: str, name: str) -> str:
    """The absolute name of ``name`` below ``namespace``, such as ``/arm_001/odom``."""
    if name.startswith("/"):
        return name
    return f"{namespace.rstrip('/')}/{name}"

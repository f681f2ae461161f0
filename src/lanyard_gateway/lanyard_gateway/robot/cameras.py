"""What a robot's cameras say of themselves: size, rate, calibration, encoding. Never their images.

``camera_info`` names everything but the encoding of the pixels, which stands in the images. So each
camera is asked for one image, and for no more: a camera's images would keep this process busy.
That image comes on the ROS thread; all else is called on the loop's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sensor_msgs.msg import CameraInfo, Image

from lanyard_core.telemetry.status import Camera
from lanyard_gateway.robot import convert
from lanyard_gateway.robot.latest import LatestMessage
from lanyard_node_support import qos
from lanyard_node_support.inbox import InboxNode

if TYPE_CHECKING:
    from lanyard_gateway.robot.config import RobotConfig

INFO = "camera_info"
IMAGE = "image_raw"


class CamerasCache:
    """Newest information of each camera of a robot."""

    def __init__(self, node: InboxNode, config: RobotConfig) -> None:
        self._cameras = [
            _CameraCache(node, camera_id, config.topic(camera_id)) for camera_id in config.cameras
        ]

    def look(self, now: float) -> None:
        """Take in what has come (``now``: monotonic, s)."""
        for each in self._cameras:
            each.look(now)

    def cameras(self, now: float, ages: dict[str, float]) -> tuple[Camera, ...]:
        """Those that were heard; notes the age of the one that was heard last."""
        heard = [camera for each in self._cameras if (camera := each.camera(now)) is not None]
        if heard:
            ages["cameras"] = min(camera.age_s for camera in heard)
        return tuple(heard)


class _CameraCache:
    def __init__(self, node: InboxNode, camera_id: str, below: str) -> None:
        self._id = camera_id
        self._image_topic = f"{below}/{IMAGE}"
        self._info: LatestMessage[CameraInfo] = LatestMessage(
            node, CameraInfo, f"{below}/{INFO}", qos.COUNTED
        )
        self._encoding: str | None = None
        self._node = node
        self._images = node.create_subscription(
            Image, self._image_topic, self._image_arrived, qos.SENSOR
        )

    def look(self, now: float) -> None:
        self._info.look(now)

    def camera(self, now: float) -> Camera | None:
        found = self._info.read(now)
        if found is None:
            return None
        return convert.camera(
            found[0],
            camera_id=self._id,
            topic=self._image_topic,
            fps=self._info.rate_hz(),
            age_s=now - found[1],
            encoding=self._encoding,
        )

    def _image_arrived(self, message: Image) -> None:
        self._encoding = message.encoding
        self._node.destroy_subscription(self._images)

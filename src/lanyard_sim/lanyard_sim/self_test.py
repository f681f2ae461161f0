"""The robot's self-test: asks every component how it is. Pure."""

from __future__ import annotations

from lanyard_sim.body import Body
from lanyard_sim.diagnosis import (
    BatteryWatch,
    ComponentStatus,
    HeatWatch,
    MotionWatch,
    judge_driver,
)
from lanyard_sim.model import JOINT_NAMES
from lanyard_sim.sensors import Odometer
from lanyard_sim.settings import Settings


class SelfTest:
    """One watch for each component, over the whole life of the robot."""

    def __init__(self, settings: Settings) -> None:
        limit_c = settings.arm.overtemperature_c
        self._motion = MotionWatch()
        self._battery = BatteryWatch(low_charge=settings.battery.low_charge)
        self._heat = tuple(HeatWatch(joint, limit_c=limit_c) for joint in JOINT_NAMES)

    def advance(self, body: Body, odometer: Odometer, dt: float) -> None:
        """Watch the ``dt`` seconds that have just passed."""
        self._motion.advance(body.wanted_motion, (odometer.linear, odometer.angular), dt)

    def judge(self, body: Body) -> tuple[ComponentStatus, ...]:
        """The status of every component now, always in the same order."""
        battery = body.battery
        return (
            self._motion.judge(),
            judge_driver("base", body.base_driver),
            judge_driver("arm", body.arm_driver),
            self._battery.judge(battery.charge, charging=battery.charging, empty=battery.empty),
            *(
                watch.judge(temperature)
                for watch, temperature in zip(self._heat, body.heat.temperatures)
            ),
        )

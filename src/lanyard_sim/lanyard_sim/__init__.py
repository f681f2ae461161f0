"""A simulated mobile manipulator: kinematics, sensors, battery, faults; no hardware."""

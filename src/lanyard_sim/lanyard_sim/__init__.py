"""A simulated mobile manipulator: kinematics, sensors, battery, faults; no hardware.

``robot.SimulatedRobot`` is the whole robot without ROS and without a clock; ``node`` gives it
topics and real time. See docs/simulation.md.
"""

"""The hatch: robots on the ROS graph, behind lanyard_core.port.RobotPort. No web here."""

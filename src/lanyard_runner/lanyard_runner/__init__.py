"""Starts the nodes of a ROS launch file where launch_ros is missing; the demo."""

"""Python client for the far end: no ROS."""

"""REST and WebSocket gateway node: HTTP and command streams to ROS topics, and the task queue."""

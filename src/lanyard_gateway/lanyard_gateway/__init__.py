"""REST and WebSocket gateway node: HTTP and binary command streams to ROS topics, and the task queue."""

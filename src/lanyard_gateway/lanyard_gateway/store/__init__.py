"""Durable storage of tasks. What it has answered is on disk; nothing here knows of HTTP or ROS."""

"""The thin side towards ROS: types, topics, services and actions by name. The only rclpy here."""

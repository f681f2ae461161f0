"""Motion without ROS and without a clock: controllers, odometry, stuck watch, command authority."""

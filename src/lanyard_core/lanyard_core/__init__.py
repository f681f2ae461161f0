"""Rules of Lanyard without ROS, web, threads or clock: safety, stream, task, telemetry, access."""

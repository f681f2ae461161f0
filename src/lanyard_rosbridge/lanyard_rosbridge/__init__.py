"""The rosbridge protocol for ROS 2: unmodified roslibjs and roslibpy, closed by default."""

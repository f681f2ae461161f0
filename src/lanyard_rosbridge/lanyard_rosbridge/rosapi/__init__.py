"""The services of rosapi, answered in this process: what there is on the ROS graph."""

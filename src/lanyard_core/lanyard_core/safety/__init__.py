"""The safety machine and its rules: when the robot may move, and how it stops."""

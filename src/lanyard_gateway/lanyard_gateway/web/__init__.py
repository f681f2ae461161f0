"""The front hall: HTTP routes and WebSockets.

Sees robots only through RobotPort; never imports rclpy.
"""

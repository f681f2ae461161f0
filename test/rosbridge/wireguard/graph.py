"""A ROS graph for a namespace: says a word on /chatter, and prints what comes on /answers.

Ends at SIGTERM. Keeps off shared memory, which is the same in all namespaces.
"""

import rclpy
from rclpy.signals import SignalHandlerOptions
from std_msgs.msg import String

from lanyard_node_support.transport import choose_transport

choose_transport()
rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
node = rclpy.create_node("graph")
chatter = node.create_publisher(String, "/chatter", 10)
node.create_subscription(String, "/answers", lambda said: print(said.data, flush=True), 10)
while True:
    chatter.publish(String(data="a word through the tunnel"))
    rclpy.spin_once(node, timeout_sec=0.05)

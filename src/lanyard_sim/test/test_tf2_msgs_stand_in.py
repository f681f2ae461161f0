"""The stand-in for tf2_msgs must be the real type on the wire, or no tf listener hears us."""

from tf2_msgs.msg import TFMessage

from lanyard_node_support import names, qos

# As rclpy told it for the tf2_msgs of ROS 2's own geometry2 (jazzy), built from source. Humble has
# the same fields and no type hashes.
REAL_TYPE_HASH = "RIHS01_e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087"


def test_the_transform_message_has_the_real_type_hash(probe):
    probe.node.create_publisher(TFMessage, names.TF, qos.TF)
    probe.wait_for(lambda: probe.node.get_publishers_info_by_topic(names.TF))
    (publisher,) = probe.node.get_publishers_info_by_topic(names.TF)
    assert publisher.topic_type == "tf2_msgs/msg/TFMessage"
    assert str(getattr(publisher, "topic_type_hash", REAL_TYPE_HASH)) == REAL_TYPE_HASH


def test_the_transform_message_has_the_real_fields():
    fields = TFMessage.get_fields_and_field_types()
    assert fields == {"transforms": "sequence<geometry_msgs/TransformStamped>"}

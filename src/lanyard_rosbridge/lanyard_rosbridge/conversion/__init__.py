"""Between what is on the ROS graph (CDR bytes, message objects) and plain values. No ROS here."""

"""What every Lanyard node shares: declared parameters, names, QoS, message conversion, run loop."""

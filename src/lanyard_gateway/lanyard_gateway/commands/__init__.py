"""What an operator types on the machine that runs the gateway: keys, certs, audit, auth. No ROS.

Each module is a command of its own (``keys``) and a part of ``lanyard`` (``lanyard keys``).
"""

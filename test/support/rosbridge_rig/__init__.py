"""What stands around the bridge in the tests of rosbridge: a ROS peer, clients, a site, a proxy."""

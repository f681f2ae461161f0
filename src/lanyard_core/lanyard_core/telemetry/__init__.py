"""What is known of a robot, how old it is, and how often it is told."""

"""News of the gateway: collected from robots, tasks and the loop itself, kept for a while, told."""

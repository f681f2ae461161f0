"""Real-time control node: command authority, watchdogs, safety machine, velocity limits."""

"""The task queue's engine: decides which task a robot runs next, and follows it to its end."""

"""The task queue's engine: decides on the event loop which task runs next, and follows it to its end."""

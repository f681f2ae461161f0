"""The audit log as files: written by a thread of its own, sealed with heads, shipped, verified."""

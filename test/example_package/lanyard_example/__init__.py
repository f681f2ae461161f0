"""A package that adds task types to a robot without touching Lanyard."""

"""Tasks: what they are, how they may change, which is next."""

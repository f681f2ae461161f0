"""Tasks under random kills: every acknowledged task is done once, by the robots' own books."""

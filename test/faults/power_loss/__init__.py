"""Power cuts, replayed: what a program wrote and synced, cut off at a thousand points."""

"""The rosbridge protocol as rules: frames and graph events in, effects out. Told the time."""

"""The command session: frames, sequence numbers, freshness, heartbeats, acknowledgement deadlines."""

"""The shell around the protocol: connections, shared topics, the way in. Event loop's thread."""

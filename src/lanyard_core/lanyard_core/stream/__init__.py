"""The command channel: frames, encodings, and the rules of one client's session."""

"""The audit log's arithmetic: records, the chain through them, heads, and what proves tampering."""

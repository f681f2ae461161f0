"""Who may do what: keys, roles, scopes."""

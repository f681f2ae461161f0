"""The doors: keys, policy, tickets, tokens and limits as files and services. No web framework."""

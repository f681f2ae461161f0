"""Helpers for tests of a gateway, ours and other packages'. Nothing here is used while serving."""

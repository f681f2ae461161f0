"""The upstream rosbridge_suite with our policy and address check: ``server:=rosbridge_suite``."""

"""For tests: how to run the page's JavaScript modules outside a browser, in Node 20 or later."""

from __future__ import annotations

from lanyard_dashboard.node import find_node

_WITH_WEBSOCKET = "--experimental-websocket"  # of no effect where it is on anyhow


def node_command() -> list[str]:
    """The beginning of a command that runs JavaScript; raises RuntimeError when there is no Node.

    Node of this machine when it is new enough, or the one that `make setup` brings.
    """
    return [str(find_node()), _WITH_WEBSOCKET]

"""Callback groups of what comes and goes. Any thread."""

from __future__ import annotations

from rclpy.callback_groups import CallbackGroup, ReentrantCallbackGroup


def own_group() -> CallbackGroup:
    """A group for one publisher, subscription, service or client, which goes with it.

    rclpy's groups note what is put into them and never forget it: in the node's own group, which is
    the default, everything that was ever made leaves a mark. The executor has one thread, so groups
    make no other difference.
    """
    return ReentrantCallbackGroup()

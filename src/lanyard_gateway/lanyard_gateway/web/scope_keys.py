"""Names under which the gateway's layers leave things for each other in a request's ASGI scope."""

from __future__ import annotations

PRINCIPAL = "lanyard.principal"
"""The Principal that the request's credential stands for."""
REFUSAL = "lanyard.refusal"
"""The fault for which its credential was refused."""
TICKET = "lanyard.ticket"
"""The one-time ticket with which a socket was identified."""
ADMITTED = "lanyard.admitted"
"""For what, and on which robot, it was let in."""
REQUEST_ID = "lanyard.request_id"
ROBOT_ID = "lanyard.robot_id"
CODE = "lanyard.code"
"""Code of the problem that it was answered with."""
COUNTS = "lanyard.counts"
"""What a socket did, as numbers."""

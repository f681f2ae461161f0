"""One client's services: those that it calls and those that it serves."""

from __future__ import annotations

from collections.abc import Mapping

from lanyard_core.access.policy import Direction
from lanyard_core.faults import BadInput, LanyardFault, Overloaded
from lanyard_rosbridge.protocol import names
from lanyard_rosbridge.protocol.access import Access
from lanyard_rosbridge.protocol.effects import (
    AnswerRequest,
    AskRosapi,
    Call,
    CloseService,
    Effect,
    OpenService,
    Send,
)
from lanyard_rosbridge.protocol.operations import (
    AdvertiseService,
    CallService,
    ServiceResponse,
    UnadvertiseService,
)
from lanyard_rosbridge.protocol.settings import SessionSettings

CANCEL = "/_action/cancel_goal"
CANCEL_TYPE = "action_msgs/srv/CancelGoal"
REPUBLISH_TFS = "republish_tfs"
_IN_PROCESS = "/" + REPUBLISH_TFS


class ServiceDesk:
    """Calls in both directions."""

    def __init__(self, access: Access, settings: SessionSettings) -> None:
        self._access = access
        self._settings = settings
        self._calls: dict[int, CallService] = {}
        self._served: dict[str, str] = {}
        self._asked: dict[str, str] = {}

    def call(self, op: CallService) -> list[Effect]:
        """The client calls a service."""
        service = self._access.name(op.service)
        if len(self._calls) >= self._settings.max_calls:
            raise Overloaded(f"{self._settings.max_calls} calls of this client wait already")
        effect = self._call(op, service)
        self._calls[id(op)] = op
        return [effect]

    def _call(self, op: CallService, service: str) -> Effect:
        in_process = names.rosapi_service(service)
        if in_process is not None or service.endswith(_IN_PROCESS):
            self._access.check_reading()
            return AskRosapi(op, in_process or REPUBLISH_TFS, op.args)
        service_type = op.type
        if service.endswith(CANCEL):
            self._access.check(Direction.SEND_GOAL, service.removesuffix(CANCEL))
            service_type = CANCEL_TYPE
        else:
            self._access.check(Direction.CALL, service)
        timeout_s = self._settings.call_timeout_s if op.timeout_s is None else op.timeout_s
        bound_s = self._settings.max_call_timeout_s
        return Call(op, service, service_type, op.args, min(timeout_s or bound_s, bound_s))

    def answered(self, op: CallService, values: Mapping[str, object]) -> list[Effect]:
        """A call of the client's was answered."""
        self._calls.pop(id(op), None)
        return [] if op.id is None else [_response(op, values, result=True)]

    def failed(self, op: CallService, fault: LanyardFault) -> list[Effect]:
        """It was not, or refused."""
        self._calls.pop(id(op), None)
        return [] if op.id is None else [_response(op, fault.detail, result=False)]

    def advertise(self, op: AdvertiseService) -> list[Effect]:
        """The client serves a service."""
        service = self._access.name(op.service)
        self._access.check(Direction.ADVERTISE_SERVICE, service)
        if service in self._served:
            return []
        if len(self._served) >= self._settings.max_served:
            raise Overloaded(f"a client may serve {self._settings.max_served} services at most")
        self._served[service] = op.service
        return [OpenService(op, service, op.type)]

    def unadvertise(self, op: UnadvertiseService) -> list[Effect]:
        """It does not any more."""
        service = self._access.name(op.service)
        if self._served.pop(service, None) is None:
            raise BadInput(f"unadvertise_service: this client does not serve {op.service}")
        return [CloseService(service)]

    def could_not_serve(self, op: AdvertiseService) -> None:
        """Forget a service that could not be made."""
        self._served.pop(self._access.name(op.service), None)

    def asked(self, service: str, request_id: str, values: object) -> list[Effect]:
        """Somebody on the ROS graph calls a service that the client serves."""
        written = self._served.get(service)
        if written is None:
            return []
        self._asked[request_id] = service
        frame = {"op": "call_service", "id": request_id, "service": written, "args": values}
        return [Send(frame)]

    def gave_up(self, request_id: str) -> None:
        """Whoever asked does not wait any more."""
        self._asked.pop(request_id, None)

    def response(self, op: ServiceResponse) -> list[Effect]:
        """The client's answer."""
        request_id = str(op.id)
        service = self._asked.pop(request_id, None)
        if service is None:
            raise BadInput(f"service_response: nobody waits for the answer {request_id!r}")
        return [AnswerRequest(op, service, request_id, op.values, op.result)]

    def closed(self) -> list[Effect]:
        """The client is gone."""
        served, self._served, self._calls, self._asked = self._served, {}, {}, {}
        return [CloseService(service) for service in served]


def _response(op: CallService, values: object, *, result: bool) -> Send:
    frame = {
        "op": "service_response",
        "id": op.id,
        "service": op.service,
        "values": values,
        "result": result,
    }
    return Send(frame, op.format)

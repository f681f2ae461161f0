"""rosapi: every service, filtered by what the caller may use."""

import pytest

from lanyard_core.faults import BadInput, Conflict, Forbidden, LanyardFault, NotFound
from lanyard_rosbridge.conversion.layout import Field, Kind, Many, Struct, Text
from lanyard_rosbridge.protocol.access import Access
from lanyard_rosbridge.rosapi.answers import Rosapi

STAMP = Struct("builtin_interfaces/msg/Time", (Field("sec", Kind.INT32),))
THING = Struct(
    "pkg/msg/Thing",
    (Field("stamp", STAMP), Field("names", Many(Text())), Field("pose", Many(Kind.FLOAT64, 6))),
)


class FakeGraph:
    def topics(self):
        return {"/odom": ["nav_msgs/msg/Odometry"], "/secret": ["pkg/msg/Thing"],
                "/fib/_action/status": ["x/msg/S"]}  # fmt: skip

    def services(self):
        return {"/lights": ["std_srvs/srv/SetBool"], "/secret_service": ["x/srv/Y"]}

    def actions(self):
        return {"/dock": ["pkg/action/Dock"]}

    def nodes(self):
        return ["/driver"]

    def node_details(self, node):
        if node != "/driver":
            raise NotFound(f"there is no node {node}")
        return ["/odom"], ["/secret"], ["/lights"]

    def publishers(self, topic):
        return ["/driver"]

    subscribers = publishers

    def layout(self, type_name, part):
        if type_name == "pkg/Gone":
            raise BadInput("not installed")
        return THING

    def interfaces(self):
        return ["pkg/msg/Thing"]

    def now(self):
        return 5, 6


class FakeParameters:
    def __init__(self):
        self.values = {("/driver", "rate"): "5"}

    async def get(self, node, name):
        if (node, name) not in self.values:
            raise NotFound("no such parameter")
        return self.values[node, name]

    async def set(self, node, name, value):
        if value == '"wrong"':
            raise Conflict("refused")
        self.values[node, name] = value

    async def names(self, nodes):
        return list(self.values)


RULES = {
    "topics": {"subscribe": ["/odom"]},
    "services": {"call": ["/lights"]},
    "actions": {"send_goal": ["/dock"]},
    "params": {"read": ["/driver/*"], "write": ["/driver/*"]},
}


@pytest.fixture
def ask(talk_with):
    parameters = FakeParameters()

    async def ask(service, /, rules=RULES, **args):
        access: Access = talk_with(rules).session.topics._access
        return await Rosapi(FakeGraph(), parameters).answer(service, args, access)

    return ask


@pytest.mark.parametrize(
    ("service", "args", "answer"),
    [
        ("topics", {}, {"topics": ["/odom"], "types": ["nav_msgs/msg/Odometry"]}),
        ("topics_for_type", {"type": "nav_msgs/Odometry"}, {"topics": ["/odom"]}),
        ("topic_type", {"topic": "odom"}, {"type": "nav_msgs/msg/Odometry"}),
        ("topic_type", {"topic": "/secret"}, {"type": ""}),
        ("services", {}, {"services": ["/lights"]}),
        ("services_for_type", {"type": "std_srvs/srv/SetBool"}, {"services": ["/lights"]}),
        ("service_type", {"service": "/lights"}, {"type": "std_srvs/srv/SetBool"}),
        ("service_node", {"service": "/lights"}, {"node": "/driver"}),
        ("service_node", {"service": "/secret_service"}, {"node": ""}),
        ("service_providers", {"service": "/lights"}, {"providers": ["/driver"]}),
        ("nodes", {}, {"nodes": ["/driver"]}),
        ("node_details", {"node": "/driver"},
         {"subscribing": ["/odom"], "publishing": [], "services": ["/lights"]}),
        ("publishers", {"topic": "/odom"}, {"publishers": ["/driver"]}),
        ("subscribers", {"topic": "/odom"}, {"subscribers": ["/driver"]}),
        ("action_servers", {}, {"action_servers": ["/dock"]}),
        ("action_type", {"action": "/dock"}, {"type": "pkg/action/Dock"}),
        ("interfaces", {}, {"interfaces": ["pkg/msg/Thing"]}),
        ("get_time", {}, {"time": {"sec": 5, "nanosec": 6}}),
        ("get_param", {"name": "/driver:rate"}, {"value": "5", "successful": True, "reason": ""}),
        ("has_param", {"name": "driver:rate"}, {"exists": True}),
        ("has_param", {"name": "driver:gone"}, {"exists": False}),
        ("set_param", {"name": "/driver:rate", "value": "7"}, {"successful": True, "reason": ""}),
        ("delete_param", {"name": "/driver:rate"}, {"successful": True, "reason": ""}),
        ("get_param_names", {}, {"names": ["/driver:rate"]}),
    ],
)  # fmt: skip
async def test_a_question_has_its_answer(ask, service, args, answer):
    assert await ask(service, **args) == answer


@pytest.mark.parametrize(
    "service",
    ["message_details", "service_request_details", "service_response_details",
     "action_goal_details", "action_result_details", "action_feedback_details"],
)  # fmt: skip
async def test_a_type_is_told_with_those_inside_it(ask, service):
    first, second = (await ask(service, type="pkg/Thing"))["typedefs"]
    assert first["fieldnames"] == ["stamp", "names", "pose"]
    assert first["fieldtypes"] == ["builtin_interfaces/msg/Time", "string", "float64"]
    assert first["fieldarraylen"] == [-1, 0, 6]
    assert second["type"] == "builtin_interfaces/msg/Time"


async def test_topics_come_with_their_definitions(ask):
    (text,) = (await ask("topics_and_raw_types"))["typedefs_full_text"]
    assert "string[] names\nfloat64[6] pose\n" in text
    assert "MSG: builtin_interfaces/Time\nint32 sec" in text


async def test_a_parameter_that_is_not_there_has_the_default_that_was_given(ask):
    answer = await ask("get_param", name="/driver:gone", default_value="3")
    assert (answer["value"], answer["successful"]) == ("3", False)


@pytest.mark.parametrize(
    ("service", "args", "fault"),
    [
        ("get_param", {"name": "rate"}, BadInput),
        ("get_param", {"name": "/other:rate"}, Forbidden),
        ("set_param", {"name": "/other:rate", "value": "1"}, Forbidden),
        ("set_param", {"name": "/driver:rate", "value": '"wrong"'}, Conflict),
        ("node_details", {"node": "/gone"}, NotFound),
        ("publishers", {"topic": "/secret"}, NotFound),
        ("topic_type", {}, BadInput),
        ("message_details", {"type": "pkg/Gone"}, BadInput),
        ("no_such_service", {}, NotFound),
    ],
)
async def test_what_cannot_be_answered_is_a_fault_of_that_question(ask, service, args, fault):
    with pytest.raises(fault):
        await ask(service, **args)


async def test_without_lists_nothing_is_shown(ask):
    assert (await ask("topics", rules={}))["topics"] == []
    assert (await ask("get_param_names", rules={}))["names"] == []
    with pytest.raises(LanyardFault):
        await ask("set_param", rules={}, name="/driver:rate", value="1")

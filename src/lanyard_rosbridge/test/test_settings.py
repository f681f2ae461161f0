"""Settings of the bridge that runs alone: every problem at once, no open door by default."""

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_node_support.parameter_schema import load_declarations
from lanyard_rosbridge.settings import read_settings


def settings(**given):
    defaults = {d.name: d.default for d in load_declarations("lanyard_rosbridge").values()}
    return read_settings({**defaults, **given})


def test_by_default_it_listens_on_this_machine_with_the_gateways_files():
    found = settings(state_dir="/var/lib/lanyard")
    assert (found.host, found.port) == ("127.0.0.1", 9090)
    assert str(found.keys_file) == "/var/lib/lanyard/keys.json"
    assert found.policy_file is None
    assert found.audit.enabled
    assert str(found.audit.folder) == "/var/lib/lanyard/rosbridge-audit"
    assert found.bridge.motion.match("/arm_001/cmd_vel")


def test_other_machines_reach_it_only_when_that_is_wanted():
    with pytest.raises(BadConfiguration, match="insecure"):
        settings(host="10.8.0.2")
    assert settings(host="10.8.0.2", insecure=True).host == "10.8.0.2"


def test_every_problem_is_told():
    with pytest.raises(BadConfiguration) as caught:
        settings(host="0.0.0.0", robots=["arm-001"], motion_topics=["a***b"])
    assert len(caught.value.problems) >= 2


def test_robots_are_known_by_their_namespaces():
    assert settings(robots=["arm-001=/arm_001"]).bridge.robots == {"/arm_001": "arm-001"}


def test_its_listener_has_room_for_all_clients_from_one_address():
    web = settings(max_clients=500).web(max_message_bytes=1000)
    assert web.connections.most_per_address > 500
    assert web.max_socket_message_bytes == 1000


def test_on_wireguard_it_needs_no_leave_to_be_insecure():
    found = settings(host="10.8.0.2", wireguard_only=True)
    assert found.wireguard_only
    assert not settings(host="127.0.0.1").wireguard_only

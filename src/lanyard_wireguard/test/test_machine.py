"""What this machine tells of its interfaces."""

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_wireguard import machine


def test_this_machine_has_a_loopback_that_is_no_tunnel():
    (loopback,) = [each for each in machine.interfaces() if each.name == "lo"]
    assert not loopback.is_wireguard
    with pytest.raises(BadConfiguration, match="is this machine alone"):
        machine.tunnel("127.0.0.1")


def test_a_machine_without_wg_has_no_userspace_tunnels(monkeypatch):
    answers = {"ip": '[{"ifname": "lanyard0", "linkinfo": {"info_kind": "tun"}}]', "wg": None}
    monkeypatch.setattr(machine, "_ask", lambda program, *_: answers[program])
    assert [each.is_wireguard for each in machine.interfaces()] == [False]
    answers["wg"] = "lanyard0 other0"
    assert [each.is_wireguard for each in machine.interfaces()] == [True]


def test_a_machine_whose_interfaces_cannot_be_seen_is_refused(monkeypatch):
    monkeypatch.setattr(machine, "_ask", lambda *_: None)
    with pytest.raises(BadConfiguration, match="iproute2"):
        machine.tunnel("10.77.0.1")


@pytest.mark.parametrize("program", ["no-such-program-here", "false"])
def test_a_program_that_is_missing_or_fails_tells_nothing(program):
    assert machine._ask(program) is None

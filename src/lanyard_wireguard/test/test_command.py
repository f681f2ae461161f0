"""The command: files that only their owner reads, and nothing overwritten."""

import json
import os
import pathlib
import stat

import pytest
from typer.testing import CliRunner

from lanyard_core.faults import BadConfiguration, NotFound
from lanyard_wireguard import keys, qr
from lanyard_wireguard.command import app

CONFIGURATION = pathlib.Path("peers/tablet.conf")


@pytest.fixture
def wireguard(tmp_path):
    """Runs the command on a folder; what it printed."""
    folder = tmp_path / "state" / "wireguard"

    def run(*arguments):
        outcome = CliRunner().invoke(app, [*arguments, "--folder", str(folder)])
        if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        assert outcome.exit_code == 0, outcome.output
        return outcome.stdout

    run.folder = folder
    return run


@pytest.fixture
def network(wireguard):
    wireguard("init", "gate", "--endpoint", "gate.example.org")
    wireguard("add-peer", "tablet")
    return wireguard


def setting(file, name):
    """All values of a setting in a configuration."""
    lines = [line.partition(" = ") for line in file.read_text().splitlines()]
    return [value for key, _, value in lines if key == name]


def test_each_side_knows_the_other_by_its_key(network):
    hub, peer = network.folder / "lanyard0.conf", network.folder / CONFIGURATION
    (hub_key,), (peer_key,) = setting(hub, "PrivateKey"), setting(peer, "PrivateKey")
    assert setting(peer, "PublicKey") == [keys.public_key_of(hub_key)]
    assert setting(hub, "PublicKey") == [keys.public_key_of(peer_key)]
    assert setting(peer, "PresharedKey") == setting(hub, "PresharedKey")
    assert setting(peer, "Endpoint") == ["gate.example.org:51820"]


def test_only_their_owner_can_read_the_files(network):
    before = os.umask(0)
    try:
        network("add-peer", "phone")
        network("remove-peer", "phone")
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in network.folder.rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert not list(network.folder.rglob("*.new"))


def test_no_secret_is_printed_or_kept_in_the_plan(wireguard):
    told = wireguard("init", "gate", "--endpoint", "gate") + wireguard("add-peer", "tablet")
    told += wireguard("list") + wireguard("list", "--json")
    told += (wireguard.folder / "network.json").read_text()
    for file in ("lanyard0.conf", "peers/tablet.conf"):
        for name in ("PrivateKey", "PresharedKey"):
            (secret,) = setting(wireguard.folder / file, name) or [None]
            assert secret is None or secret not in told


def test_a_network_is_not_overwritten(network):
    before = (network.folder / "lanyard0.conf").read_bytes()
    with pytest.raises(BadConfiguration, match=r"there is a network in .* already"):
        network("init", "other", "--endpoint", "other")
    assert (network.folder / "lanyard0.conf").read_bytes() == before


def test_a_peer_is_not_overwritten(network):
    before = {path: path.read_bytes() for path in network.folder.rglob("*") if path.is_file()}
    with pytest.raises(BadConfiguration, match="the name tablet is taken"):
        network("add-peer", "tablet")
    with pytest.raises(BadConfiguration, match=r"10\.77\.0\.2 is tablet's"):
        network("add-peer", "phone", "--address", "10.77.0.2")
    left = network.folder / "peers/left.conf"
    left.write_text("of somebody")
    before[left] = b"of somebody"
    with pytest.raises(BadConfiguration, match="nothing is overwritten"):
        network("add-peer", "left")
    assert before == {p: p.read_bytes() for p in network.folder.rglob("*") if p.is_file()}


def test_peers_are_listed(network):
    network("add-peer", "arm-1", "--role", "robot")
    listed = [line.split()[:3] for line in network("list").splitlines()[1:]]
    assert listed == [
        ["gate", "gateway", "10.77.0.1"],
        ["tablet", "dashboard", "10.77.0.2"],
        ["arm-1", "robot", "10.77.0.3"],
    ]
    assert network("list").splitlines()[3].endswith("behind NAT")
    first = json.loads(network("list", "--json").splitlines()[0])
    assert (first["name"], first["endpoint"]) == ("gate", "gate.example.org:51820")


def test_robots_keep_their_way_open_unless_they_stand_in_the_open(network):
    network("add-peer", "arm-1", "--role", "robot")
    network("add-peer", "arm-2", "--role", "robot", "--in-the-open")
    assert setting(network.folder / "peers/arm-1.conf", "PersistentKeepalive") == ["25"]
    assert setting(network.folder / "peers/arm-2.conf", "PersistentKeepalive") == []
    assert setting(network.folder / CONFIGURATION, "PersistentKeepalive") == []


def test_a_removed_peer_is_gone_from_everywhere(network):
    network("add-peer", "phone")
    assert "wg syncconf lanyard0" in network("remove-peer", "tablet")
    assert not (network.folder / CONFIGURATION).exists()
    assert setting(network.folder / "lanyard0.conf", "AllowedIPs") == ["10.77.0.3/32"]
    assert "tablet" not in network("list")
    with pytest.raises(NotFound, match="there is no peer 'tablet'; there are: phone"):
        network("remove-peer", "tablet")


def test_a_peer_may_keep_its_private_key(network):
    public = keys.public_key_of(keys.new_private_key())
    network("add-peer", "laptop", "--public-key", public)
    assert setting(network.folder / "peers/laptop.conf", "PrivateKey") == []
    assert public in setting(network.folder / "lanyard0.conf", "PublicKey")


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_qr_code_is_drawn_into_a_file_of_its_own(network, tmp_path, ending):
    file = tmp_path / f"tablet.{ending}"
    network("qr", "tablet", "--to", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {"png": b"\x89PNG", "svg": b"<?xml"}[ending] in file.read_bytes()[:8]
    with pytest.raises(BadConfiguration, match="nothing is overwritten"):
        network("qr", "tablet", "--to", str(file))


def test_a_qr_code_holds_the_whole_configuration(network, monkeypatch):
    drawn = []
    monkeypatch.setattr(qr, "show", drawn.append)
    network("qr", "tablet")
    network("add-peer", "phone", "--qr")
    files = [network.folder / f"peers/{name}.conf" for name in ("tablet", "phone")]
    assert drawn == [file.read_text() for file in files]


def test_a_qr_code_appears_on_the_terminal(network, capsys):
    qr.show("a configuration")
    assert "\u2588" in capsys.readouterr().out


def test_a_picture_of_another_kind_is_refused(network, tmp_path):
    with pytest.raises(BadConfiguration, match=r"\.png or \.svg"):
        network("qr", "tablet", "--to", str(tmp_path / "tablet.gif"))


@pytest.mark.parametrize("command", [["list"], ["add-peer", "tablet"], ["remove-peer", "tablet"]])
def test_without_a_network_the_way_to_one_is_told(wireguard, command):
    with pytest.raises(BadConfiguration, match="begin with `lanyard wireguard init`"):
        wireguard(*command)


def test_a_plan_that_was_broken_is_told_and_left_alone(network):
    plan = network.folder / "network.json"
    for content in ("{", "{}", '{"version": 2}', "[]"):
        plan.write_text(content)
        with pytest.raises(BadConfiguration, match=r"network\.json cannot be understood"):
            network("add-peer", "phone")
        assert plan.read_text() == content

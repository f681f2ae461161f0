"""What the upstream nodes are started with, and what keeps them from starting."""

import pytest
import yaml

from lanyard_core.faults import BadConfiguration
from lanyard_node_support.parameter_schema import load_declarations
from lanyard_rosbridge.suite import main


@pytest.fixture
def given(monkeypatch, tmp_path):
    """The parameters of a suite that may start, with changes."""
    monkeypatch.setattr(main.machine, "tunnel", lambda address: address)
    lib = tmp_path / "prefix/lib"
    for package, name in (("rosbridge_server", "rosbridge_websocket"), ("rosapi", "rosapi_node")):
        (lib / package).mkdir(parents=True)
        (lib / package / name).touch()
    monkeypatch.setattr(main, "get_package_prefix", lambda _package: str(tmp_path / "prefix"))
    policy = tmp_path / "policy.yaml"
    topics = {"subscribe": ["/chatter"], "publish": ["/chatter"]}
    panel = {"scopes": [], "robots": ["**"], "topics": topics}
    policy.write_text(yaml.safe_dump({"version": 1, "roles": {"panel": panel}}))
    defaults = {
        name: declared.default
        for name, declared in load_declarations("lanyard_rosbridge.suite").items()
    }

    def parameters(**changes):
        told = {"host": "10.77.0.1", "policy_file": str(policy), "role": "panel"}
        return {**defaults, **told, "accept_wider": True, **changes}

    return parameters


def values(words):
    """The parameters on a command line, read as ROS reads them."""
    given = [word.partition(":=") for word in words if ":=" in word]
    return {name: yaml.safe_load(value) for name, _, value in given}


def test_the_websocket_gets_address_lists_and_pings(given):
    words = main.command(given(port=9191))
    assert words[0].endswith("lib/rosbridge_server/rosbridge_websocket")
    assert values(words) == {
        "address": "10.77.0.1",
        "port": 9191,
        "websocket_ping_interval": 5,
        "websocket_ping_timeout": 5,
        "topics_glob": "[/chatter]",
        "services_glob": "[/-]",
        "params_glob": "[/-]",
    }


def test_rosapi_gets_the_lists_alone(given):
    words = main.command(given(part="rosapi"))
    assert words[0].endswith("lib/rosapi/rosapi_node")
    assert set(values(words)) == {"topics_glob", "services_glob", "params_glob"}


def test_tls_goes_along(given, tmp_path):
    (tmp_path / "it's.pem").touch()
    (tmp_path / "a.key").touch()
    files = {"certfile": str(tmp_path / "it's.pem"), "keyfile": str(tmp_path / "a.key")}
    assert files.items() <= values(main.command(given(**files))).items()
    with pytest.raises(BadConfiguration, match="keyfile: nothing is no file"):
        main.command(given(certfile=files["certfile"]))


@pytest.mark.parametrize("part", ["rosbridge_websocket", "rosapi"])
def test_neither_starts_on_another_address(given, monkeypatch, part):
    def refuse(address):
        raise BadConfiguration([f"host: {address} is no tunnel"])

    monkeypatch.setattr(main.machine, "tunnel", refuse)
    with pytest.raises(BadConfiguration, match=r"10\.77\.0\.1 is no tunnel"):
        main.command(given(part=part))


def test_it_does_not_start_before_what_it_opens_is_accepted(given):
    with pytest.raises(BadConfiguration) as caught:
        main.command(given(accept_wider=False))
    assert "nobody is asked for a key" in caught.value.detail
    assert "packets for 10.77.0.1 that come in on another interface" in caught.value.detail
    assert "use server:=lanyard" in caught.value.problems[-1]


def test_what_was_accepted_is_said(given, capsys):
    main.command(given())
    assert "suite: accepted: wider: nobody is asked for a key" in capsys.readouterr().out


def test_a_role_that_the_policy_does_not_have_is_refused(given):
    with pytest.raises(BadConfiguration, match=r"role: boss is no role of .*; it has: .*panel"):
        main.command(given(role="boss"))


def test_without_a_policy_nothing_is_open(given):
    assert values(main.command(given(policy_file="")))["topics_glob"] == "[/-]"


def test_a_machine_without_the_suite_is_told_what_to_install(given, monkeypatch):
    def missing(package):
        raise main.PackageNotFoundError(package)

    monkeypatch.setattr(main, "get_package_prefix", missing)
    with pytest.raises(BadConfiguration, match="rosbridge-suite"):
        main.command(given())

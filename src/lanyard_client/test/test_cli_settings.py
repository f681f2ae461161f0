"""Which gateway, with which key: what goes before what, and what is refused."""

from pathlib import Path

import pytest

from lanyard_client.cli.settings import Options, default_file, read_settings
from lanyard_client.errors import BadSettings

KEY = "lyd_aaaaaaaaaa_" + "s" * 43
OTHER = "lyd_bbbbbbbbbb_" + "t" * 43


class Home:
    """A folder with a settings file, and an environment that leads to it."""

    def __init__(self, folder):
        self.environment = {"XDG_CONFIG_HOME": str(folder)}
        self.file = default_file(self.environment)
        self.file.parent.mkdir()
        self.key_file = self.write("robot.key", KEY + "\n", mode=0o600)

    def write(self, name, text, *, mode=0o600):
        path = self.file.parent / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def config(self, text, **more):
        return self.write("client.ini", text, **more)

    def read(self, *, environment=None, **options):
        return read_settings(Options(**options), self.environment | (environment or {}))


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_the_file_names_gateway_key_robot_and_pins(home):
    home.config(
        f"[default]\nurl = https://robot:8443\nkey_file = {home.key_file}\nrobot = arm-001\n"
        "ca_file = /etc/ca.pem\npins = sha256/a, sha256/b\n"
    )
    settings = home.read()
    assert (settings.url, settings.key, settings.robot) == ("https://robot:8443", KEY, "arm-001")
    assert (settings.ca_file, settings.pins) == (Path("/etc/ca.pem"), ("sha256/a", "sha256/b"))


def test_the_environment_goes_before_the_file_and_an_option_before_both(home):
    home.config(f"[default]\nurl = http://robot\nkey = {KEY}\nrobot = a\n")
    environment = {"LANYARD_KEY": OTHER, "LANYARD_ROBOT": "b"}
    settings = home.read(environment=environment)
    assert (settings.key, settings.robot) == (OTHER, "b")
    assert home.read(environment=environment, key_file=home.key_file).key == KEY


def test_another_section_is_another_gateway(home):
    home.config(f"[default]\nkey = {OTHER}\n[site-b]\nurl = http://b\nkey = {KEY}\n")
    settings = home.read(profile="site-b")
    assert (settings.url, settings.key) == ("http://b", KEY)


def test_a_key_does_not_go_to_another_gateway_than_it_was_written_down_for(home):
    home.config(f"[default]\nurl = https://robot\nkey = {KEY}\n")
    with pytest.raises(BadSettings, match="belongs to https://robot, not to http://elsewhere"):
        home.read(url="http://elsewhere")
    assert home.read(url="https://robot/").key == KEY


@pytest.mark.parametrize("in_config", [True, False])
def test_a_key_that_others_may_read_is_refused_with_the_cure(home, in_config):
    if in_config:
        home.config(f"[default]\nkey = {KEY}\n", mode=0o644)
        given = {}
    else:
        given = {"key_file": home.write("open.key", KEY, mode=0o640)}
    with pytest.raises(BadSettings, match="chmod 600"):
        home.read(**given)


def test_no_key_at_all_says_where_one_could_come_from(home):
    with pytest.raises(BadSettings, match=r"LANYARD_KEY.*--key-file.*client\.ini"):
        home.read()


@pytest.mark.parametrize(
    ("text", "given", "words"),
    [
        ("[default]\nurll = x\n", {}, "urll is not known"),
        ("nonsense", {}, "cannot be read"),
        ("[default]\n", {"profile": "b"}, r"no section \[b\].*there are: default"),
        ("", {"config": Path("/nowhere/x.ini")}, "no file /nowhere"),
        ("", {"key_file": Path("/nowhere/key")}, "/nowhere/key cannot be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(home, text, given, words):
    home.config(text)
    with pytest.raises(BadSettings, match=words):
        home.read(environment={"LANYARD_KEY": KEY} if "key_file" not in given else {}, **given)


def test_settings_show_no_key(home):
    assert KEY not in repr(home.read(environment={"LANYARD_KEY": KEY}))

"""Commands and checks that other packages bring along."""

import sys
import types
from importlib.metadata import EntryPoint

import pytest
import typer

from lanyard_client.cli import doctor, plugins
from lanyard_client.cli.main import main
from lanyard_core.faults import BadConfiguration, NotFound
from lanyard_core.finding import Finding, Grade

calls = []


def sing(arguments):
    calls.append(list(arguments))
    return 7


certs = typer.Typer(help="Certificates.")


@certs.command()
def renew(days: int = 30):
    calls.append(days)


@certs.command()
def show(kind: str):
    if kind == "settings":
        raise BadConfiguration(["no folder", "no name"])
    if kind == "fault":
        raise NotFound("there is no certificate")
    raise FileNotFoundError(2, "No such file", "/certs")


def healthy():
    return [Finding("tyres", Grade.GOOD, "round")]


def broken():
    raise RuntimeError("no idea")


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    """This module as an installed package: two commands, one that cannot be loaded, two checks."""
    module = types.ModuleType("lanyard_of_a_test", "The command ``sing``: makes music.\n\nMore.")
    module.sing, module.certs, module.healthy, module.broken = sing, certs, healthy, broken
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(sing, "__module__", module.__name__)
    calls.clear()
    points = {
        "lanyard.commands": ["sing", "certs", "gone", "status"],
        "lanyard.checks": ["healthy", "broken"],
    }

    def entry_points(*, group):
        return [EntryPoint(name, f"lanyard_of_a_test:{name}", group) for name in points[group]] * 2

    monkeypatch.setattr(plugins, "entry_points", entry_points)
    monkeypatch.setattr(doctor, "entry_points", entry_points)


def test_a_function_gets_the_arguments_as_they_are_and_gives_the_exit_code():
    assert main(["sing", "--loud", "-h", "a song"]) == 7
    assert calls == [["--loud", "-h", "a song"]]


def test_a_typer_application_becomes_a_group_of_commands():
    assert main(["certs", "renew", "--days", "5"]) == 0
    assert calls == [5]


@pytest.mark.parametrize(
    ("kind", "complaints"),
    [
        ("settings", ["lanyard: no folder", "lanyard: no name"]),
        ("fault", ["lanyard: there is no certificate"]),
        ("file", ["lanyard: /certs: No such file"]),
    ],
)
def test_what_it_raises_on_purpose_is_told_in_a_line(capsys, kind, complaints):
    assert main(["certs", "show", kind]) == 1
    assert capsys.readouterr().err.splitlines() == complaints


def test_they_are_listed_with_the_others(capsys):
    main(["--help"])
    listed = capsys.readouterr().out
    assert "Makes music." in listed
    assert "Certificates." in listed
    assert "doctor" in listed


def test_one_that_cannot_be_loaded_takes_no_other_with_it(capsys):
    assert main(["--help"]) == 0
    assert "the command gone cannot be loaded" in capsys.readouterr().err


def test_our_own_commands_are_neither_replaced_nor_slowed_down(monkeypatch):
    monkeypatch.setattr(plugins, "_add", lambda *_: pytest.fail("a module was loaded in vain"))
    assert main(["status", "--help"]) == 0


def test_checks_of_others_are_asked_and_one_that_fails_is_a_finding():
    by_name = {finding.name: finding for finding in doctor._findings_of_others()}
    assert by_name["tyres"].detail == "round"
    assert by_name["broken"].grade is Grade.WARNING
    assert "RuntimeError: no idea" in by_name["broken"].detail

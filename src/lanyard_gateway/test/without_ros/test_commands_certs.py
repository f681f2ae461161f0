"""The command ``certs``: what it makes, believed by OpenSSL, and what it refuses."""

from __future__ import annotations

import ssl
import stat

import pytest
from cryptography.x509 import ExtendedKeyUsage

from lanyard_gateway.commands.certs import main
from lanyard_gateway.doors.certificates import names_of, pin_of, read_certificate


def test_a_certificate_is_made_with_its_authority(tmp_path, capsys):
    assert main(["create", "--folder", str(tmp_path), "robot.local", "10.8.0.1"]) == 0
    told = capsys.readouterr().out
    made = read_certificate(tmp_path / "robot.local.pem")
    assert names_of(made) == ["robot.local", "10.8.0.1"]
    assert pin_of(made) in told
    assert f"tls.certificate:={tmp_path / 'robot.local.pem'}" in told
    for name in ("ca.key", "robot.local.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    made.verify_directly_issued_by(read_certificate(tmp_path / "ca.pem"))
    ssl.create_default_context(cafile=tmp_path / "ca.pem")


def test_a_renewed_certificate_keeps_its_pin_and_its_authority(tmp_path, capsys):
    for _ in range(2):
        assert main(["create", "--folder", str(tmp_path), "robot.local"]) == 0
    told = capsys.readouterr().out
    pins = [line.split()[1] for line in told.splitlines() if line.startswith("pin")]
    assert len(pins) == 2
    assert pins[0] == pins[1]
    assert told.count("made the authority") == 1


def test_a_client_gets_a_certificate_for_clients_only(tmp_path):
    assert main(["client", "--folder", str(tmp_path), "wms"]) == 0
    made = read_certificate(tmp_path / "wms.pem")
    purposes = made.extensions.get_extension_for_class(ExtendedKeyUsage).value
    assert [each.dotted_string for each in purposes] == ["1.3.6.1.5.5.7.3.2"]


@pytest.mark.parametrize("name", ["", "a b", "../evil", "robot..local", "rö.local"])
def test_what_is_no_name_is_refused(tmp_path, capsys, name):
    assert main(["create", "--folder", str(tmp_path), name]) == 1
    assert "neither an address nor a name" in capsys.readouterr().err


def test_what_is_no_certificate_is_said(tmp_path, capsys):
    (tmp_path / "x.pem").write_text("nothing")
    assert main(["show", str(tmp_path / "x.pem")]) == 1
    assert "no certificate" in capsys.readouterr().err

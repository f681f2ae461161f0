"""One demo per domain and per state folder."""

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_runner.claims import claim_domain, claim_folder

DOMAIN = 1017  # beyond any real one, so that no demo has it


def test_a_domain_is_claimed_once_at_a_time():
    message = f"DOMAIN_ID={DOMAIN} is used by another demo"
    with claim_domain(DOMAIN), pytest.raises(BadConfiguration, match=message):
        claim_domain(DOMAIN).__enter__()
    with claim_domain(DOMAIN):
        pass


def test_a_state_folder_is_made_for_us_alone(tmp_path):
    with claim_folder(tmp_path / "a" / "state"):
        assert (tmp_path / "a" / "state").stat().st_mode & 0o777 == 0o700


def test_a_state_folder_is_claimed_once_at_a_time(tmp_path):
    message = "is used by another demo"
    with claim_folder(tmp_path), pytest.raises(BadConfiguration, match=message):
        claim_folder(tmp_path).__enter__()
    with claim_folder(tmp_path):
        pass


def test_a_state_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadConfiguration, match="cannot be made: Not a directory"):
        claim_folder(tmp_path / "file" / "state").__enter__()

"""A fresh API key for each run of the demo."""

import json

import pytest

from lanyard_core.access.keys import key_id_of
from lanyard_core.faults import BadConfiguration
from lanyard_runner.development_key import renew_development_key


@pytest.fixture
def file(tmp_path):
    return tmp_path / "keys.json"


def test_the_file_knows_the_new_key_and_holds_none_of_its_secret(file):
    key = renew_development_key(file)
    assert key_id_of(key) in file.read_text()
    assert key.split("_", 2)[2] not in file.read_text()


def test_the_key_before_it_is_gone(file):
    before = renew_development_key(file)
    after = renew_development_key(file)
    (record,) = json.loads(file.read_text())["keys"]
    assert key_id_of(before) != key_id_of(after)
    assert record["name"] == "demo"


def test_a_key_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadConfiguration, match="no API key could be made"):
        renew_development_key(tmp_path / "file" / "keys.json")

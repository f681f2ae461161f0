"""The demo lets those who may use rosbridge read tf, and opens nothing else."""

from pathlib import Path

import pytest
import yaml

from lanyard_runner.demo_policy import write_demo_policy

SHIPPED = Path(__file__).resolve().parents[3] / "config/policy.yaml"


@pytest.fixture
def policy(tmp_path):
    write_demo_policy(SHIPPED, tmp_path / "policy.yaml")
    return yaml.safe_load((tmp_path / "policy.yaml").read_text())


@pytest.mark.parametrize("role", ["operator", "maintainer", "admin"])
def test_who_may_use_rosbridge_reads_tf_and_publishes_nothing(policy, role):
    assert policy["roles"][role]["topics"] == {"subscribe": ["/tf", "/tf_static"]}


@pytest.mark.parametrize("role", ["viewer", "integrator", "robot"])
def test_who_may_not_gets_nothing(policy, role):
    assert "topics" not in policy["roles"][role]


def test_all_else_is_as_shipped(policy):
    shipped = yaml.safe_load(SHIPPED.read_text())
    for role in policy["roles"].values():
        role.pop("topics", None)
    assert policy == shipped

import pytest

from lanyard_node_support.parameter_schema import load_declarations
from lanyard_sim.settings import FAULT_GROUP, Faults, faults_from, settings_from


def test_the_defaults_make_settings(parameters):
    settings = settings_from(parameters)
    assert settings.rates.step == 200.0
    assert settings.base.command_timeout_s == 0.2
    assert len(settings.arm.start_positions_rad) == 6


def test_a_robot_starts_without_faults(parameters):
    faults = settings_from(parameters).faults
    assert faults == Faults(mute_odometry=False, hot_joint="", low_battery=False, stuck_base=False)


def test_every_parameter_reaches_the_settings(parameters):
    used = _Spy(parameters)
    settings_from(used)
    assert used.unread == {"frame_prefix"}, "frame_prefix goes to the messages; the rest is for us"


def test_each_fault_parameter_sets_its_own_fault(parameters):
    assert faults_from({**parameters, "fault.mute_odometry": True}).mute_odometry
    assert faults_from({**parameters, "fault.hot_joint": "joint_2"}).hot_joint == "joint_2"
    assert faults_from({**parameters, "fault.low_battery": True}).low_battery
    assert faults_from({**parameters, "fault.stuck_base": True}).stuck_base


def test_only_faults_can_be_changed_while_the_robot_runs():
    declarations = load_declarations("lanyard_sim").values()
    changeable = {item.name for item in declarations if not item.read_only}
    assert changeable == {item.name for item in declarations if item.name.startswith(FAULT_GROUP)}


@pytest.mark.parametrize("driver", ["base", "arm"])
def test_no_configuration_gives_a_driver_more_than_a_quarter_of_a_second(driver):
    declaration = load_declarations("lanyard_sim")[f"{driver}.command_timeout_s"]
    assert declaration.convert(0.25) == 0.25
    with pytest.raises(ValueError, match=r"between 0\.02 and 0\.25"):
        declaration.convert(0.251)


def test_a_fault_on_a_joint_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="joint_6"):
        load_declarations("lanyard_sim")["fault.hot_joint"].convert("joint_7")


class _Spy(dict):
    """A mapping that remembers what nobody asked for."""

    def __init__(self, values: dict[str, object]) -> None:
        super().__init__(values)
        self.unread = set(values)

    def __getitem__(self, name: str) -> object:
        self.unread.discard(name)
        return super().__getitem__(name)

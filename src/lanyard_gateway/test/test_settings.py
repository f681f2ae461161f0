import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_gateway.settings import is_loopback, read_settings
from lanyard_node_support.parameter_schema import load_declarations


def settings(**changed):
    values = {
        name: declaration.default
        for name, declaration in load_declarations("lanyard_gateway").items()
    }
    return read_settings({**values, **{name.replace("__", "."): v for name, v in changed.items()}})


def problems(**changed):
    with pytest.raises(BadConfiguration) as caught:
        settings(**changed)
    return list(caught.value.problems)


def test_the_defaults_serve_one_robot_on_loopback_and_let_no_page_in():
    found = settings()
    assert (found.host, found.port) == ("127.0.0.1", 8080)
    assert [(robot.robot_id, robot.namespace) for robot in found.robots] == [
        ("arm-001", "/arm_001")
    ]
    assert found.allowed_origins == ()
    assert found.ready_file is None


def test_files_lie_in_the_state_folder_unless_named(tmp_path):
    found = settings(state_dir=str(tmp_path), keys_file="/etc/lanyard/keys.json")
    assert str(found.keys_file) == "/etc/lanyard/keys.json"
    assert found.task_store == tmp_path / "tasks.sqlite3"


@pytest.mark.parametrize(
    "entry", ["", "arm-001", "arm-001=arm_001", "arm 1=/a", "=/a", "a=/1a", "a=/a/", "a=/a-b"]
)
def test_an_entry_that_is_no_robot_is_refused_with_an_example(entry):
    (problem,) = problems(robots=[entry])
    assert repr(entry) in problem
    assert "arm-001=/arm_001" in problem


def test_two_robots_may_share_neither_id_nor_namespace():
    prefix = "{name}/"
    (same_id,) = problems(robots=["a=/a", "a=/b"], tf__frame_prefix=prefix)
    (same_namespace,) = problems(robots=["a=/a", "b=/a"], tf__frame_prefix=prefix)
    assert "twice" in same_id
    assert "namespace /a" in same_namespace


def test_robots_that_share_a_tf_topic_need_frames_of_their_own():
    (problem,) = problems(robots=["a=/a", "b=/b"])
    assert "frame_prefix" in problem
    settings(robots=["a=/a", "b=/b"], tf__frame_prefix="{name}/")
    settings(robots=["a=/a", "b=/b"], tf__topic="tf", tf__static_topic="tf_static")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "robot.example.org"])
def test_plain_http_that_others_can_reach_is_refused_unless_it_is_wanted(host):
    (problem,) = problems(host=host)
    assert "insecure" in problem
    assert settings(host=host, insecure=True).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_loopback_addresses_are_known(host):
    assert is_loopback(host)


@pytest.mark.parametrize("origin", ["*", "panel.example.org", "https://panel.example.org/page"])
def test_an_origin_that_is_none_is_refused(origin):
    (problem,) = problems(allowed_origins=[origin])
    assert repr(origin) in problem


def test_every_problem_is_told_at_once():
    assert len(problems(host="0.0.0.0", robots=["x"], allowed_origins=["*"])) == 3


@pytest.mark.parametrize("name", ["", "/camera", "a b", "9"])
def test_a_camera_is_a_name_below_the_robots_namespace(name):
    (problem,) = problems(cameras=[name])
    assert problem.startswith(f"cameras: {name!r}")
    assert settings(cameras=["front", "arm/wrist", "front"]).cameras == ("front", "arm/wrist")
    assert settings(cameras=[]).cameras == ()

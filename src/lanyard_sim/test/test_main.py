import signal

import pytest


def test_a_stop_signal_ends_it_in_order(start_sim, probe, namespace):
    with start_sim() as process:
        probe.wait_for(lambda: ("sim", namespace) in probe.node.get_node_names_and_namespaces())
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30.0)
    assert process.returncode == 0
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("base__command_timeout_s", 0.5), ("arm__command_timeout_s", 0.5), ("rates__step_hz", 50.0)],
)
def test_a_value_out_of_bounds_keeps_it_from_starting_and_is_named(start_sim, parameter, value):
    with start_sim(**{parameter: value}) as process:
        output, _ = process.communicate(timeout=30.0)
    assert process.returncode == 2
    assert parameter.replace("__", ".") in output
    assert "Traceback" not in output

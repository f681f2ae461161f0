"""What holds for the tests of all packages: real time is watched."""

import pytest
import real_time


def pytest_configure(config: pytest.Config) -> None:
    """Load what begins tests in real time again when the machine held them up."""
    if not config.pluginmanager.is_registered(real_time):
        config.pluginmanager.register(real_time)

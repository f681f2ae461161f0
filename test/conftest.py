"""What holds for all tests over processes: real time is watched."""

import pytest
import real_time


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.is_registered(real_time):
        config.pluginmanager.register(real_time)

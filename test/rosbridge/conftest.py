"""The bridge as a process, a ROS peer in this one, and clients: bare, roslibpy and roslib."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rosbridge_rig.bridge import Bridge
from rosbridge_rig.client import Client, PageScenario, Scenario
from rosbridge_rig.peer import Peer
from rosbridge_rig.proxy import Proxy
from rosbridge_rig.site import Site
from rosbridge_rig.work import serve_work
from waiting import wait_for

from lanyard_dashboard.node import npm_command
from lanyard_dashboard.testing import node_command

SCENARIOS = Path(__file__).parent / "javascript"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "ignore:module 'sre_:DeprecationWarning")


@pytest.fixture(scope="session")
def domain_id() -> int:
    return random.randint(1, 99)


@pytest.fixture(scope="session")
def peer(domain_id: int) -> Iterator[Peer]:
    made = Peer(domain_id)
    yield made
    made.close()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Whose pages use roslib."""
    made = Site(SCENARIOS)
    yield made
    made.close()


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, domain_id: int, site: Site
) -> Iterator[Bridge]:
    """The bridge; it must end well and have logged no error of the program."""
    made = Bridge(tmp_path_factory.mktemp("rosbridge"), domain_id, origin=site.origin)
    made.start()
    yield made
    assert made.stop() == 0
    print(made.log)
    assert "Traceback" not in made.log


@pytest.fixture
def client(server: Bridge, peer: Peer) -> Iterator[Client]:
    """One of bare frames, which may do everything."""
    with server.connect() as socket:
        yield Client(socket)


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], object]:
    """Waits until a condition gives something true, or fails at a deadline."""
    return wait_for


@pytest.fixture
def start() -> Iterator[Callable[..., Scenario]]:
    """Starts clients; they are ended with the test."""
    started: list[Scenario] = []

    def begin(*command: str, **environment: str) -> Scenario:
        made = Scenario([*command], {**os.environ, **environment})
        started.append(made)
        return made

    yield begin
    for each in started:
        each.close()


@pytest.fixture
def worker(peer: Peer) -> Iterator[None]:
    """An action server of the graph, ``/work``; it refuses tasks of the type "reject"."""
    made = serve_work(peer.node)
    yield
    made.destroy()


@pytest.fixture(scope="session")
def libraries() -> None:
    """roslib in its two versions, from npm, as the lock file has them."""
    if not (SCENARIOS / "node_modules").exists():
        subprocess.run([*npm_command(), "ci", "--ignore-scripts"], cwd=SCENARIOS, check=True)


@pytest.fixture(params=["Node", "Chromium"])
def place(request: pytest.FixtureRequest) -> str:
    """Where roslib runs."""
    return str(request.param)


@pytest.fixture
def me(version: str, place: str) -> str:
    """What a scenario calls itself in the names of what it serves."""
    return f"roslib_{version}_in_{place}"


@pytest.fixture
def proxy(server: Bridge, site: Site, place: str) -> Iterator[Proxy]:
    """What stands between roslib and the bridge: it can be cut."""
    made = Proxy(server, key=server.keys["panel"] if place == "Node" else None)
    site.lead_to(server, proxy_url=made.url)
    yield made
    made.close()


@pytest.fixture
def roslib(
    request: pytest.FixtureRequest,
    libraries: None,
    version: str,
    place: str,
    me: str,
    site: Site,
    proxy: Proxy,
    peer: Peer,
) -> Iterator[Callable[[str], Scenario | PageScenario]]:
    """Starts a scenario of roslib, version 1 (1.4.1) or 2 (2.1.0), in Node or in a browser."""
    script = str(SCENARIOS / "scenario.mjs")
    with contextlib.ExitStack() as pages:

        def in_node(name: str) -> Scenario:
            command = [*node_command(), "--no-warnings", script, version, me, proxy.url, name]
            made: Scenario = request.getfixturevalue("start")(*command)
            return made

        def in_chromium(name: str) -> PageScenario:
            context = request.getfixturevalue("browser").new_context()
            pages.callback(context.close)
            made = PageScenario(context.new_page())
            made.open(f"{site.origin}/page.html?version={version}&me={me}&name={name}")
            return made

        yield in_node if place == "Node" else in_chromium

"""Runs the tests of the JavaScript modules with Node's own runner, and checks the page's types."""

import pathlib
import subprocess

import pytest

from lanyard_dashboard import building, node, testing

FOLDER = pathlib.Path(__file__).parent / "javascript"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.test.mjs")), ids=lambda path: path.name)
def test_javascript(path):
    done = subprocess.run(
        [*testing.node_command(), "--test", str(path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# pass 0\n" not in done.stdout, "no test was run"


@pytest.mark.parametrize("script", ["test.mjs", "node_modules/typescript/bin/tsc"])
def test_the_page(script):
    """Its rules hold (``npm test``), and its types fit (``npm run check``)."""
    done = subprocess.run(
        [str(node.find_node()), script], cwd=building.SOURCES, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# pass 0\n" not in done.stdout, "no test was run"


@pytest.mark.parametrize("version", [None, "v18.19.0", "nonsense"])
def test_without_a_node_that_is_new_enough_it_is_said_what_to_do(monkeypatch, tmp_path, version):
    if version is not None:
        old = tmp_path / "node"
        old.write_text(f"#!/bin/sh\necho {version}\n" if version[0] == "v" else "#!/bin/sh\nfalse")
        old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setattr(node.shutil, "which", lambda _: version and str(tmp_path / "node"))
    monkeypatch.setattr(node.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(RuntimeError, match="make setup"):
        testing.node_command()

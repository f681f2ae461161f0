"""The page is built when its sources have changed, and not otherwise."""

import subprocess

import pytest

from lanyard_dashboard import building


@pytest.fixture
def tree(monkeypatch, tmp_path):
    """A small source tree, with npm replaced by what it would leave."""
    sources, static = tmp_path / "page", tmp_path / "static"
    (static / "lanyard").mkdir(parents=True)
    (static / "lanyard" / "index.js").write_text("client")
    (sources / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "src/main.tsx"):
        (sources / name).write_text(name)
    monkeypatch.setattr(building, "static_folder", lambda: static)
    monkeypatch.setattr(building, "built_folder", lambda: static / "built")
    monkeypatch.setattr(building, "npm_command", lambda: ["/somewhere/bin/npm"])
    return sources


class Npm:
    """Remembers what it was told."""

    def __init__(self, sources):
        self._sources = sources
        self.told = []

    def __call__(self, command, *, cwd, check, env):
        assert cwd == self._sources
        assert check
        assert env["PATH"].startswith("/somewhere/bin:"), "npm's scripts would not find node"
        self.told.append(command[1])
        made = self._sources / "node_modules" if command[1] == "ci" else building.built_folder()
        made.mkdir(exist_ok=True)


def told(tree):
    npm = Npm(tree)
    building.build(tree, run=npm)
    return npm.told


def test_the_first_time_libraries_are_installed_and_the_page_is_built(tree):
    assert told(tree) == ["ci", "run"]


def test_a_second_time_nothing_is_done(tree):
    told(tree)
    assert told(tree) == []


@pytest.mark.parametrize("name", ["page/src/main.tsx", "static/lanyard/index.js"])
def test_a_source_that_has_changed_is_built_without_installing(tree, name):
    told(tree)
    (tree.parent / name).write_text("changed")
    assert told(tree) == ["run"]


def test_another_lock_file_installs_and_builds(tree):
    told(tree)
    (tree / "package-lock.json").write_text("changed")
    assert told(tree) == ["ci", "run"]


def test_what_was_made_but_taken_away_is_made_again(tree):
    told(tree)
    (building.built_folder() / building._STAMP).unlink()
    assert told(tree) == ["run"]


def test_without_sources_it_says_where_the_page_is_built(tmp_path):
    with pytest.raises(RuntimeError, match="checkout"):
        building.build(tmp_path)


@pytest.mark.parametrize(
    "error", [RuntimeError("no Node"), subprocess.CalledProcessError(1, ["npm", "ci"])]
)
def test_as_a_command_it_says_what_is_wrong_in_one_line(monkeypatch, capsys, error):
    def fail():
        raise error

    monkeypatch.setattr(building, "build", fail)
    assert building.main() == 1
    assert capsys.readouterr().err == f"page: {error}\n"


@pytest.mark.parametrize(("changed", "words"), [(True, "built"), (False, "nothing has changed")])
def test_as_a_command_it_says_whether_it_was_built(monkeypatch, capsys, changed, words):
    monkeypatch.setattr(building, "build", lambda: changed)
    assert building.main() == 0
    assert words in capsys.readouterr().out

"""Requirements of the dashboard's files: built, complete, self-contained, nothing inline."""

import json
import re

import pytest

from lanyard_dashboard import building, built_folder, is_built, static_folder

PAGE = (static_folder() / "index.html").read_text(encoding="utf-8")
OURS = sorted([static_folder() / "index.html", *(static_folder() / "lanyard").glob("*.js")])


def test_the_page_is_built():
    assert is_built(), "run `make setup`"


def test_every_file_that_the_page_names_is_there():
    named = re.findall(r'(?:href|src)="([^"]+)"', PAGE)
    assert {"built/app.css", "built/app.js", "icon.svg"} <= set(named)
    assert [name for name in named if not (static_folder() / name).is_file()] == []


def test_every_part_that_the_program_loads_is_there():
    for script in built_folder().glob("*.js"):
        for name in re.findall(r'(?:from|import)\(?"(\./[^"]+)"', script.read_text("utf-8")):
            assert (script.parent / name).is_file(), f"{script.name} imports {name}"


def test_every_module_that_the_client_imports_is_there():
    for script in (static_folder() / "lanyard").glob("*.js"):
        for name in re.findall(r'from "(\.[^"]+)"', script.read_text(encoding="utf-8")):
            assert (script.parent / name).is_file(), f"{script.name} imports {name}"


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.name)
def test_nothing_is_loaded_from_another_place(path):
    text = path.read_text(encoding="utf-8")
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.parametrize("path", sorted(built_folder().glob("*.css")), ids=lambda p: p.name)
def test_no_style_loads_anything(path):
    assert "url(" not in path.read_text("utf-8").replace("url(data:", "")


def test_the_page_has_no_inline_script_or_style():
    assert not re.search(r"<script(?![^>]*src=)", PAGE)
    assert "<style" not in PAGE
    assert not re.search(r'\s(?:on\w+|style)="', PAGE)


def test_every_library_has_one_exact_version():
    package = json.loads((building.SOURCES / "package.json").read_text("utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert {n: v for n, v in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", v)} == {}

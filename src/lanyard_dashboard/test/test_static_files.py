"""Requirements of the dashboard's files: complete, self-contained, nothing inline."""

import re

import pytest

from lanyard_dashboard import static_folder

PAGE = (static_folder() / "index.html").read_text(encoding="utf-8")
FILES = sorted(path for path in static_folder().rglob("*") if path.is_file())


def test_every_file_that_the_page_names_is_there():
    named = re.findall(r'(?:href|src)="([^"]+)"', PAGE)
    assert {"style.css", "app.js", "icon.svg"} <= set(named)
    assert [name for name in named if not (static_folder() / name).is_file()] == []


def test_every_module_that_a_script_imports_is_there():
    for script in static_folder().rglob("*.js"):
        for name in re.findall(r'from "(\.[^"]+)"', script.read_text(encoding="utf-8")):
            assert (script.parent / name).is_file(), f"{script.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_nothing_is_loaded_from_another_place(path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "http://" not in text
    assert "https://" not in text


def test_the_page_has_no_inline_script_or_style():
    assert not re.search(r"<script(?![^>]*src=)", PAGE)
    assert "<style" not in PAGE
    assert not re.search(r'\s(?:on\w+|style)="', PAGE)


def test_every_element_that_a_script_asks_for_is_on_the_page():
    script = (static_folder() / "app.js").read_text(encoding="utf-8")
    wanted = set(re.findall(r'\$\("([\w-]+)"\)', script))
    assert wanted
    assert [name for name in sorted(wanted) if f'id="{name}"' not in PAGE] == []

"""The documentation's links lead somewhere, and its pictures are there."""

import re

import pytest

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def pages(root):
    return [root / "README.md", *sorted(root.glob("docs/*.md"))]


def broken_links(page):
    """Relative links of a page that lead nowhere."""
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    inside = [target for target in targets if not re.match(r"[a-z]+:", target)]
    return [target for target in inside if not (page.parent / target).exists()]


def test_every_link_inside_the_repository_leads_somewhere(root):
    broken = {page.name: broken_links(page) for page in pages(root)}
    assert {name: links for name, links in broken.items() if links} == {}


def test_no_page_waits_for_something_to_be_filled_in(root):
    waiting = {page.name: re.findall(r"@@\w+@@", page.read_text("utf-8")) for page in pages(root)}
    assert {name: marks for name, marks in waiting.items() if marks} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [("[a](there.md#part)", []), ("[a](gone.md)", ["gone.md"]), ("[a](https://x.org/y)", [])],
)
def test_a_broken_link_is_seen(tmp_path, text, found):
    (tmp_path / "there.md").touch()
    page = tmp_path / "page.md"
    page.write_text(text)
    assert broken_links(page) == found

"""Modules stay under 300 lines and functions under 40, so that each holds one idea."""

import ast

MODULE_LINES = 300
FUNCTION_LINES = 40
SCRIPTS = {".js", ".mjs", ".ts", ".tsx", ".css"}


def test_no_module_is_longer_than_300_lines(modules):
    long = [
        f"{module.where}: {module.text.count(chr(10))} lines"
        for module in modules
        if module.text.count("\n") >= MODULE_LINES
    ]
    assert long == []


def test_no_script_or_style_of_the_page_is_longer_than_300_lines(root):
    folders = ("page", "lanyard_dashboard/static/lanyard")
    found = [f for each in folders for f in (root / "src/lanyard_dashboard" / each).rglob("*.*")]
    ours = [f for f in found if f.suffix in SCRIPTS and "node_modules" not in f.parts]
    assert ours
    lines = {f.name: f.read_text("utf-8").count("\n") for f in ours}
    assert {name: count for name, count in lines.items() if count >= MODULE_LINES} == {}


def test_no_function_is_longer_than_40_lines(modules):
    long = [
        f"{module.where}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    ]
    assert long == []

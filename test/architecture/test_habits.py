"""Habits that a reviewer would have to remember: bounded queues, steady clocks, docstrings."""

import ast

import pytest

BOUNDED_BY = {"deque": "maxlen", "Queue": "maxsize", "PriorityQueue": "maxsize"}


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def called_name(call):
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def unbounded_queues(tree):
    """Lines on which a queue is made without a bound."""
    found = []
    for call in calls(tree):
        name = called_name(call)
        if name in ("SimpleQueue", "LifoQueue"):
            found.append(call.lineno)
        elif name in BOUNDED_BY:
            bounded = any(keyword.arg == BOUNDED_BY[name] for keyword in call.keywords)
            positional = len(call.args) >= (2 if name == "deque" else 1)
            if not bounded and not positional:
                found.append(call.lineno)
    return found


def timers_without_clock(tree):
    """Lines on which a ROS timer is made that follows the wall clock."""
    return [
        call.lineno
        for call in calls(tree)
        if called_name(call) == "create_timer"
        and not any(keyword.arg == "clock" for keyword in call.keywords)
    ]


def undocumented(module):
    """Public modules, classes and functions (one level deep) without a docstring."""
    found = [] if ast.get_docstring(module.tree) else [f"{module.where}: module"]
    for node in module.tree.body:
        kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        if not isinstance(node, kinds) or node.name.startswith("_") or is_overload(node):
            continue
        if not ast.get_docstring(node):
            found.append(f"{module.where}:{node.lineno} {node.name}")
    return found


def is_overload(node):
    return any(isinstance(d, ast.Name) and d.id == "overload" for d in node.decorator_list)


def test_every_queue_has_a_bound(modules):
    found = [f"{m.where}:{line}" for m in modules for line in unbounded_queues(m.tree)]
    assert found == []


def test_every_ros_timer_names_its_clock(modules):
    found = [f"{m.where}:{line}" for m in modules for line in timers_without_clock(m.tree)]
    assert found == []


def test_every_public_name_has_a_docstring(modules):
    assert [line for module in modules for line in undocumented(module)] == []


@pytest.mark.parametrize(
    "code",
    ["deque()", "deque([1])", "asyncio.Queue()", "queue.SimpleQueue()", "queue.Queue()"],
)
def test_an_unbounded_queue_is_seen(code):
    assert unbounded_queues(ast.parse(code)) == [1]


@pytest.mark.parametrize("code", ["deque(maxlen=2)", "deque([], 2)", "asyncio.Queue(5)"])
def test_a_bounded_queue_is_let_through(code):
    assert unbounded_queues(ast.parse(code)) == []


def test_a_timer_on_the_wall_clock_is_seen():
    assert timers_without_clock(ast.parse("node.create_timer(0.1, tick)")) == [1]
    assert timers_without_clock(ast.parse("node.create_timer(0.1, tick, clock=c)")) == []

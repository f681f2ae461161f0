"""Turns a launch file and its arguments into the list of nodes to start, as launch_ros would.

Scopes follow launch_ros: a variable that is set stays set to the end of its group, and what an
included file sets reaches its includer. Reads launch files through a function that is handed in;
starts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from lanyard_core.faults import BadConfiguration
from lanyard_runner.launch_xml import Tag, read_launch_text
from lanyard_runner.substitutions import SubstitutionError, Surroundings, resolve

MAX_INCLUDES = 10


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter given by name; ``value`` is YAML text, as in launch_ros."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class NodePlan:
    """One node to start; of ``parameters`` (files and single values, in order) later ones win."""

    name: str
    package: str
    executable: str
    namespace: str
    parameters: tuple[Path | Parameter, ...] = ()
    remappings: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    place: str = ""

    @property
    def full_name(self) -> str:
        """Namespace and name, such as ``/arm_001/control``."""
        return f"{self.namespace.rstrip('/')}/{self.name}"


def plan_nodes(
    path: Path,
    *,
    arguments: Mapping[str, str],
    surroundings: Surroundings,
    read_text: Callable[[Path], str] = Path.read_text,
) -> tuple[NodePlan, ...]:
    """The nodes of a launch file; BadConfiguration names every problem and its place."""
    planner = _Planner(surroundings, read_text)
    scope = _Scope(dict(arguments))
    planner.run_file(path, given=arguments, scope=scope, place=str(path))
    planner.check_names()
    if planner.problems:
        raise BadConfiguration(planner.problems)
    return tuple(planner.nodes)


@dataclass(slots=True)
class _Scope:
    variables: dict[str, str]
    namespace: str = "/"
    includes: int = 0

    def copy(self) -> _Scope:
        return replace(self, variables=dict(self.variables))


@dataclass(slots=True)
class _Planner:
    surroundings: Surroundings
    read_text: Callable[[Path], str]
    nodes: list[NodePlan] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def run_file(self, path: Path, *, given: Iterable[str], scope: _Scope, place: str) -> None:
        try:
            text = self.read_text(path)
        except OSError as error:
            raise BadConfiguration([f"{place}: cannot read {path}: {error.strerror}"]) from error
        tag = read_launch_text(text, file=path.name)
        declared = {child.attributes["name"] for child in tag.children if child.name == "arg"}
        for name in sorted(set(given) - declared):
            known = ", ".join(sorted(declared)) or "none"
            self.problems.append(f"{place}: {path.name} has no argument {name!r}; it has: {known}")
        self.run_all(tag.children, scope)

    def run_all(self, tags: tuple[Tag, ...], scope: _Scope) -> None:
        for tag in tags:
            try:
                self._run(tag, scope)
            except SubstitutionError as error:
                self.problems.append(f"{tag.place}: {error}")

    def _run(self, tag: Tag, scope: _Scope) -> None:
        if not self._wanted(tag, scope):
            return
        actions: dict[str, Callable[[Tag, _Scope], None]] = {
            "arg": self._declare,
            "let": self._let,
            "include": self._include,
            "group": lambda group, outer: self.run_all(group.children, outer.copy()),
            "push_ros_namespace": self._push_namespace,
            "node": self._node,
        }
        actions[tag.name](tag, scope)

    def _text(self, tag: Tag, attribute: str, scope: _Scope) -> str:
        return resolve(
            tag.attributes[attribute], variables=scope.variables, surroundings=self.surroundings
        )

    def _wanted(self, tag: Tag, scope: _Scope) -> bool:
        for attribute in ("if", "unless"):
            if attribute in tag.attributes:
                value = self._text(tag, attribute, scope).strip().lower()
                if value not in ("true", "1", "false", "0"):
                    raise SubstitutionError(f"{attribute}={value!r} must be true or false")
                if (value in ("true", "1")) != (attribute == "if"):
                    return False
        return True

    def _declare(self, tag: Tag, scope: _Scope) -> None:
        name = self._text(tag, "name", scope)
        if name in scope.variables:
            return
        if "default" not in tag.attributes:
            raise SubstitutionError(f"argument {name!r} has no default: give {name}:=value")
        scope.variables[name] = self._text(tag, "default", scope)

    def _let(self, tag: Tag, scope: _Scope) -> None:
        scope.variables[self._text(tag, "name", scope)] = self._text(tag, "value", scope)

    def _include(self, tag: Tag, scope: _Scope) -> None:
        for argument in tag.children:
            self._let(argument, scope)
        if scope.includes >= MAX_INCLUDES:
            raise SubstitutionError("files include one another in a circle")
        scope.includes += 1
        self.run_file(
            Path(self._text(tag, "file", scope)),
            given=[self._text(argument, "name", scope) for argument in tag.children],
            scope=scope,
            place=tag.place,
        )
        scope.includes -= 1

    def _push_namespace(self, tag: Tag, scope: _Scope) -> None:
        scope.namespace = _join(scope.namespace, self._text(tag, "namespace", scope))

    def _node(self, tag: Tag, scope: _Scope) -> None:
        texts = {name: self._text(tag, name, scope) for name in ("name", "pkg", "exec")}
        inner = self._text(tag, "namespace", scope) if "namespace" in tag.attributes else ""
        plan = NodePlan(
            name=texts["name"],
            package=texts["pkg"],
            executable=texts["exec"],
            namespace=_join(scope.namespace, inner),
            parameters=tuple(
                Path(self._text(child, "from", scope))
                if "from" in child.attributes
                else Parameter(self._text(child, "name", scope), self._text(child, "value", scope))
                for child in tag.children
                if child.name == "param"
            ),
            remappings=self._pairs(tag, "remap", ("from", "to"), scope),
            environment=self._pairs(tag, "env", ("name", "value"), scope),
            place=tag.place,
        )
        self.nodes.append(plan)

    def _pairs(
        self, tag: Tag, kind: str, keys: tuple[str, str], scope: _Scope
    ) -> tuple[tuple[str, str], ...]:
        first, second = keys
        return tuple(
            (self._text(child, first, scope), self._text(child, second, scope))
            for child in tag.children
            if child.name == kind
        )

    def check_names(self) -> None:
        seen: dict[str, NodePlan] = {}
        for node in self.nodes:
            other = seen.setdefault(node.name, node)
            if other is not node:
                self.problems.append(
                    f"{node.place}: the name {node.name!r} is taken by {other.place};"
                    " nodes that are started together need names of their own"
                )


def _join(outer: str, inner: str) -> str:
    """``inner`` below ``outer``; an absolute ``inner`` stands for itself."""
    if not inner:
        return outer
    if inner.startswith("/"):
        return inner.rstrip("/") or "/"
    return f"{outer.rstrip('/')}/{inner.rstrip('/')}"

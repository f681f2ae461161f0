"""Which tasks a caller may see and touch: those of robots that it may use.

A task that no robot has yet belongs to every robot that may carry it out. A task of somebody else's
robot is as good as none.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import HTTPConnection

from lanyard_core.access.principal import Principal
from lanyard_core.access.scopes import Scope
from lanyard_core.faults import Conflict, Forbidden, NotFound
from lanyard_core.task.model import Task
from lanyard_core.task.order import ANY_ROBOT
from lanyard_gateway.dispatch.views import TaskView
from lanyard_gateway.web.auth import authorize
from lanyard_gateway.web.context import AppContext, context_of


async def own_task(context: AppContext, principal: Principal, task_id: str) -> TaskView:
    """The task, as it is now; raises NotFound."""
    view = await context.tasks.get(task_id)
    is_own = visible_to(context, principal)
    if is_own is not None and not is_own(view.task):
        raise NotFound(f"there is no task {task_id!r}")
    return view


def visible_to(context: AppContext, principal: Principal) -> Callable[[Task], bool] | None:
    """Tells the tasks that a caller may see; None: it may see all."""
    if principal.may_use_all:
        return None

    def is_own(task: Task) -> bool:
        if task.assigned_robot_id is not None:
            return principal.may_use(task.assigned_robot_id)
        return any(principal.may_use(robot_id) for robot_id in context.tasks.robots_for(task))

    return is_own


def robots_of(context: AppContext, principal: Principal) -> frozenset[str] | None:
    """The robots that a caller may use; None: all."""
    if principal.may_use_all:
        return None
    return frozenset(robot_id for robot_id in context.robots if principal.may_use(robot_id))


def robots_to_choose_from(
    connection: HTTPConnection, principal: Principal, robot_id: str | None
) -> frozenset[str] | None:
    """The robots that may be given the caller's task; None: any.

    Raises NotFound, Forbidden or Conflict when the one that is named, or all of them, are refused.
    """
    if robot_id not in (None, ANY_ROBOT):
        authorize(connection, principal, Scope.TASKS_WRITE, robot_id)
        return None
    context = context_of(connection)
    allowed: set[str] = set()
    refusal: Forbidden | Conflict | NotFound | None = None
    for each in context.robots:
        try:
            authorize(connection, principal, Scope.TASKS_WRITE, each)
        except (Forbidden, Conflict, NotFound) as fault:
            refusal = fault
        else:
            allowed.add(each)
    if refusal is None:
        return None
    if not allowed:
        raise refusal
    return frozenset(allowed)

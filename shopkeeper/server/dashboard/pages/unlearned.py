"""What a place says that has nothing to show because its task did not run, or ran and was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models import work

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk


async def show(desk: Desk, task: str, icon: str, title: str, what_next: str) -> None:
    """The title with the reason and the next step of the task's newest run where that was refused, else with ``what_next``."""
    problem = await desk.work(work.newest_problem, desk.shop, task)
    if problem:
        said = [desk.t.said(str(problem[part])) for part in ("title", "next") if problem.get(part)]
        what_next = " ".join(part[:1].upper() + part[1:] for part in said)
    cards.empty(icon, title, what_next, label=desk.t("customers.to_task"), target=f"/tasks/{task}")

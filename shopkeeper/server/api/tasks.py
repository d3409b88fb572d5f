"""Tasks over HTTP: the plan, running, progress, stopping, and the history of runs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from shopkeeper.core.plan import edges, plan
from shopkeeper.core.settings import knobs
from shopkeeper.jobs import cancel_job, start_job
from shopkeeper.server.api.routes import Routes
from shopkeeper.server.api.schemas import field_schema

if TYPE_CHECKING:
    from shopkeeper.core.tasks import Task
    from shopkeeper.shop import Shop


class TaskModel(BaseModel):
    """A task as it is declared, and how it stands."""

    name: str
    question: str
    reads: list[str]
    optional: list[str]
    needs: dict[str, int] = Field(description="fewest rows of each table that it reads")
    writes: str
    after: list[str] = Field(description="the tasks whose results it reads")
    settings: dict[str, dict[str, Any]] = Field(description="JSON Schema of each setting")
    last_run: dict[str, Any] | None
    model_version: str | None = Field(description="what is in service")


class PlanModel(BaseModel):
    """Every task, in the order in which they run."""

    tasks: list[TaskModel]
    edges: list[tuple[str, str]] = Field(description="pairs (first, then)")


class RunRequest(BaseModel):
    """How to run one task."""

    model_config = ConfigDict(extra="forbid")
    settings: dict[str, Any] = Field(default_factory=dict, description="settings that differ from the shop's, for this run")
    force: bool = Field(False, description="run even if nothing changed since the last time")


class LearnRequest(BaseModel):
    """What to learn."""

    model_config = ConfigDict(extra="forbid")
    tasks: list[str] | None = Field(None, description="tasks, with what they read from; null for all")
    force: bool = Field(False, description="run even if nothing changed since the last time")


class StartedModel(BaseModel):
    """Work that has begun."""

    job_id: str
    progress: str = Field(description="address of its progress")


class JobModel(BaseModel):
    """Work in a process of its own."""

    job_id: str
    kind: str
    arguments: dict[str, Any]
    state: str = Field(description="queued, running, done, failed, cancelled or refused")
    share: float = Field(description="how much is done, 0 to 1")
    doing: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    problem: dict[str, Any] | None = Field(description="the four parts, where it failed or was refused")
    run_ids: list[str]


def add_task_routes(routes: Routes, shop: Shop) -> None:
    """The plan, starting work, its progress and its history."""

    def show_plan() -> PlanModel:
        order = plan(shop.registry.tasks)
        after = edges(shop.registry.tasks)
        pairs = [(first, task.name) for task in order for first in sorted(after[task.name])]
        return PlanModel(tasks=[_task(shop, task, sorted(after[task.name])) for task in order], edges=pairs)

    def run_task(task: str, request: RunRequest) -> StartedModel:
        arguments = {"task": task, "settings": request.settings, "force": request.force}
        return _started(start_job(shop, "run", arguments))

    def learn(request: LearnRequest) -> StartedModel:
        return _started(start_job(shop, "learn", {"tasks": request.tasks, "force": request.force}))

    def restore_previous(task: str) -> dict[str, str]:
        return {"task": task, "model_version": shop.restore_previous(task)}

    routes.add("GET", "/api/tasks", "operator", show_plan, summary="Every task, in the order of the plan.")
    routes.add(
        "POST", "/api/tasks/{task}/run", "operator", run_task, status_code=202, fails=(404, 422),
        summary="Run one task in the background; its settings are checked first.",
    )  # fmt: skip
    routes.add(
        "POST", "/api/learn", "operator", learn, status_code=202, fails=(404, 422),
        summary="Run all tasks, or these and what they read from, in the background.",
    )  # fmt: skip
    routes.add(
        "POST", "/api/tasks/{task}/restore", "operator", restore_previous, fails=(404, 409),
        summary="Put the task's previous model back into service.",
    )  # fmt: skip
    _add_history_routes(routes, shop)


def _add_history_routes(routes: Routes, shop: Shop) -> None:
    def list_jobs(limit: Annotated[int, Query(ge=1, le=1000)] = 50, offset: Annotated[int, Query(ge=0)] = 0) -> list[JobModel]:
        return [_job(job) for job in shop.store.jobs.list(limit=limit, offset=offset)]

    def show_job(job_id: str) -> JobModel:
        return _job(shop.store.jobs.get(job_id))

    def cancel(job_id: str) -> JobModel:
        shop.store.jobs.get(job_id)
        cancel_job(shop, job_id)
        return _job(shop.store.jobs.get(job_id))

    def list_runs(
        task: Annotated[str | None, Query(description="only of this task")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> list[dict[str, Any]]:
        if task is not None:
            shop.registry.task(task)
        return [run.as_dict() for run in shop.runs(task, limit=limit, offset=offset)]

    routes.add("GET", "/api/jobs", "operator", list_jobs, summary="Work in the background, newest first.")
    routes.add("GET", "/api/jobs/{job_id}", "operator", show_job, fails=(404,), summary="How far a piece of work is.")
    routes.add(
        "DELETE", "/api/jobs/{job_id}", "operator", cancel, status_code=202, fails=(404,),
        summary="Ask it to stop; it does at its next step and keeps nothing half-done.",
    )  # fmt: skip
    routes.add(
        "GET", "/api/runs", "operator", list_runs, fails=(404,), summary="What was run, newest first, with scores and provenance."
    )


def _started(job_id: str) -> StartedModel:
    return StartedModel(job_id=job_id, progress=f"/api/jobs/{job_id}")


def _task(shop: Shop, task: Task, after: list[str]) -> TaskModel:
    last = shop.runs(task.name, limit=1)
    current = shop.store.models.current(task.name)
    return TaskModel(
        name=task.name,
        question=task.question,
        reads=list(task.reads),
        optional=list(task.optional),
        needs=dict(task.needs),
        writes=task.writes.name,
        after=after,
        settings={knob.name: field_schema(knob) for knob in knobs(task.settings)},
        last_run=last[0].as_dict() if last else None,
        model_version=current.version if current else None,
    )


def _job(job: Any) -> JobModel:
    return JobModel(**{name: getattr(job, name) for name in JobModel.model_fields})

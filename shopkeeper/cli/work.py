"""Commands for tasks: tasks, learn, run (made from the registry), previous, and the hidden job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command

from shopkeeper.cli.app import DECISIONS, AsJson, AsOf, Commands, ShopPath, command, group, opened
from shopkeeper.cli.generated import flattened, make, prose
from shopkeeper.cli.terminal.bars import watching
from shopkeeper.cli.terminal.printing import json_out, size, table_out
from shopkeeper.cli.terminal.problems import keeping, moment

if TYPE_CHECKING:
    from shopkeeper.core.runs import Run
    from shopkeeper.core.tasks import Task
    from shopkeeper.shop import Shop

Force = Annotated[bool, typer.Option("--force", metavar="", help="run even if data, settings and code are the same as last time")]
KEPT = "finished tasks and the models in service are kept; the one in progress is not"


class Tasks(Commands):
    """One command a task, made from the registry when somebody asks for it."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        """Every task, in the order in which they run."""
        from shopkeeper.core.plan import plan
        from shopkeeper.core.registry import REGISTRY

        return [task.name for task in plan(REGISTRY.discover().tasks)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Typer's signature
        """The command of that task; `UnknownName` with the nearest one otherwise."""
        from shopkeeper.core.registry import REGISTRY

        task = REGISTRY.discover().task(cmd_name)
        own = {"as_of": (AsOf, None), "force": (Force, False), "as_json": (AsJson, False), "shop": (ShopPath, None)}

        def call(given: dict[str, Any], options: dict[str, Any]) -> None:
            _run(task.name, flattened(given), **options)

        made = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
        made.command(cmd_name, help=prose(task.doc), epilog=f"Example: shopkeeper run {cmd_name} --force")(
            make(task.settings, call, own, required=False)
        )
        return get_command(made)


group(
    "run",
    panel=DECISIONS,
    help="Run one task, with any of its settings changed for this run.",
    example="shopkeeper run recommend.learn --help",
    cls=Tasks,
)


def _run(task: str, settings: dict[str, Any], *, as_of: str | None, force: bool, as_json: bool, shop: Any) -> None:
    from shopkeeper.jobs import give_way

    give_way()
    with opened(shop) as here, keeping(KEPT, f"shopkeeper run {task}"), watching(task, quiet=as_json) as progress:
        run = here.run(task, settings, as_of=moment(as_of), force=force, progress=progress).run
    if as_json:
        json_out(run.as_dict())
    else:
        _report(run)


@command("learn", panel=DECISIONS, example=("shopkeeper learn", "shopkeeper learn recommend.learn --force"))
def learn(
    tasks: Annotated[
        list[str] | None, typer.Argument(metavar="TASK...", help="tasks; what they read is made first. All, if none is named")
    ] = None,
    as_of: AsOf = None,
    force: Force = False,
    as_json: AsJson = False,
    shop: ShopPath = None,
) -> None:
    """Run every task in its order. A task whose data is missing is refused by name and the rest still run."""
    from shopkeeper.jobs import give_way

    give_way()
    with opened(shop) as here, keeping(KEPT, "shopkeeper learn"), watching("learn", quiet=as_json) as progress:
        runs = here.learn(tasks or None, as_of=moment(as_of), force=force, progress=progress)
    if as_json:
        json_out([run.as_dict() for run in runs])
    else:
        for run in runs:
            _report(run)
    states = {run.state for run in runs}
    if states & {"failed", "cancelled"}:
        raise typer.Exit(1)
    if states == {"refused"}:
        raise typer.Exit(3)


def _report(run: Run) -> None:
    """Print a run for people: what came of it, how good it is, where the rows are."""
    color = {"done": "green", "unchanged": "green", "refused": "yellow"}.get(run.state, "red")
    typer.secho(run.task, bold=True, nl=False)
    typer.secho(f" {run.state}", fg=color, nl=False)
    typer.echo(f" in {run.seconds:.1f} s, {size(run.peak_memory_bytes)} at most" if run.state == "done" else "")
    for part in ("title", "got", "wanted", "next"):
        if run.problem.get(part):
            typer.echo(f"  {run.problem[part]}" if part == "title" else f"  {part:<7} {run.problem[part]}")
    if run.headline:
        typer.echo(f"  {run.headline}")
    if run.scores:
        columns = ("score", "value", "95 % interval", "baseline", "its value", "difference", "verdict", "cases")
        table_out(columns, (_score_row(score) for score in run.scores), numbers=("value", "its value", "cases"))
    if run.scores and run.promotion_reason and run.state == "done":
        typer.echo(f"  {'In service now' if run.promoted else 'Not taken into service'}: {run.promotion_reason}")
    if run.state in {"done", "unchanged"}:
        typer.echo(f"  {run.n_rows} rows: shopkeeper show {run.writes}")


def _score_row(score: Any) -> tuple[Any, ...]:
    interval, gap = score.interval, score.difference
    return (
        score.name, f"{score.value:.4f}", f"{interval.low:.4f} to {interval.high:.4f}", score.baseline_name,
        f"{score.baseline:.4f}", f"{gap.low:+.4f} to {gap.high:+.4f}", score.verdict, score.n_cases,
    )  # fmt: skip


@command("tasks", panel=DECISIONS, example="shopkeeper tasks")
def tasks(as_json: AsJson = False, shop: ShopPath = None) -> None:
    """List the tasks in the order in which they run, what each reads and writes, and how its last run went."""
    from shopkeeper.core.plan import plan

    with opened(shop) as here:
        found = [_state(here, task) for task in plan(here.registry.tasks)]
    if as_json:
        json_out(found)
        return
    columns = ("task", "reads", "writes", "state", "last run (UTC)", "seconds", "question")
    rows = (
        (t["task"], ", ".join(t["reads"]), t["writes"], t["state"], t["last_run_at"], t["seconds"], t["question"]) for t in found
    )
    table_out(columns, rows)


def _state(shop: Shop, task: Task) -> dict[str, Any]:
    last = next(iter(shop.runs(task.name, limit=1)), None)
    current = shop.store.models.current(task.name)
    return {
        "task": task.name,
        "question": task.question,
        "reads": list(task.reads),
        "optional": list(task.optional),
        "writes": task.writes.name,
        "state": last.state if last else "not run",
        "last_run_at": last.started_at if last else None,
        "seconds": round(last.seconds, 1) if last else None,
        "model_version": current.version if current else None,
    }


@command("previous", panel=DECISIONS, example="shopkeeper previous recommend.learn")
def previous(
    task: Annotated[str, typer.Argument(metavar="TASK", help="the task whose model goes back")],
    as_json: AsJson = False,
    shop: ShopPath = None,
) -> None:
    """Put the model that a task had in service before back into service."""
    with opened(shop) as here:
        version = here.restore_previous(here.registry.task(task).name)
    if as_json:
        json_out({"task": task, "model_version": version})
    else:
        typer.echo(f"{task}: version {version} is in service again.")


@command("job", hidden=True, example="shopkeeper job 0199")
def job(job_id: Annotated[str, typer.Argument(metavar="JOB", help="the job's number")], shop: ShopPath = None) -> None:
    """Do a job that the server has written down. The server starts this by itself."""
    from shopkeeper.jobs import give_way, run_job

    give_way()
    with opened(shop) as here:
        run_job(here, job_id)

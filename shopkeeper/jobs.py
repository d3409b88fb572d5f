"""Long work in its own process: learning, single tasks and imports, with progress that anybody can read and a way to stop it.

A job is a row in the shop's database; the process that does it writes its progress there and looks there whether it
should stop. So a server, a terminal and a dashboard all see the same, and none of them is slowed by the work.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from shopkeeper.core.errors import BadRequest, Cancelled, NotEnoughData, ShopkeeperError
from shopkeeper.core.progress import Progress, Watched
from shopkeeper.shop import Shop

Kind = Literal["learn", "run", "import"]

TELL_SECONDS = 0.2
NICENESS = 10
ENDS: Mapping[type[ShopkeeperError], Literal["cancelled", "refused"]] = {Cancelled: "cancelled", NotEnoughData: "refused"}


def give_way() -> None:
    """Let every other process go first: who waits for an answer must not wait for learning.

    Where the system knows no such thing, nothing happens.
    """
    if hasattr(os, "nice") and os.getpriority(os.PRIO_PROCESS, 0) < NICENESS:
        os.nice(NICENESS - os.getpriority(os.PRIO_PROCESS, 0))


def start_job(shop: Shop, kind: Kind, arguments: Mapping[str, Any]) -> str:
    """Start the work in a process of its own; gives the job's number.

    ``arguments``: learn ``{"tasks": […] | None, "force": bool}``; run ``{"task": name, "settings": {…}, "force": bool}``;
    import ``{"path": file, "preset": …, "table": …, "map": {…}}``. They are checked before anything starts.
    """
    _check(shop, kind, arguments)
    job_id: str = shop.store.jobs.add(kind, dict(arguments))
    command = [sys.executable, "-m", "shopkeeper", "--shop", str(shop.folder), "job", job_id]
    log = shop.folder / "jobs.log"
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)  # noqa: S603 - our own program
    shop.store.jobs.update(job_id, pid=process.pid)
    _reap(process)
    return job_id


def cancel_job(shop: Shop, job_id: str) -> None:
    """Ask the job to stop; it does at its next step, and keeps nothing half-done."""
    shop.store.jobs.request_cancel(job_id)


def run_job(shop: Shop, job_id: str) -> None:
    """Do the work of a job in this process, writing its progress and its end into the job's row.

    Raises what stopped it, after writing that down.
    """
    jobs = shop.store.jobs
    job = jobs.get(job_id)
    jobs.update(job_id, state="running", doing="starting")
    try:
        run_ids = _work(shop, job.kind, job.arguments, _watched(shop, job_id))
    except ShopkeeperError as error:
        jobs.update(job_id, state=ENDS.get(type(error), "failed"), problem=error.as_problem())
        raise
    except BaseException as error:
        jobs.update(job_id, state="failed", problem=_crash(error).as_problem())
        raise
    jobs.update(job_id, state="done", share=1.0, doing="", run_ids=run_ids)


def _crash(error: BaseException) -> ShopkeeperError:
    got = f"{type(error).__name__}: {error}"
    return ShopkeeperError("The job crashed.", got=got, wanted="it to finish", next="see jobs.log in the shop's folder")


def _work(shop: Shop, kind: str, arguments: Mapping[str, Any], progress: Progress) -> list[str]:
    force = bool(arguments.get("force", False))
    if kind == "learn":
        runs = shop.learn(arguments.get("tasks"), force=force, progress=progress)
        return [run.run_id for run in runs]
    if kind == "run":
        return [shop.run(arguments["task"], arguments.get("settings"), force=force, progress=progress).run_id]
    shop.import_file(
        arguments["path"],
        preset=arguments.get("preset"),
        table=arguments.get("table"),
        map=arguments.get("map"),
        progress=progress,
    )
    return []


def _check(shop: Shop, kind: str, arguments: Mapping[str, Any]) -> None:
    """Raise now what would only be found out in the other process."""
    if kind == "run":
        task = shop.registry.task(arguments["task"])
        shop.settings(task.capability, arguments.get("settings"))
    elif kind == "learn":
        for name in arguments.get("tasks") or ():
            shop.registry.task(name)
    elif kind == "import":
        if not Path(arguments["path"]).is_file():
            raise BadRequest(
                "There is no such file.", got=str(arguments["path"]), wanted="a file to import", next="check the path"
            )
    else:
        raise BadRequest("There is no such kind of job.", got=kind, wanted="learn, run or import", next="choose one of them")


def _watched(shop: Shop, job_id: str) -> Watched:
    last = [0.0]

    def tell(share: float, doing: str) -> None:
        now = time.monotonic()
        if now - last[0] >= TELL_SECONDS:
            last[0] = now
            shop.store.jobs.update(job_id, share=share, doing=doing)

    return Watched(tell, lambda: bool(shop.store.jobs.cancel_requested(job_id)))


def _reap(process: subprocess.Popen[bytes]) -> None:
    """Wait for the process in the background, so that it does not stay as a zombie of a long-running server."""
    import threading

    threading.Thread(target=process.wait, name=f"job-{process.pid}", daemon=True).start()

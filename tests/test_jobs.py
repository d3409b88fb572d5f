from __future__ import annotations

import subprocess
import sys
import time

import counting
import pytest

from shopkeeper import jobs
from shopkeeper.core.errors import BadRequest, Cancelled, NotEnoughData, SettingError, UnknownName
from shopkeeper.shop import Shop

EVENTS = [{"event_id": f"e{n}", "at": f"2026-01-0{n}T10:00:00Z", "event": "view_item", "customer_id": "anna", "product_id": p}
          for n, p in enumerate("AABAC", 1)]  # fmt: skip


def ended(shop: Shop, job_id: str, seconds: float = 60.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = shop.store.jobs.get(job_id)
        if job.state not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise TimeoutError(job)


def test_a_job_runs_in_a_process_of_its_own_and_says_how_it_ended(shop: Shop):
    job = ended(shop, jobs.start_job(shop, "learn", {"tasks": ["recommend.learn"]}))
    assert job.state == "done"
    assert [shop.store.runs.get(run_id).state for run_id in job.run_ids] == ["refused"]
    refused = ended(shop, jobs.start_job(shop, "run", {"task": "recommend.learn"}))
    assert refused.state == "refused" and "needs more in table" in refused.problem["title"]


def test_what_is_wrong_is_said_before_anything_starts(shop: Shop):
    with pytest.raises(UnknownName, match=r"did you mean 'recommend\.learn'"):
        jobs.start_job(shop, "run", {"task": "recommend.lern"})
    with pytest.raises(SettingError):
        jobs.start_job(shop, "run", {"task": "recommend.learn", "settings": {"nonsense": 1}})
    with pytest.raises(BadRequest, match="no such file"):
        jobs.start_job(shop, "import", {"path": "/nowhere.csv"})
    assert shop.store.jobs.list() == []


def test_a_job_in_this_process_writes_its_progress_and_end(shop: Shop, declared: list[str]):
    counting.declare(declared)
    job_id = shop.store.jobs.add("run", {"task": "counting.count", "settings": {"least": 2}})
    with pytest.raises(NotEnoughData):
        jobs.run_job(shop, job_id)
    assert shop.store.jobs.get(job_id).state == "refused"
    shop.append("events", EVENTS)
    job_id = shop.store.jobs.add("run", {"task": "counting.count", "settings": {"least": 2}})
    jobs.run_job(shop, job_id)
    job = shop.store.jobs.get(job_id)
    assert (job.state, job.share, len(job.run_ids)) == ("done", 1.0, 1)


def test_a_cancelled_job_stops_at_its_next_step(shop: Shop, declared: list[str]):
    counting.declare(declared)
    shop.append("events", EVENTS)
    job_id = shop.store.jobs.add("run", {"task": "counting.count"})
    jobs.cancel_job(shop, job_id)
    with pytest.raises(Cancelled, match="stopped"):
        jobs.run_job(shop, job_id)
    assert shop.store.jobs.get(job_id).state == "cancelled"


def test_long_work_gives_way():
    code = "import os; from shopkeeper.jobs import give_way; give_way(); give_way(); print(os.getpriority(os.PRIO_PROCESS, 0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) >= 10

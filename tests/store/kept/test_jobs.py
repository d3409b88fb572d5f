from __future__ import annotations

import os
import subprocess
import sys

import pytest

from shopkeeper.core.errors import UnknownName
from shopkeeper.store.folder import is_alive


def test_a_job_is_followed_from_its_beginning_to_its_end(store):
    job_id = store.jobs.add("learn", {"tasks": ["a.b"]})
    job = store.jobs.get(job_id)
    assert (job.kind, job.arguments, job.state, job.share, job.started_at) == ("learn", {"tasks": ["a.b"]}, "queued", 0, None)
    store.jobs.update(job_id, state="running", pid=os.getpid())
    store.jobs.update(job_id, share=0.5, doing="counting")
    job = store.jobs.get(job_id)
    assert (job.state, job.share, job.doing, job.pid) == ("running", 0.5, "counting", os.getpid())
    assert job.started_at >= job.created_at
    store.jobs.update(job_id, state="done", share=1.0, run_ids=["r1", "r2"])
    job = store.jobs.get(job_id)
    assert (job.state, job.run_ids, job.ended_at is not None) == ("done", ("r1", "r2"), True)
    assert store.jobs.list() == [job]


def test_a_job_whose_process_died_has_failed(store):
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    job_id = store.jobs.add("run", {})
    store.jobs.update(job_id, state="running", pid=gone.pid)
    while is_alive(gone.pid):
        pass
    assert store.jobs.get(job_id).state == "failed"  # dead, though nobody waited for it yet
    gone.wait()
    job = store.jobs.get(job_id)
    assert (job.state, job.problem["title"]) == ("failed", "The process died.")


def test_a_job_can_be_asked_to_stop(store):
    waiting, running = store.jobs.add("run", {}), store.jobs.add("run", {})
    store.jobs.update(running, state="running", pid=os.getpid())
    for job_id in (waiting, running):
        assert store.jobs.cancel_requested(job_id) is False
        store.jobs.request_cancel(job_id)
        assert store.jobs.cancel_requested(job_id) is True
    assert store.jobs.get(waiting).state == "cancelled"
    assert store.jobs.get(running).state == "running"
    with pytest.raises(UnknownName):
        store.jobs.request_cancel("nothing")

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

from shopkeeper.shop import Shop

pytestmark = pytest.mark.slow

Serve = Callable[..., httpx.Client]


def test_the_plan_with_its_edges_settings_and_state(counted_shop: Shop, serve: Serve):
    body = serve().get("/api/tasks").json()
    tasks = {task["name"]: task for task in body["tasks"]}
    assert ["counting.count", "counting.summarize"] in body["edges"]
    names = [task["name"] for task in body["tasks"]]
    assert names.index("counting.count") < names.index("counting.summarize")
    count = tasks["counting.count"]
    assert count["question"] == "How often was each product met?"
    assert count["settings"]["least"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 1, "description": "smallest count that is kept (events)"}  # fmt: skip
    assert count["last_run"]["state"] == "done"
    assert count["model_version"] == count["last_run"]["model_version"]


def test_a_wrong_task_or_setting_is_told_before_anything_starts(counted_shop: Shop, serve: Serve):
    client = serve()
    wrong = client.post("/api/tasks/counting.cont/run", json={})
    assert (wrong.status_code, wrong.json()["wanted"]) == (404, "did you mean 'counting.count'?")
    out_of_range = client.post("/api/tasks/counting.count/run", json={"settings": {"least": 0}})
    assert (out_of_range.status_code, out_of_range.json()["wanted"]) == (422, "a whole number, 1 to 100 events")
    misspelled = client.post("/api/tasks/counting.count/run", json={"settings": {"last": 2}})
    assert misspelled.json()["wanted"] == "did you mean 'least'?"
    assert client.post("/api/learn", json={"tasks": ["counting.cont"]}).status_code == 404
    assert client.post("/api/learn", json={"task": "counting.count"}).status_code == 422
    assert client.get("/api/jobs").json() == []


def finished(client: httpx.Client, address: str) -> dict:
    deadline = time.monotonic() + 60
    while (job := client.get(address).json())["state"] in ("queued", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return job


def test_work_runs_in_its_own_process_and_can_be_followed(shop: Shop, serve: Serve):
    client = serve()
    started = client.post("/api/learn", json={})
    assert started.status_code == 202
    job = finished(client, started.json()["progress"])
    assert job["kind"] == "learn"
    assert job["state"] == "done", job
    assert job["share"] == 1.0
    runs = client.get("/api/runs").json()
    assert {run["run_id"] for run in runs} >= set(job["run_ids"])
    assert client.get("/api/jobs").json()[0]["job_id"] == job["job_id"]


def test_a_refused_task_says_why(shop: Shop, serve: Serve):
    client = serve()
    job = finished(client, client.post("/api/tasks/recommend.learn/run", json={}).json()["progress"])
    assert job["state"] == "refused"
    assert {"title", "got", "wanted", "next"} <= set(job["problem"])


def test_stopping_is_asked_for(shop: Shop, serve: Serve):
    client = serve()
    job_id = shop.store.jobs.add("learn", {"tasks": None})
    assert client.delete(f"/api/jobs/{job_id}").status_code == 202
    assert shop.store.jobs.cancel_requested(job_id)
    gone = client.delete("/api/jobs/none")
    assert (gone.status_code, "next" in gone.json()) == (404, True)
    assert client.get("/api/jobs/none").status_code == 404


def test_the_history_of_runs(counted_shop: Shop, serve: Serve):
    client = serve()
    counted_shop.run("counting.count", {"least": 2}, force=True)
    runs = client.get("/api/runs", params={"task": "counting.count"}).json()
    assert [run["task"] for run in runs] == ["counting.count"] * 2
    assert runs[0]["provenance"]["changes"] == {"least": [2, "given"]}
    assert runs[0]["scores"][0]["verdict"] in ("better", "worse", "no evidence")
    assert len(client.get("/api/runs", params={"limit": 1}).json()) == 1
    assert client.get("/api/runs", params={"task": "counting.cont"}).status_code == 404


def test_the_previous_model_is_put_back(counted_shop: Shop, serve: Serve):
    client = serve()
    first = counted_shop.answers.ready()["counting.how_many"]
    refused = client.post("/api/tasks/counting.count/restore")
    assert refused.status_code == 409
    counted_shop.run("counting.count", {"least": 2}, force=True)
    reply = client.post("/api/tasks/counting.count/restore")
    assert reply.status_code == 200, reply.text
    assert first in (None, reply.json()["model_version"])

from __future__ import annotations

import re
from collections.abc import Callable

import counting
import httpx
import pytest

from shopkeeper.shop import Shop

pytestmark = pytest.mark.slow

Serve = Callable[..., httpx.Client]


def test_ready_when_everything_is_learned(counted_shop: Shop, serve: Serve, monkeypatch: pytest.MonkeyPatch):
    learned = {name: answer for name, answer in counted_shop.registry.answers.items() if name.startswith("counting.")}
    monkeypatch.setattr(counted_shop.registry, "_answers", learned)
    client = serve()
    body = client.get("/api/health").json()
    assert (body["live"], body["ready"]) == (True, True)
    assert body["answers"]["counting.how_many"] == counted_shop.store.models.current("counting.count").version
    assert client.get("/api/health/ready").status_code == 200


def test_not_ready_before(shop: Shop, declared: list[str], serve: Serve):
    counting.declare(declared)
    client = serve()
    assert client.get("/api/health").json()["ready"] is False
    assert client.get("/api/health/live").json() == {"live": True}
    reply = client.get("/api/health/ready")
    assert (reply.status_code, reply.json()["ready"]) == (503, False)


def test_a_stranger_learns_nothing_but_whether_it_lives(counted_shop: Shop, serve: Serve):
    key, _ = counted_shop.store.accounts.add_key("web", "storefront")
    client = serve()
    assert set(client.get("/api/health").json()) - {"answers", "version"} == {"live", "ready"}
    assert client.get("/api/health").json()["answers"] is None
    assert client.get("/api/health", headers={"X-Api-Key": key}).json()["answers"]


def test_metrics(counted_shop: Shop, serve: Serve):
    client = serve()
    for _ in range(3):
        client.get("/api/counting/how_many?product=A")
    client.get("/api/jobs/none")
    client.get("/api/nothing/at/all")
    text = client.get("/metrics").text
    assert 'shopkeeper_requests_total{method="GET",route="/api/counting/how_many",status="200"} 3.0' in text
    assert 'shopkeeper_requests_total{method="GET",route="/api/jobs/{job_id}",status="404"} 1.0' in text
    assert 'shopkeeper_requests_total{method="GET",route="unknown",status="404"} 1.0' in text
    assert 'shopkeeper_request_seconds_count{route="/api/counting/how_many"} 3.0' in text
    assert "shopkeeper_decisions_total 3.0" in text
    assert 'shopkeeper_answer_ready{answer="counting.how_many"} 1.0' in text
    age = re.search(r'shopkeeper_model_age_seconds\{task="counting.count",version="[^"]+"\} ([\d.e+-]+)', text)
    assert age
    assert 0 <= float(age[1]) < 600

from __future__ import annotations

import asyncio

import pytest

from shopkeeper.core.errors import TooLarge, TooManyRequests
from shopkeeper.server import limits
from shopkeeper.server.limits import Buckets, check_declared_size, counted


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(buckets: Buckets, subject: str, tries: int) -> int:
    n_taken = 0
    for _ in range(tries):
        try:
            buckets.take(subject)
            n_taken += 1
        except TooManyRequests:
            pass
    return n_taken


def test_a_bucket_gives_its_burst_then_its_rate():
    clock = Clock()
    buckets = Buckets("requests", rate=10, burst_seconds=2, clock=clock)
    assert taken(buckets, "a", 100) == 20
    clock.now = 0.5
    assert taken(buckets, "a", 100) == 5
    clock.now = 1000.0
    assert taken(buckets, "a", 100) == 20


def test_subjects_do_not_share():
    buckets = Buckets("requests", rate=1, burst_seconds=1, clock=Clock())
    assert [taken(buckets, subject, 3) for subject in ("a", "b", "a")] == [1, 1, 0]


def test_the_refusal_says_when_to_come_again():
    buckets = Buckets("requests without a known key", rate=0.5, burst_seconds=1, clock=Clock())
    buckets.take("a")
    with pytest.raises(TooManyRequests) as caught:
        buckets.take("a")
    assert caught.value.what == "Too many requests."
    assert caught.value.got == "more than 0.5 requests without a known key a second"
    assert caught.value.next.startswith("wait 2.00 seconds")
    assert caught.value.facts["retry_after_seconds"] >= 2


def test_memory_is_bounded_and_those_who_are_limited_are_not_forgotten(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MOST_SUBJECTS", 100)
    clock = Clock()
    buckets = Buckets("requests", rate=1, burst_seconds=2, clock=clock)
    for index in range(1000):
        clock.now += 0.1
        taken(buckets, f"stranger-{index}", 1)
        taken(buckets, "greedy", 5)
    assert len(buckets._levels) <= 100
    assert taken(buckets, "greedy", 5) == 0


@pytest.mark.parametrize(("length", "fits"), [(b"10", True), (b"11", False), (None, True), (b"not a number", True)])
def test_the_declared_size(length: bytes | None, fits: bool):
    if fits:
        check_declared_size(length, 10)
    else:
        with pytest.raises(TooLarge, match="at most 10 bytes"):
            check_declared_size(length, 10)


def test_a_streamed_body_is_counted():
    parts = iter([b"12345", b"12345", b"1"])

    async def receive():
        return {"type": "http.request", "body": next(parts), "more_body": True}

    async def read() -> int:
        limited = counted(receive, 10)
        n_parts = 0
        with pytest.raises(TooLarge, match="more than 10 bytes"):
            while True:
                await limited()
                n_parts += 1
        return n_parts

    assert asyncio.run(read()) == 2

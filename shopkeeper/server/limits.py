"""How much one caller may ask: token buckets in memory, and bodies that are counted while they arrive."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from shopkeeper.core.errors import TooLarge, TooManyRequests

if TYPE_CHECKING:
    from starlette.types import Message, Receive

MOST_SUBJECTS = 50_000


class Buckets:
    """Token buckets, one a subject: ``rate`` tokens flow in a second, at most ``burst_seconds`` of them gather.

    ``clock`` gives seconds that only grow. Not thread-safe: it belongs to the event loop.
    """

    def __init__(self, kind: str, rate: float, burst_seconds: float = 2.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.kind = kind
        self.rate = rate
        self.burst = max(1.0, rate * burst_seconds)
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}  # subject -> tokens, when counted

    def take(self, subject: str) -> None:
        """Take one token of the subject's; raises `TooManyRequests` when there is none."""
        now = self._clock()
        tokens, counted_at = self._levels.get(subject, (self.burst, now))
        tokens = min(self.burst, tokens + (now - counted_at) * self.rate)
        if tokens < 1.0:
            self._levels[subject] = (tokens, now)
            raise self._refusal((1.0 - tokens) / self.rate)
        if len(self._levels) >= MOST_SUBJECTS and subject not in self._levels:
            self._forget(now)
        self._levels[subject] = (tokens - 1.0, now)

    def _forget(self, now: float) -> None:
        """Drop those who are back to a full bucket, and the oldest half if that is not enough."""
        levels = self._levels
        self._levels = {
            subject: level for subject, level in levels.items() if level[0] + (now - level[1]) * self.rate < self.burst
        }
        if len(self._levels) >= MOST_SUBJECTS:
            newest = sorted(self._levels.items(), key=lambda item: item[1][1])[MOST_SUBJECTS // 2 :]
            self._levels = dict(newest)

    def _refusal(self, wait_seconds: float) -> TooManyRequests:
        return TooManyRequests(
            "Too many requests.",
            got=f"more than {self.rate:g} {self.kind} a second",
            wanted=f"at most {self.rate:g} a second",
            next=f"wait {wait_seconds:.2f} seconds; the owner sets the rate in [server] of shop.toml",
            retry_after_seconds=max(1, round(wait_seconds + 0.5)),
        )


def too_large(limit_bytes: int, got: str) -> TooLarge:
    """The error for a body over the limit."""
    return TooLarge(
        "The request is too large.",
        got=got,
        wanted=f"at most {limit_bytes:,} bytes",
        next="send it in several smaller requests; the owner sets the limit in [server] of shop.toml",
        limit_bytes=limit_bytes,
    )


def check_declared_size(length: bytes | None, limit_bytes: int) -> None:
    """Refuse by the Content-Length header, before a byte of the body is read."""
    if length is not None and length.isdigit() and int(length) > limit_bytes:
        raise too_large(limit_bytes, f"{int(length):,} bytes")


def counted(receive: Receive, limit_bytes: int) -> Receive:
    """``receive`` that raises `TooLarge` as soon as more than the limit has arrived (a streamed body has no length)."""
    n_bytes = 0

    async def receive_counted() -> Message:
        nonlocal n_bytes
        message = await receive()
        if message["type"] == "http.request":
            n_bytes += len(message.get("body", b""))
            if n_bytes > limit_bytes:
                raise too_large(limit_bytes, f"more than {limit_bytes:,} bytes")
        return message

    return receive_counted

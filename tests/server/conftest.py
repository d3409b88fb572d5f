"""A real server on a free port of this machine, for the time of a test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import counting
import httpx
import pytest

from shopkeeper.server.app import create_app, listen, server_of, url_of
from shopkeeper.server.settings import ServerSettings
from shopkeeper.shop import Shop

EVENTS = [
    {"event_id": f"e{n}", "at": f"2026-01-0{n}T10:00:00Z", "event": "view_item", "customer_id": "anna", "product_id": product}
    for n, product in enumerate("AABAC", 1)
]
PLAIN = ServerSettings(dashboard=False)


@contextmanager
def running(shop: Shop, settings: ServerSettings = PLAIN) -> Iterator[httpx.Client]:
    """A client of a server of this shop; the server ends, and has written everything down, when this does."""
    with closing(listen("127.0.0.1", 0)) as listening:
        server = server_of(create_app(shop, settings), settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        try:
            with httpx.Client(base_url=url_of(listening), timeout=20) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


@pytest.fixture(scope="session")
def running_of() -> Callable[..., Any]:
    """``with running_of(shop) as client``: a server of any shop."""
    return running


@pytest.fixture
def serve(shop: Shop) -> Iterator[Callable[..., httpx.Client]]:
    """Starts a server of the test's shop: ``serve(rate_per_second=5)``."""
    open_servers: list[Any] = []

    def start(**settings: Any) -> httpx.Client:
        opened = running(shop, ServerSettings(**{"dashboard": False, **settings}))
        open_servers.append(opened)
        return opened.__enter__()

    yield start
    for opened in reversed(open_servers):
        opened.__exit__(None, None, None)


@pytest.fixture
def client(serve: Callable[..., httpx.Client]) -> httpx.Client:
    """A client of a server of an empty shop without keys."""
    return serve()


@pytest.fixture
def counted_shop(shop: Shop, declared: list[str]) -> Shop:
    """A shop with five events whose counting room has learned."""
    counting.declare(declared)
    shop.append("events", EVENTS)
    shop.learn(["counting.summarize"])
    return shop

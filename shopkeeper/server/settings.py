"""Every knob of the server, section ``[server]`` of `shop.toml`."""

from __future__ import annotations

from dataclasses import dataclass

from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.settings import setting

MIB = 1024 * 1024


@dataclass(frozen=True)
class ServerSettings:
    """Where the server listens, whom it trusts and how much it takes."""

    host: str = setting("127.0.0.1", "address to listen on; any other than this machine's own needs an API key")
    port: int = setting(8000, "port to listen on; 0 takes a free one", low=0, high=65535)
    dashboard: bool = setting(True, "serve the dashboard beside the API")
    rate_per_second: float = setting(10_000.0, "requests that one key or one address may send", unit="a second", low=1)
    heavy_rate_per_second: float = setting(50.0, "of these, requests that read tables or start work", unit="a second", low=0.1)
    refused_rate_per_second: float = setting(
        10.0, "requests without a known key that one address may send", unit="a second", low=0.1
    )
    body_limit_bytes: int = setting(MIB, "largest request body", unit="bytes", low=1024)
    batch_limit_bytes: int = setting(8 * MIB, "largest batch of events, facts or entities", unit="bytes", low=1024)
    upload_limit_bytes: int = setting(2048 * MIB, "largest file uploaded in the dashboard", unit="bytes", low=1024)
    batch_limit_rows: int = setting(50_000, "most rows in one batch", unit="rows", low=1)
    body_timeout_seconds: float = setting(60.0, "longest time that a request may take to arrive", unit="seconds", low=1)
    export_limit_rows: int = setting(1_000_000, "most rows of one table in one CSV or Arrow reply", unit="rows", low=1)
    origins: tuple[str, ...] = setting(
        (), "web pages (https://www.my-shop.com) whose scripts may send events and ask; none by default"
    )
    trusted_proxies: tuple[str, ...] = setting(
        (), "addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed"
    )
    session_hours: float = setting(12.0, "how long a login lasts", unit="hours", low=0.1, high=24 * 31)
    shutdown_seconds: int = setting(10, "how long running requests may take to finish on shutdown", unit="seconds", low=1)


REGISTRY.add_section("server", ServerSettings)

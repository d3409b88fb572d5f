from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import counting
import httpx
import pytest

from shopkeeper.core.errors import BadRequest, Forbidden
from shopkeeper.server.app import check_address, create_app, listen, url_of
from shopkeeper.server.app import serve as serve_shop
from shopkeeper.server.settings import ServerSettings
from shopkeeper.shop import Shop

Serve = Callable[..., httpx.Client]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "my-shop.com"])
def test_a_shop_without_keys_is_served_to_nobody_else(shop: Shop, host: str):
    with pytest.raises(Forbidden) as caught:
        serve_shop(shop, host, 0)
    assert caught.value.what == f"A shop without keys is not served on {host}."
    assert caught.value.next == "`shopkeeper keys add me --role owner` makes a key; then serve again"


def test_with_a_key_or_a_user_it_is(shop: Shop):
    _, key = shop.store.accounts.add_key("me", "owner")
    check_address(shop, "0.0.0.0")
    shop.store.accounts.revoke_key(key.key_id)
    with pytest.raises(Forbidden):
        check_address(shop, "0.0.0.0")
    shop.store.accounts.add_user("anna", "correct horse battery", "owner")
    check_address(shop, "0.0.0.0")


def test_a_taken_port_is_told(shop: Shop):
    with closing(listen("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadRequest, match=f"cannot listen on 127.0.0.1 port {port}") as caught:
            serve_shop(shop, "127.0.0.1", port)
    assert f"--port {port + 1}" in caught.value.next


def test_an_address_of_another_machine_is_told(shop: Shop):
    shop.store.accounts.add_key("me", "owner")
    with pytest.raises(BadRequest, match="cannot listen on"):
        serve_shop(shop, "192.0.2.1", 0)


def test_the_address_is_one_that_a_browser_takes():
    with closing(listen("0.0.0.0", 0)) as listening:
        assert url_of(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_serve_says_where_it_is_and_that_it_is_open(shop: Shop, declared: list[str]):
    """In a thread uvicorn takes no signals, so the server is stopped through the address it tells."""
    counting.declare(declared)
    lines: list[str] = []
    ready = threading.Event()
    urls: list[str] = []

    def started(url: str) -> None:
        urls.append(url)
        ready.set()

    from shopkeeper.server import app as app_module

    servers = []
    original = app_module.server_of

    def noted(*arguments):
        servers.append(original(*arguments))
        return servers[-1]

    app_module.server_of = noted
    try:
        thread = threading.Thread(
            target=serve_shop, args=(shop, "127.0.0.1", 0), kwargs={"tell": lines.append, "started": started}, daemon=True
        )
        thread.start()
        assert ready.wait(20)
        deadline = time.monotonic() + 20
        while not (servers and servers[0].started) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert httpx.get(urls[0] + "/api/health/live").json() == {"live": True}
    finally:
        app_module.server_of = original
        if servers:
            servers[0].should_exit = True
        thread.join(20)
    assert lines[0] == f"Test shop is served at {urls[0]} (API: {urls[0]}/api/openapi.json). Ctrl-C stops."
    assert "whoever uses this machine is the owner" in lines[1]
    assert any("counting.how_many" in line and "shopkeeper learn" in line for line in lines[2:])


def test_what_was_decided_is_on_disk_after_the_server_ends(shop: Shop, counted_shop: Shop, serve: Serve):
    client = serve()
    ids = [client.get("/api/counting/how_many", params={"product": "A"}).json()["decision_id"] for _ in range(20)]
    path = counted_shop.folder
    counted_shop.answers.close()
    with Shop.open(path) as again:
        kept = again.sql("select decision_id from decisions").to_pylist()
    assert {row["decision_id"] for row in kept} >= set(ids)


@pytest.mark.slow
def test_a_terminated_process_loses_no_decision(counted_shop: Shop, tmp_path: Path):
    """The counting room is declared in the process by a small program, since it is not installed."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[2])\nimport counting\ncounting.declare([])\n"
        "from shopkeeper.shop import Shop\nfrom shopkeeper.server.app import serve\n"
        "with Shop.open(sys.argv[1]) as shop:\n    serve(shop, '127.0.0.1', 0)\n"
    )
    log = tmp_path / "log"
    with log.open("wb") as out:
        command = [sys.executable, "-c", program, str(counted_shop.folder), str(Path(counting.__file__).parent)]
        process = subprocess.Popen(command, stderr=out, env={**os.environ, "PYTHONWARNINGS": "default"})
        try:
            url = _told_url(log, process)
            with httpx.Client(base_url=url) as client:
                ids = {client.get("/api/counting/how_many?product=A").json()["decision_id"] for _ in range(200)}
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) is not None
        finally:
            process.kill()
            process.wait()
    kept = counted_shop.sql("select decision_id from decisions").to_pylist()
    assert {row["decision_id"] for row in kept} == ids


def _told_url(log: Path, process: subprocess.Popen) -> str:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        found = re.search(r"served at (http://\S+)", log.read_text())
        if found and _answers(found[1]):
            return found[1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def _answers(url: str) -> bool:
    try:
        return httpx.get(url + "/api/health/live").status_code == 200
    except httpx.TransportError:
        return False


def test_requests_of_this_machine_in_process_need_no_socket(shop: Shop):
    import asyncio

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(shop, ServerSettings(dashboard=False)))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/api/health")

    assert asyncio.run(ask()).json()["live"] is True


def test_settings_come_from_the_shops_file(shop: Shop):
    path = shop.folder
    toml = path / "shop.toml"
    toml.write_text(
        toml.read_text() + "\n[server]\nbatch_limit_rows = 3\norigins = ['https://www.my-shop.com']\ndashboard = false\n"
    )
    with Shop.open(path) as again:
        settings = create_app(again).state.security.settings
    assert (settings.batch_limit_rows, settings.origins) == (3, ("https://www.my-shop.com",))


def test_ipv6_where_there_is_some(shop: Shop):
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        listening = listen("::1", 0)
    except BadRequest:
        pytest.skip("this machine has no IPv6 loopback")
    with closing(listening):
        assert url_of(listening).startswith("http://[::1]:")


def test_two_servers_of_one_shop_see_what_the_other_is_told(counted_shop: Shop, serve: Serve, running_of: Callable):
    first = serve()
    with Shop.open(counted_shop.folder) as same, running_of(same) as second:
        assert second.get("/api/counting/how_many?product=Z").json()["n_events"] == 0
        assert first.post("/api/events", json={"event": "view_item", "product_id": "Z"}).json()["n_new"] == 1
        deadline = time.monotonic() + 5
        while second.get("/api/counting/how_many?product=Z").json()["n_events"] != 1:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_model_that_cannot_be_read_does_not_keep_the_server_from_starting(
    counted_shop: Shop, serve: Serve, monkeypatch: pytest.MonkeyPatch
):
    from dataclasses import replace

    from shopkeeper.core.errors import StoreDamaged

    tries: list[object] = []

    def of_another_version(*found: object) -> object:
        tries.append(found)
        raise StoreDamaged("The counts cannot be read.", got="an old form", wanted="the new one", next="learn again")

    declared_task = counted_shop.registry.task("counting.count")
    monkeypatch.setitem(counted_shop.registry._tasks, "counting.count", replace(declared_task, load=of_another_version))
    client = serve()
    assert client.get("/api/health").json()["answers"]["counting.how_many"] is None
    reply = client.get("/api/counting/how_many")
    assert (reply.status_code, reply.json()["next"]) == (409, "`shopkeeper learn counting.count`")
    time.sleep(1.2)
    assert len(tries) == 1, "it is not tried twice a second"

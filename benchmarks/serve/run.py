"""How many recommendations a second one shop serves over HTTP, and how long each takes. See README.md.

`python benchmarks/serve/run.py` makes a shop of the sample data, learns, starts everything by itself and writes
result.json beside this file. `--shop FOLDER` measures a shop that is already there and has learned.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from shopkeeper.shop import Shop

HERE = Path(__file__).parent
N_CUSTOMERS = 2000
FILTERS = {"n": 10, "price_high": 20, "exclude_bought": "true", "reasons": "true"}
EVENTS_PER_SECOND = (200, 1_000)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shop", type=Path, help="a shop that has learned; default: the sample shop, made afresh")
    options.add_argument("--seconds", type=float, default=10.0, help="length of each run")
    options.add_argument("--connections", type=int, default=8, help="requests at the same time")
    options.add_argument("--out", type=Path, default=HERE / "result.json")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.shop or sample_shop(Path(scratch) / "shop")
        result = measure(folder, Path(scratch), given.seconds, given.connections)
    given.out.write_text(json.dumps(result, indent=2) + "\n")
    print_table(result)


def sample_shop(folder: Path) -> Path:
    """The sample shop, imported and learned."""
    from shopkeeper import sample

    print("making the sample shop …", flush=True)
    with Shop.create(folder, name="Sample", currency="GBP", time_zone="Europe/London") as shop:
        shop.import_file(sample.path(), preset="online_retail")
        shop.learn()
    return folder


def measure(folder: Path, scratch: Path, seconds: float, connections: int) -> dict[str, Any]:
    names, paths, requests = what_to_ask(folder, scratch)
    result: dict[str, Any] = {"machine": machine(), "customers": len(requests), "filters": FILTERS, "connections": connections}
    result["model_alone"] = model_alone(folder, requests)

    def load(url: str) -> dict[str, Any]:
        return wrk(url, paths, seconds, connections)

    with serving([str(HERE / "ceiling.py"), str(folder)]) as url:
        load_briefly(url, paths)
        result["bare_fastapi"] = load(url)
    with serving(["-m", "shopkeeper", "--shop", str(folder), "serve", "--port"]) as url:
        load_briefly(url, paths)
        before = n_decisions(url)
        result["http"] = load(url)
        result["http"]["decisions"] = n_decisions(url) - before
        for rate in EVENTS_PER_SECOND:
            appender = [str(HERE / "appender.py"), url, str(rate), str(seconds + 1), str(names)]
            with running(appender) as appending:
                time.sleep(0.5)
                result[f"http_while_appending_{rate}"] = load(url)
                result[f"appending_{rate}"] = last_result(appending.communicate()[0])
    with closing(Shop.open(folder)) as shop:
        result["decisions_on_disk"] = shop.store.count("decisions")
    return result


def what_to_ask(folder: Path, scratch: Path) -> tuple[Path, Path, list[dict[str, Any]]]:
    """Files with names and paths for the other processes, and the requests themselves."""
    with closing(Shop.open(folder)) as shop:
        found = shop.sql("select distinct customer_id from order_lines where customer_id is not null order by all")
        customers = found["customer_id"].to_pylist()
        products = shop.sql("select distinct product_id from order_lines order by all limit 1000")["product_id"].to_pylist()
    chosen = random.Random(7).sample(customers, min(N_CUSTOMERS, len(customers)))
    requests = [{"customer": customer, **FILTERS} for customer in chosen]
    names, paths = scratch / "names.json", scratch / "paths.txt"
    names.write_text(json.dumps({"customers": chosen, "products": products}))
    paths.write_text("".join(f"/api/recommend/for_customer?{urlencode(request)}\n" for request in requests))
    return names, paths, requests


def model_alone(folder: Path, requests: list[dict[str, Any]]) -> dict[str, float]:
    """Microseconds a call, without HTTP: the answer's function alone, and `Answers.ask` with its checks and decision."""
    with closing(Shop.open(folder)) as shop:
        answer = shop.registry.answer("recommend.for_customer")
        shop.answers.start()
        shop.ask(answer.name, **requests[0])
        model = shop.answers._served[answer.uses].model
        plain = [{**request, "exclude_bought": True, "reasons": True} for request in requests]
        built = [answer.request(**request) for request in plain]
        return {
            "function_us": median_us(lambda index: answer.function(model, built[index]), len(built)),
            "ask_us": median_us(lambda index: shop.answers.ask(answer.name, requests[index]), len(requests)),
        }


def median_us(call: Callable[[int], object], n: int) -> float:
    for index in range(min(n, 200)):
        call(index)
    spent = []
    for index in range(n):
        started = time.perf_counter()
        call(index)
        spent.append(time.perf_counter() - started)
    return sorted(spent)[n // 2] * 1e6


@contextmanager
def running(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout:
            process.stdout.close()


@contextmanager
def serving(arguments: list[str]) -> Iterator[str]:
    """A server process on a free port, given as its last argument."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with running([*arguments, str(port)]) as process:
        deadline = time.monotonic() + 60
        while not answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{arguments} does not serve")
            time.sleep(0.1)
        yield url


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/recommend/for_customer?customer=1").status_code == 200
    except httpx.TransportError:
        return False


def load_briefly(url: str, paths: Path) -> None:
    """So that nothing is measured that happens once."""
    wrk(url, paths, 2, 4)


def wrk(url: str, paths: Path, seconds: float, connections: int) -> dict[str, Any]:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", str(HERE / "for_customer.lua"), url]
    told = subprocess.run(command, env={**os.environ, "PATHS": str(paths)}, capture_output=True, text=True, check=True).stdout
    found = last_result(told)
    found["requests_per_second"] = found["requests"] / found["seconds"]
    return found


def last_result(told: str) -> dict[str, Any]:
    line = next(line for line in reversed(told.splitlines()) if line.startswith("RESULT "))
    found: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
    return found


def n_decisions(url: str) -> int:
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    return int(float(next(line.split()[1] for line in lines if line.startswith("shopkeeper_decisions_total"))))


def machine() -> dict[str, Any]:
    return {
        "cores": len(os.sched_getaffinity(0)), "python": platform.python_version(), "system": platform.platform(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        # What else ran while this was measured: on a quiet machine it is near 0 at the start.
        "load_average_before": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def print_table(result: dict[str, Any]) -> None:
    print(f"\n{'':34}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'bad':>6}")
    beside = [(f"Shopkeeper, {rate:,} events/s beside", f"http_while_appending_{rate}") for rate in EVENTS_PER_SECOND]
    for name, key in (("bare FastAPI, same model (ceiling)", "bare_fastapi"), ("Shopkeeper", "http"), *beside):
        row = result[key]
        print(
            f"{name:34}{row['requests_per_second']:12,.0f}{row['p50_ms']:9.2f}{row['p99_ms']:9.2f}{row['max_ms']:9.1f}{row['bad']:6}"
        )
    alone = result["model_alone"]
    print(f"\nmodel alone {alone['function_us']:.0f} µs; with checks and decision {alone['ask_us']:.0f} µs")
    for asked in EVENTS_PER_SECOND:
        appending = result[f"appending_{asked}"]
        rate, p50, p99 = appending["events_per_second"], appending["p50_ms"], appending["p99_ms"]
        print(f"{asked:,} events/s asked for: {rate:,.0f}/s acknowledged on disk, p50 {p50:.1f} ms, p99 {p99:.1f} ms")


if __name__ == "__main__":
    if shutil.which("wrk") is None:
        sys.exit("this benchmark needs wrk (https://github.com/wg/wrk)")
    main()

"""How long an answer takes, asked from Python: every answer, on the sample shop and on the simulated one. See README.md.

`python -m benchmarks.answers.run` makes both shops; `--shop FOLDER` asks a learned shop of one's own instead.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from shopkeeper.shop import Shop

HERE = Path(__file__).parent
PROGRAM = Path(sys.executable).with_name("shopkeeper")
N_ASKED = 2_000
N_BEFORE = 100
CART = 5


def main() -> None:
    """Ask each shop and write how long it took."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--shop", type=Path, help="a learned shop's folder; default: the sample and the simulated shop, made new"
    )
    options.add_argument("--out", type=Path, default=HERE / "result.json")
    given = options.parse_args()
    found: dict[str, Any] = {
        "cores": len(os.sched_getaffinity(0)), "python": platform.python_version(), "load_before": round(os.getloadavg()[0], 2),
    }  # fmt: skip
    if given.shop:
        found["shops"] = {given.shop.name: asked(given.shop)}
    else:
        with tempfile.TemporaryDirectory() as scratch:
            found["shops"] = {
                kind: asked(made(Path(scratch) / kind, *flags))
                for kind, flags in (("sample", ()), ("simulated", ("--simulated",)))
            }
    given.out.write_text(json.dumps(found, indent=1) + "\n")
    for kind, answers in found["shops"].items():
        for name, took in answers.items():
            print(f"{kind:<10} {name:<42} median {took['median_ms']:.2f} ms   99 % {took['p99_ms']:.2f} ms   {took['n']:,} asked")


def made(folder: Path, *flags: str) -> Path:
    """A shop of the demo, learned."""
    subprocess.run([PROGRAM, "demo", "--no-serve", "--folder", folder, *flags], check=True, stdout=subprocess.DEVNULL)
    return folder


def asked(folder: Path) -> dict[str, dict[str, float]]:
    """Every question's times. Customers, products and carts are drawn with a seed."""
    from shopkeeper.shop import Shop

    with Shop.open(folder) as shop:
        shop.answers.start()
        return {name: times(shop, name.partition(",")[0], requests) for name, requests in questions(shop).items()}


def questions(shop: Shop) -> dict[str, list[Mapping[str, Any]]]:
    """What is asked, by the answer's name and, after a comma, what is special about it."""
    random = np.random.default_rng(0)
    customers = shop.sql("SELECT customer_id FROM customer_profiles ORDER BY 1")["customer_id"].to_pylist()
    products = shop.sql("SELECT DISTINCT product_id FROM order_lines ORDER BY 1")["product_id"].to_pylist()
    segments = shop.sql("SELECT DISTINCT segment_id FROM segment_members ORDER BY 1")["segment_id"].to_pylist()
    some = [str(customer) for customer in random.choice(customers, N_ASKED)]
    shown = [str(product) for product in random.choice(products, N_ASKED)]
    carts = [tuple(str(product) for product in random.choice(products, CART, replace=False)) for _ in range(N_ASKED)]
    return {
        "customers.profile": [{"customer": customer} for customer in some],
        "customers.segment_members": [{"segment": segment} for segment in random.choice(segments, N_ASKED // 10)],
        "customers.look_alikes": [{"segment": segment} for segment in random.choice(segments, N_ASKED // 10)],
        "baskets.together, a product page": [{"product": product} for product in shown],
        "baskets.together, a cart of five": [{"products": cart} for cart in carts],
        "recommend.for_customer": [{"customer": customer} for customer in some],
        "recommend.for_customer, filters and new only": [
            {"customer": customer, "price_high": 20.0, "exclude_bought": True} for customer in some
        ],
        "recommend.similar": [{"product": product} for product in shown],
    }


def times(shop: Shop, name: str, requests: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Median and 99th percentile of one request after the other, in milliseconds; the first hundred are not counted."""
    for request in requests[:N_BEFORE]:
        shop.ask(name, **request)
    took = np.empty(len(requests))
    for place, request in enumerate(requests):
        began = time.perf_counter()
        shop.ask(name, **request)
        took[place] = time.perf_counter() - began
    median, late = np.quantile(took, (0.5, 0.99)) * 1e3
    return {"n": len(requests), "median_ms": round(float(median), 3), "p99_ms": round(float(late), 3)}


if __name__ == "__main__":
    main()

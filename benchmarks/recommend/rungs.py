"""Would a rung "popular in the customer's segment" be asked for? Counts on which rung the lists of known customers stand.

The ladder goes down a rung only where those above gave too few. `python -m benchmarks.recommend.rungs --shop FOLDER` asks for
every third customer of a shop that has learned (default: the sample shop, made afresh) and writes rungs.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.serve.run import sample_shop
from shopkeeper.shop import Shop

HERE = Path(__file__).parent
EVERY = 3
KNOWN = "SELECT DISTINCT customer_id FROM order_lines WHERE customer_id IS NOT NULL AND quantity > 0 ORDER BY 1"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shop", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch, Shop.open(given.shop or sample_shop(Path(scratch) / "shop")) as shop:
        customers = shop.sql(KNOWN)["customer_id"].to_pylist()[::EVERY]
        lists = [shop.ask("recommend.for_customer", customer=customer, n=10)["products"] for customer in customers]
    rungs = Counter(product["rung"] for found in lists for product in found)
    result = {"n_customers": len(customers), "n_products": sum(rungs.values()), "rungs": dict(rungs)}
    (HERE / "rungs.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

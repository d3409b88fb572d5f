"""Does recommendation find more of later baskets when it reads `basket_complements`? On the sample shop, at one cut of the time.

Everything is learned from what was before the last tenth of the baskets. A product is hidden from each of these; the others
(cart), or one of them (product page), ask `recommend.for_session` (or `recommend.similar`) and the complements' table for 50
products each. The two lists are mixed by reciprocal ranks, weight / (60 + rank) (Cormack et al. 2009), the weight chosen on the
first half of the questions and judged on the second.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from shopkeeper import sample  # noqa: E402
from shopkeeper.numerics.bootstrap import mean_interval  # noqa: E402
from shopkeeper.shop import Shop  # noqa: E402

N, K = 50, 10
WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
LATER = """
SELECT order_id, list(DISTINCT product_id ORDER BY product_id) AS products FROM order_lines
WHERE quantity > 0 AND "at" > $cut AND product_id IN (SELECT product_id FROM order_lines WHERE "at" <= $cut AND quantity > 0)
GROUP BY order_id HAVING count(DISTINCT product_id) >= 2 AND min("at") > $cut ORDER BY order_id
"""


def cut_of(shop: Shop) -> datetime:
    with shop.view() as view:
        rows = view.sql(
            'SELECT quantile_disc("at", 0.9) AS at FROM (SELECT min("at") AS "at" FROM order_lines GROUP BY order_id)'
        )
    return rows["at"][0].as_py().replace(tzinfo=UTC)


def asked(shop: Shop, cut: datetime, limit: int, seed: int) -> list[tuple[str, list[str]]]:
    """(the hidden product, the others in random order) of each later basket."""
    with shop.view() as view:
        baskets = view.sql(LATER, {"cut": cut.replace(tzinfo=None)})["products"].to_pylist()
    random = np.random.default_rng(seed)
    chosen = random.permutation(len(baskets))[:limit]
    mixed = [[str(each) for each in random.permutation(baskets[place])] for place in sorted(chosen.tolist())]
    return [(items[0], items[1:51]) for items in mixed]


def ids(shop: Shop, answer: str, **request: Any) -> list[str]:
    found = shop.answers.ask(answer, {"n": N, "in_stock": False, **request})
    return [entry["product_id"] for entry in found["products"]]


def of_table(complements: dict[str, list[tuple[str, float]]], asking: list[str]) -> list[str]:
    """What the table says: scores of what asks, added up."""
    total: dict[str, float] = {}
    for source in asking:
        for other, score in complements.get(source, ()):
            total[other] = total.get(other, 0.0) + score
    best = sorted((item for item in total.items() if item[0] not in set(asking)), key=lambda item: (-item[1], item[0]))
    return [product for product, _ in best[:N]]


def mixed(first: list[str], second: list[str], weight: float) -> list[str]:
    worth: dict[str, float] = {}
    for share, listed in ((1.0, first), (weight, second)):
        for rank, product in enumerate(listed):
            worth[product] = worth.get(product, 0.0) + share / (60.0 + rank)
    return sorted((product for product in worth if worth[product] > 0), key=lambda product: (-worth[product], product))[:K]


def gain(listed: list[str], wanted: str) -> tuple[float, float]:
    """(NDCG, hit) at 10."""
    place = listed[:K].index(wanted) if wanted in listed[:K] else -1
    return (1.0 / float(np.log2(place + 2)), 1.0) if place >= 0 else (0.0, 0.0)


def judged(lists: list[tuple[str, list[str], list[str]]], seed: int) -> dict[str, Any]:
    """``lists``: (wanted, recommend's list, the complements' list). The weight is chosen on the first half."""
    gains = np.array([[gain(mixed(ours, theirs, weight), wanted) for weight in WEIGHTS] for wanted, ours, theirs in lists])
    alone = np.array([gain(theirs, wanted) for wanted, _, theirs in lists])
    half = len(lists) // 2
    best = int(np.argmax(gains[:half, :, 0].mean(axis=0)))
    rest = gains[half:]
    return {
        "n_judged": len(rest), "weight": WEIGHTS[best],
        "recommend": {"ndcg": round(float(rest[:, 0, 0].mean()), 4), "hit_rate": round(float(rest[:, 0, 1].mean()), 4)},
        "complements": {"ndcg": round(float(alone[half:, 0].mean()), 4), "hit_rate": round(float(alone[half:, 1].mean()), 4)},
        "mixed": {"ndcg": round(float(rest[:, best, 0].mean()), 4), "hit_rate": round(float(rest[:, best, 1].mean()), 4)},
        "mixed_less_recommend_ndcg": [round(end, 4) for end in mean_interval(rest[:, best, 0] - rest[:, 0, 0], seed=seed)],
        "mixed_less_recommend_hit_rate": [round(end, 4) for end in mean_interval(rest[:, best, 1] - rest[:, 0, 1], seed=seed)],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baskets", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE / "complements.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop.create(Path(folder) / "shop", name="Benchmark", currency="GBP", time_zone="Europe/London")
        shop.import_file(sample.path(), preset="online_retail")
        cut = cut_of(shop)
        questions = asked(shop, cut, options.baskets, options.seed)
        then = Shop.create(Path(folder) / "then", name="Then", currency="GBP", time_zone="Europe/London")
        with shop.view(cut) as view:
            for name in ("products", "order_lines"):
                rows = view.table(name)
                path = Path(folder) / f"{name}.parquet"
                pq.write_table(rows, path)
                then.import_file(path, table=name)
        then.learn(["recommend.learn", "baskets.together"])
        complements: dict[str, list[tuple[str, float]]] = {}
        for row in then.table("basket_complements").to_pylist():
            complements.setdefault(row["product_id"], []).append((row["other_id"], row["score"]))
        pages = [
            (want, ids(then, "recommend.similar", product=rest[0]), of_table(complements, rest[:1])) for want, rest in questions
        ]
        carts = [
            (want, ids(then, "recommend.for_session", products=rest), of_table(complements, rest)) for want, rest in questions
        ]
        answers = [
            (want, ids(then, "recommend.for_session", products=rest), ids(then, "baskets.together", products=rest))
            for want, rest in questions
        ]
        result = {
            "cut": cut.isoformat(), "n_baskets": len(questions), "seed": options.seed,
            "product page": judged(pages, options.seed), "cart": judged(carts, options.seed),
            "cart, with the answer baskets.together for the table": judged(answers, options.seed),
        }  # fmt: skip
        shop.close()
        then.close()
    print(json.dumps(result, indent=1))
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Off-policy evaluation on Open Bandit (ZOZOTOWN, men): what a policy earned, foretold from another one's log. See README.md.

`python benchmarks/bandits/run.py --data DIR` reads `DIR/random/men.csv.gz` and `DIR/bts/men.csv.gz`, prints a table and writes
result.json beside this file.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from shopkeeper.numerics.bandits.off_policy import Estimate, Slots, dm, dr, interval, ips, snips  # noqa: E402
from shopkeeper.numerics.bandits.reward_model import learn_rewards, leverage  # noqa: E402

N_POSITIONS, N_FOLDS, SEED = 3, 5, 0
COLUMNS = ["timestamp", "item_id", "position", "click", "propensity_score"]


@dataclass(frozen=True)
class Log:
    """One row a product shown: product int64, position int64 from 0, click float64, probability float64."""

    product: np.ndarray
    position: np.ndarray
    click: np.ndarray
    probability: np.ndarray

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.product)


def read(path: Path) -> Log:
    """One policy's log."""
    table = pyarrow.csv.read_csv(path).select(COLUMNS).sort_by("timestamp")
    product, position, click, probability = (table[name].to_numpy() for name in COLUMNS[1:])
    return Log(product.astype(np.int64), position.astype(np.int64) - 1, click.astype(float), probability.astype(float))


def distribution(log: Log, n_products: int, mean: str) -> np.ndarray:
    """float64 [positions, products]: a policy's mean probability of each product in each position, from its own log.

    A product's rows were written when its probability was high: their plain mean is too high (its sum over products is about 2
    here). With rows drawn by p, the mean of 1 / p is the inverse of p's mean over time: the harmonic mean has no such bias.
    """
    found = np.zeros((N_POSITIONS, n_products))
    for position in range(N_POSITIONS):
        for product in range(n_products):
            values = log.probability[(log.position == position) & (log.product == product)]
            if len(values):
                plain = {"harmonic": 1.0 / np.mean(1.0 / values), "arithmetic": values.mean(), "frequency": len(values)}
                found[position, product] = plain[mean]
    return found / found.sum(axis=1, keepdims=True)


def foretell(log: Log, wanted: np.ndarray, logged: np.ndarray) -> dict[str, Estimate]:
    """What a policy that chooses by ``wanted`` [positions, products] earns a row, from the log of another one.

    ``logged`` float64 [rows]: the probability with which what stands there was chosen.
    """
    n_products = wanted.shape[1]
    weight = wanted[log.position, log.product] / logged
    slots = Slots(np.arange(log.n), log.position, log.click, weight, log.n)
    sizes = {"n_places": N_POSITIONS, "n_products": n_products}
    model = learn_rewards(log.position, log.product, log.click, **sizes)
    expected = (model.rate[log.position]) * (wanted @ model.appeal)[log.position]
    on_place = np.bincount(log.position, weights=(wanted @ model.appeal)[log.position])
    on_product = np.bincount(log.position, minlength=N_POSITIONS) * model.rate @ wanted
    pull = leverage(model, log.position, log.product, on_product=on_product, on_place=on_place)
    unseen_predicted, unseen_expected = np.empty(log.n), np.empty(log.n)
    for number in range(N_FOLDS):
        own = np.arange(log.n) % N_FOLDS == number
        other = learn_rewards(log.position[~own], log.product[~own], log.click[~own], **sizes)
        unseen_predicted[own] = other.reward(log.position[own], log.product[own])
        unseen_expected[own] = (other.rate[:, None] * other.appeal * wanted).sum(axis=1)[log.position[own]]
    return {
        "IPS": ips(slots),
        "SNIPS": snips(slots),
        "DM": dm(slots, predicted=model.reward(log.position, log.product), expected=expected, leverage=pull),
        "DR": dr(slots, predicted=unseen_predicted, expected=unseen_expected),
    }


def row(name: str, estimator: str, found: Estimate, truth: Log) -> dict[str, Any]:
    """An estimate beside what the policy earned in its own log, in percent."""
    low, high = interval(found.influence, seed=SEED)
    earned = float(truth.click.mean())
    own_low, own_high = interval(truth.click, seed=SEED)
    # The two logs are independent: the variances of the two means add up.
    spread = 1.96 * float(np.hypot(found.influence.std() / found.influence.size**0.5, truth.click.std() / truth.n**0.5))
    return {
        "policy": name, "estimator": estimator, "value": 100 * found.value, "low": 100 * low, "high": 100 * high,
        "earned": 100 * earned, "earned_low": 100 * own_low, "earned_high": 100 * own_high,
        "truth_within": bool(low <= earned <= high), "difference": 100 * (found.value - earned),
        "difference_reach": 100 * spread, "effective_n": found.effective_n, "largest_weight": found.largest_weight,
    }  # fmt: skip


def run(folder: Path) -> dict[str, Any]:
    """Both directions, and the three ways to say what the Thompson policy did."""
    started = time.perf_counter()
    random, bts = (read(folder / name / "men.csv.gz") for name in ("random", "bts"))
    n_products = int(max(random.product.max(), bts.product.max())) + 1
    found = []
    for mean in ("harmonic", "frequency", "arithmetic"):
        wanted = distribution(bts, n_products, mean)
        name = f"thompson, from the random log ({mean})"
        found += [row(name, key, value, bts) for key, value in foretell(random, wanted, random.probability).items()]
    uniform = np.full((N_POSITIONS, n_products), 1.0 / n_products)
    name = "random, from the thompson log"
    found += [row(name, key, value, random) for key, value in foretell(bts, uniform, bts.probability).items()]
    return {
        "rows": {"random": random.n, "thompson": bts.n}, "clicks": {"random": random.click.sum(), "thompson": bts.click.sum()},
        "n_products": n_products, "estimates": found, "seconds": time.perf_counter() - started,
    }  # fmt: skip


def show(result: dict[str, Any]) -> None:
    """The table of the README."""
    heads = ("policy", "estimator", "foretold, %", "95 % interval", "earned, %", "inside", "effective rows", "largest weight")
    print(f"| {' | '.join(heads)} |")
    print("|---" * len(heads) + "|")
    for each in result["estimates"]:
        cells = (
            each["policy"], each["estimator"], f"{each['value']:.2f}", f"{each['low']:.2f} to {each['high']:.2f}",
            f"{each['earned']:.2f} ({each['earned_low']:.2f} to {each['earned_high']:.2f})",
            "yes" if each["truth_within"] else "no", f"{each['effective_n']:,.0f}", f"{each['largest_weight']:,.1f}",
        )  # fmt: skip
        print(f"| {' | '.join(cells)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "open_bandit_men")
    parser.add_argument("--out", type=Path, default=HERE / "result.json")
    arguments = parser.parse_args()
    result = run(arguments.data)
    show(result)
    arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

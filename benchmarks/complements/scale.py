"""Ten million lines of half a million products, a tenth of them planted complements: how long, how much memory, what is found."""

from __future__ import annotations

import resource
import time
from typing import Any

import numpy as np

from shopkeeper.capabilities.baskets.together.evidence import UNSURE, evidence_of
from shopkeeper.capabilities.baskets.together.facts import Facts
from shopkeeper.capabilities.baskets.together.listing import Learned, learn_lists
from shopkeeper.capabilities.baskets.together.material import Material, material
from shopkeeper.capabilities.baskets.together.parameters import Parameters
from shopkeeper.numerics.itemsets.baskets import baskets_of

N_BASKETS, N_PRODUCTS, N_CATEGORIES = 2_000_000, 500_000, 2_000
HOW = {"error_share": 0.05, "at_least": 2}


def generated(seed: int = 0) -> tuple[Material, np.ndarray]:
    """(what would be learned from, the complement of each product)."""
    random = np.random.default_rng(seed)
    basket = np.repeat(np.arange(N_BASKETS, dtype=np.int32), 1 + random.poisson(4.2, N_BASKETS))
    share = np.cumsum((1.0 + random.permutation(N_PRODUCTS)) ** -0.8)
    product = np.searchsorted(share / share[-1], random.random(len(basket))).astype(np.int32)
    complement = random.permutation(N_PRODUCTS).astype(np.int32)
    taken = np.flatnonzero((random.random(len(basket))[1:] < 0.1) & (basket[1:] == basket[:-1])) + 1
    product[taken] = complement[product[taken - 1]]
    kind = random.integers(0, N_CATEGORIES, N_PRODUCTS).astype(np.int32)
    price = np.exp(random.normal(3.0, 1.0, N_PRODUCTS))
    facts = Facts(kind, kind // 4, price, kind, [str(code) for code in range(N_CATEGORIES)], [str(code) for code in range(500)])
    nothing = baskets_of(np.empty(0, np.int64), np.empty(0, np.int64), 0, N_PRODUCTS)
    at = np.arange(N_BASKETS, dtype=np.int64) * 10_000_000 + 10**15
    return material(baskets_of(basket, product, N_BASKETS, N_PRODUCTS), at, nothing, facts, limit=100, seed=seed), complement


def learned(at: Material) -> Learned:
    evidence = evidence_of(at, size_exponent=1.0, half_life_days=120.0, **HOW)
    return learn_lists(at, Parameters(), half_life_days=30.0, evidence=evidence, **HOW)


def at_scale() -> dict[str, Any]:
    """Seconds and peak memory of everything after reading."""
    at, complement = generated()
    small = Material(at.baskets.between(0, 1_000), at.at[:1_000], at.visits, at.facts, int(at.at[999]))
    learned(small)  # compiles
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, worked = time.perf_counter(), time.process_time()
    lists = learned(at).products
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    first = (lists.rank == 1) & (lists.relation != UNSURE)
    source, other = lists.source[first], lists.other[first]
    right = (complement[source] == other) | (complement[other] == source)
    return {
        "n_lines": len(at.baskets.item), "n_products": N_PRODUCTS, "seconds": round(seconds, 1), "cpu_seconds": round(cpu, 1),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2), "gb_before": round(before / 2**20, 2),
        "n_products_whose_first_is_sure": int(first.sum()), "first_is_planted_share": round(float(right.mean()), 4),
    }  # fmt: skip

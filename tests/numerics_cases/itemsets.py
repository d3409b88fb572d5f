"""Baskets, frequent itemsets and rules."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numerics_cases.case import Case, Inputs, together

N_ITEMS = 9
NO_PARENT = np.full(N_ITEMS, -1, np.int32)
PARENT = np.array([-1, 0, 0, 1, -1, -1, 5, -1, -1], np.int32)


def lines(random: np.random.Generator, n: int) -> Inputs:
    n_baskets = max(1, n // 3)
    return {
        "basket": random.integers(0, n_baskets, n), "item": np.minimum(random.integers(0, 2 * N_ITEMS, n) // 2, N_ITEMS - 1),
        "n_baskets": n_baskets, "n_items": N_ITEMS,
    }  # fmt: skip


def baskets(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.itemsets.baskets import baskets_of

    return baskets_of(**lines(random, n))


def found(random: np.random.Generator, n: int, max_items: int = 4) -> Any:
    from shopkeeper.numerics.itemsets.mining import Limits, frequent_itemsets

    return frequent_itemsets(baskets(random, n), 2, limits=Limits(max_items)).itemsets


def search(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.itemsets.baskets import ranked

    rows = ranked(baskets(random, n), 2)
    return {"ranked": rows, "min_count": 2, "max_items": 4, "parent": PARENT, "max_sets": 10_000, "max_bytes": 10**7}


def frequent(random: np.random.Generator, n: int) -> Inputs:
    return {"baskets": baskets(random, n), "min_count": 2, "parent": PARENT}


def shuffled_baskets(random: np.random.Generator, inputs: Inputs) -> Inputs:
    from shopkeeper.numerics.itemsets.baskets import Baskets

    given = inputs["baskets"]
    order = random.permutation(len(given))
    rows = [given.item[given.starts[place] : given.starts[place + 1]] for place in order]
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(given.sizes[order])))
    return {**inputs, "baskets": Baskets(starts, np.concatenate([given.item[:0], *rows]), given.n_items)}


def pairs(random: np.random.Generator, n: int) -> Inputs:
    both = np.unique(np.sort(random.integers(0, N_ITEMS, (n, 2)).astype(np.int32), axis=1), axis=0)
    return {"rows": both[both[:, 0] < both[:, 1]]}


def flat_sets(random: np.random.Generator, n: int) -> Inputs:
    parts = [np.array([2, random.integers(2, 9), *random.choice(N_ITEMS, 2, replace=False)], np.int32) for _ in range(n)]
    return {"parts": parts, "code": np.arange(N_ITEMS, dtype=np.int32), "n_baskets": 40}


def shuffled_parts(random: np.random.Generator, inputs: Inputs) -> Inputs:
    return {**inputs, "parts": [inputs["parts"][place] for place in random.permutation(len(inputs["parts"]))]}


def in_periods(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.itemsets.rules.seeing import Wanted

    rows = baskets(random, 4 * n)
    period = (np.arange(len(rows)) * 2 // max(len(rows), 1)).astype(np.int32)
    wanted = Wanted(min_support=0.02, fewest=2, min_confidence=0.0, min_lift=1.0, error_rate=0.5)
    return {"baskets": rows, "direct": rows, "parent": NO_PARENT, "period": period, "n_periods": 2, "wanted": wanted}


def of_chances(random: np.random.Generator, n: int) -> Inputs:
    inputs = in_periods(random, n)
    return {name: inputs[name] for name in ("baskets", "direct", "parent", "period", "n_periods")}


def of_margins(random: np.random.Generator, n: int) -> Inputs:
    inputs = in_periods(random, n)
    return {"direct": inputs["direct"], "period": inputs["period"], "n_periods": 2}


def some_rules(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.itemsets.rules.finding import find_rules

    return {"rules": find_rules(**in_periods(random, n)), "first": 0, "last": 1}


def to_test(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.itemsets.rules.seeing import look

    seen = look(**in_periods(random, n))
    sizes = seen.itemsets.sizes
    whole = np.flatnonzero(sizes > 1)
    return {
        "itemsets": seen.itemsets, "part": seen.part, "rule_set": whole, "position": random.integers(0, 2, len(whole)),
        "count": seen.count, "n_with": seen.itemsets.count, "chances": seen.chances, "periods": (0, 2),
    }  # fmt: skip


def counts(random: np.random.Generator, n: int) -> Inputs:
    both = random.integers(0, 9, n)
    return {"n_both": both, "n_left": both + random.integers(1, 9, n), "n_right": both + random.integers(1, 9, n)}


def occurrences(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.itemsets.rules.changing import Occurrences

    early, recent = random.integers(0, 90, n), random.integers(0, 90, n)
    found = Occurrences(early, recent, early * 0.5 + 1, recent * 0.5 + 1, -random.random(n) * 30, -random.random(n) * 30)
    return {"found": found, "limit": np.full(n, -12.0), "recent_share": 0.3, "error_rate": 0.05}


CASES: Mapping[str, Case] = {
    "itemsets.apriori.apriori": Case(search),
    "itemsets.apriori.candidates": Case(pairs),
    "itemsets.apriori.n_candidates": Case(pairs),
    "itemsets.baskets.baskets_of": Case(lines, together("basket", "item")),
    "itemsets.baskets.ranked": Case(
        lambda random, n: {"baskets": baskets(random, n), "min_count": 2}, shuffled_baskets, lambda result, inputs: result.count
    ),
    "itemsets.eclat.eclat": Case(search),
    "itemsets.families.closed_and_maximal": Case(lambda random, n: {"itemsets": found(random, n)}),
    "itemsets.families.lexical": Case(pairs),
    "itemsets.found.in_order": Case(flat_sets, shuffled_parts),
    "itemsets.fp_growth.fp_growth": Case(search),
    "itemsets.mining.frequent_itemsets": Case(frequent, shuffled_baskets),
    "itemsets.rules.changing.new_and_faded": Case(occurrences),
    "itemsets.rules.chances.chances_of": Case(of_chances),
    "itemsets.rules.contained.contained": Case(
        lambda random, n: {
            "baskets": baskets(random, n),
            "rows": pairs(random, 20)["rows"],
            "n_strata": 3,
            "stratum": random.integers(0, 3, max(1, n // 3)).astype(np.int32),
        }
    ),
    "itemsets.families.parts": Case(lambda random, n: {"itemsets": found(random, n)}),
    "itemsets.rules.correcting.corrected": Case(
        lambda random, n: {
            "log_p": -30 * random.random(n),
            "layer": random.integers(1, 3, n),
            "n_tried": np.array([0, 5 * n, 9 * n]),
        },
        together("log_p", "layer"),
        lambda result, inputs: np.sort(result),
    ),
    "itemsets.rules.curveball.shuffled_baskets": Case(lambda random, n: {"baskets": baskets(random, n), "seed": 3}),
    "itemsets.rules.finding.find_rules": Case(in_periods),
    "itemsets.rules.finding.evidence_in": Case(some_rules),
    "itemsets.rules.margins.fit_margins": Case(of_margins),
    "itemsets.rules.margins.size_classes": Case(lambda random, n: {"sizes": random.integers(0, 200, n)}),
    "itemsets.rules.measures.measures": Case(
        lambda random, n: (
            {
                name.replace("left", "antecedent").replace("right", "consequent"): value
                for name, value in counts(random, n).items()
            }
            | {"n_baskets": 40}
        )
    ),
    "itemsets.rules.seeing.look": Case(in_periods),
    "itemsets.rules.tails.binomial": Case(
        lambda random, n: {"k": random.integers(0, 9, n), "n": random.integers(0, 20, n), "p": random.random(n)},
        together("k", "n", "p"),
        lambda result, inputs: np.sort(result),
    ),
    "itemsets.rules.tails.fisher": Case(lambda random, n: {**counts(random, n), "n_all": 60}),
    "itemsets.rules.tails.many_chances": Case(
        lambda random, n: {"k": np.arange(1, 9), "n": random.integers(1, 9, n), "p": random.random(n)}
    ),
    "itemsets.rules.testing.rule_tests": Case(to_test),
}

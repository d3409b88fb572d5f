"""The formulas that lie in numerics itself."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numerics_cases.case import N_CUSTOMERS, N_PRODUCTS, Case, Inputs, a_log, events, some_rows, together


def a_graph(random: np.random.Generator, n: int) -> Inputs:
    return {
        "rows": some_rows(random, n),
        "row_factor": random.random(N_CUSTOMERS) + 0.1,
        "target_factor": random.random(N_PRODUCTS) + 0.1,
        "forward": np.array([1.0, 0.5]),
        "backward": np.array([1.0, 0.2]),
        "k": 5,
    }


def terms(random: np.random.Generator, n: int) -> Inputs:
    return {
        "product": random.integers(0, N_PRODUCTS, n),
        "term": random.integers(0, 9, n),
        "n_products": N_PRODUCTS,
        "n_terms": 9,
        "importance": random.random(n) + 0.5,
    }


def term_matrix(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.tf_idf import term_rows

    return term_rows(**terms(random, n))


def best(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.co_occurrence import product_graph

    inputs = a_graph(random, n)
    rows = inputs["rows"]
    return {
        "rows": rows,
        "row_share": rows.weight,
        "graph": product_graph(**inputs),
        "chosen": np.arange(0, N_CUSTOMERS, 2),
        "n": 6,
        "history": 4,
        "fallback": random.permutation(N_PRODUCTS).astype(np.int32),
    }


def hit_lists(random: np.random.Generator, n: int) -> Inputs:
    return {"hit": random.random((n, 10)) < 0.2, "n_targets": random.integers(0, 5, n)}


def lists(random: np.random.Generator, n: int) -> Inputs:
    sizes = random.integers(0, 4, n)
    return {
        "listed": random.integers(-1, N_PRODUCTS, (n, 10)),
        "target_starts": np.concatenate(([0], np.cumsum(sizes))),
        "target": random.integers(0, N_PRODUCTS, int(sizes.sum())),
    }


def without_targets(random: np.random.Generator, n: int) -> Inputs:
    return {"hit": hit_lists(random, n)["hit"]}


def ranked_lists(random: np.random.Generator, n: int) -> Inputs:
    return {
        "listed": random.integers(-1, N_PRODUCTS, (n, 10)),
        "tier": -np.sort(random.integers(0, 6, (n, 10)), axis=1),
        "target": random.integers(0, N_PRODUCTS, n),
    }


def valued(random: np.random.Generator, n: int) -> Inputs:
    return {"value": random.random(N_PRODUCTS)}


CASES: Mapping[str, Case] = {
    "bootstrap.resampled_means": Case(lambda random, n: {"values": random.random((n, 3)), "seed": 3}),
    "bootstrap.paired_score": Case(
        lambda random, n: {
            "name": "hits",
            "ours": random.random(n),
            "naive": random.random(n),
            "baseline_name": "naive",
            "seed": 3,
        },
        together("ours", "naive"),
        lambda result, inputs: (round(result.value, 9), round(result.baseline, 9), result.n_cases),
    ),
    "bootstrap.mean_interval": Case(lambda random, n: {"values": random.random(n), "seed": 3}, together("values")),
    "co_occurrence.product_graph": Case(a_graph),
    "coding.pack": Case(
        lambda random, n: {"texts": [f"p{number}" for number in random.integers(0, 50, n)]},
        lambda random, inputs: {"texts": [inputs["texts"][place] for place in random.permutation(len(inputs["texts"]))]},
    ),
    "money.rounded": Case(lambda random, n: {"amount": n * 1.005, "currency": "EUR"}),
    "neighbor_scores.best_of_rows": Case(
        best, together("chosen"), lambda result, inputs: [part[np.argsort(inputs["chosen"])] for part in result]
    ),
    "ranking_metrics.coverage": Case(
        lambda random, n: {"listed": lists(random, n)["listed"], "n_products": N_PRODUCTS}, together("listed")
    ),
    "ranking_metrics.diversity": Case(
        lambda random, n: {"listed": lists(random, n)["listed"], "category": random.integers(-1, 4, N_PRODUCTS)}
    ),
    "ranking_metrics.novelty": Case(
        lambda random, n: {"listed": lists(random, n)["listed"], "share": random.random(N_PRODUCTS) + 1e-3}
    ),
    "ranking_metrics.pessimistic_ranks": Case(ranked_lists),
    "ranking_metrics.value_captured": Case(
        lambda random, n: {
            "hit": hit_lists(random, n)["hit"],
            "listed": lists(random, n)["listed"],
            **valued(random, n),
        }
    ),
    "ranking_metrics.value_wanted": Case(
        lambda random, n: {
            **{name: part for name, part in lists(random, n).items() if name != "listed"},
            **valued(random, n),
        }
    ),
    "ranking_metrics.hit_rate": Case(without_targets, together("hit"), lambda result, inputs: np.sort(result)),
    "ranking_metrics.hits": Case(lists),
    "ranking_metrics.ndcg": Case(hit_lists, together("hit", "n_targets"), lambda result, inputs: np.sort(result)),
    "ranking_metrics.recall": Case(hit_lists, together("hit", "n_targets"), lambda result, inputs: np.sort(result)),
    "ranking_metrics.reciprocal_rank": Case(without_targets, together("hit"), lambda result, inputs: np.sort(result)),
    "recency.ranked": Case(lambda random, n: {"trend_of": random.random(n) - 0.3}),
    "recency.trend": Case(
        lambda random, n: {"log": a_log(random, n), "weights": np.ones(4), "now": 40 * 86_400_000_000, "half_life_days": 7.0}
    ),
    "sparse_rows.build_log": Case(events, together("customer", "product", "kind", "at")),
    "sparse_rows.choose_rows": Case(lambda random, n: {"log": a_log(random, n), "chosen": np.array([1, 4, 7])}),
    "sparse_rows.counting_sort": Case(
        lambda random, n: {"group": random.integers(0, 5, n), "n_groups": 5},
        together("group"),
        lambda result, inputs: (result[0], inputs["group"][result[1]]),
    ),
    "sparse_rows.cut": Case(
        lambda random, n: {"log": a_log(random, n), "low_at": 5 * 86_400_000_000, "high_at": 30 * 86_400_000_000}
    ),
    "sparse_rows.merge": Case(
        lambda random, n: {
            "log": a_log(random, n),
            "kind_weight": np.array([1.0, 0.5, 0.0, 0.2]),
            "now": 40 * 86_400_000_000,
            "half_life_days": 30.0,
        }
    ),
    "sparse_rows.only_first": Case(lambda random, n: {"rows": some_rows(random, n), "limit": 2}),
    "tf_idf.nearest_texts": Case(lambda random, n: {"rows": term_matrix(random, n), "k": 4}),
    "tf_idf.term_rows": Case(terms, together("product", "term", "importance"), exact=False),
    "tf_idf.without_common": Case(lambda random, n: {"rows": term_matrix(random, n), "budget": 60}),
    "top_k.top_k_reference": Case(lambda random, n: {"values": random.random(n) - 0.3, "k": 4}),
}

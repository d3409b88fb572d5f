"""Laws on formulas: same arrays same result, inputs unchanged, the order of cases does not matter, nothing and one row work."""

import copy
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from shopkeeper import numerics
from shopkeeper.core.errors import ShopkeeperError

N_CUSTOMERS, N_PRODUCTS, N_KINDS = 12, 20, 4
Inputs = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """How a function is called with ``n`` rows; ``shuffled`` gives the same rows in another order, ``read`` what must agree."""

    make: Callable[[np.random.Generator, int], Inputs]
    shuffled: Callable[[np.random.Generator, Inputs], Inputs] | None = None
    read: Callable[[Any, Inputs], Any] = lambda result, inputs: result
    exact: bool = True


def together(*names: str) -> Callable[[np.random.Generator, Inputs], Inputs]:
    """Shuffle these inputs along their first axis, all in the same way."""

    def shuffle(random: np.random.Generator, inputs: Inputs) -> Inputs:
        order = random.permutation(len(inputs[names[0]]))
        return {**inputs, **{name: inputs[name][order] for name in names}}

    return shuffle


def events(random: np.random.Generator, n: int) -> Inputs:
    return {
        "customer": random.integers(0, N_CUSTOMERS, n).astype(np.int32),
        "product": random.integers(0, N_PRODUCTS, n).astype(np.int32),
        "kind": random.integers(0, N_KINDS, n).astype(np.uint8),
        "at": random.integers(0, 40, n) * 86_400_000_000,
        "n_customers": N_CUSTOMERS,
        "n_products": N_PRODUCTS,
    }


def a_log(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.sparse_rows import build_log

    return build_log(**events(random, n))


def some_rows(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.sparse_rows import merge

    return merge(a_log(random, n), np.array([1.0, 0.5, 0.0, 0.2]), 40 * 86_400_000_000, 30.0)


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


CASES: Mapping[str, Case] = {
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
    "ranking_metrics.hit_rate": Case(without_targets, together("hit"), lambda result, inputs: np.sort(result)),
    "ranking_metrics.hits": Case(lists),
    "ranking_metrics.ndcg": Case(hit_lists, together("hit", "n_targets"), lambda result, inputs: np.sort(result)),
    "ranking_metrics.recall": Case(hit_lists, together("hit", "n_targets"), lambda result, inputs: np.sort(result)),
    "ranking_metrics.reciprocal_rank": Case(without_targets, together("hit"), lambda result, inputs: np.sort(result)),
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
"""One case a method: a new method in numerics is under no law until it has one, and the first test says so."""

NOT_FORMULAS = {"compiling"}
"""How work is compiled and spread over threads; not arrays in, arrays out."""


def methods() -> dict[str, Callable[..., Any]]:
    """Every public function of every module of numerics. Kernels that write into given arrays are reached through these."""
    found = {}
    for module in pkgutil.walk_packages(numerics.__path__, numerics.__name__ + "."):
        inside = importlib.import_module(module.name)
        short = module.name.removeprefix(numerics.__name__ + ".")
        for name, value in vars(inside).items():
            if (
                inspect.isfunction(value)
                and value.__module__ == module.name
                and not name.startswith("_")
                and short not in NOT_FORMULAS
            ):
                found[f"{short}.{name}"] = value
    return found


METHODS = methods()
HELD = sorted(set(METHODS) & set(CASES))


def agree(left: Any, right: Any, exact: bool = True) -> bool:
    if is_dataclass(left):
        return all(agree(getattr(left, field.name), getattr(right, field.name), exact) for field in fields(left))
    if isinstance(left, tuple | list):
        return len(left) == len(right) and all(agree(one, other, exact) for one, other in zip(left, right, strict=True))
    if isinstance(left, np.ndarray):
        same = np.array_equal if exact or left.dtype.kind not in "f" else np.allclose
        return left.shape == right.shape and left.dtype == right.dtype and bool(same(left, right))
    return left == right or (left != left and right != right)


def test_every_method_is_under_the_law():
    assert set(METHODS) == set(CASES)


@pytest.mark.parametrize("name", HELD)
def test_same_input_same_result(name):
    inputs = CASES[name].make(np.random.default_rng(1), 80)
    assert agree(METHODS[name](**inputs), METHODS[name](**inputs))


@pytest.mark.parametrize("name", HELD)
def test_inputs_are_unchanged(name):
    inputs = CASES[name].make(np.random.default_rng(2), 80)
    before = copy.deepcopy(inputs)
    METHODS[name](**inputs)
    for key, value in inputs.items():
        assert agree(value, before[key]), key


@pytest.mark.parametrize("name", HELD)
def test_arrays_that_may_only_be_read_are_enough(name):
    """Learned arrays are memory-mapped read-only; a method that writes into its input would fail there."""
    inputs = CASES[name].make(np.random.default_rng(2), 80)
    expected = METHODS[name](**copy.deepcopy(inputs))
    for value in inputs.values():
        for array in [value, *(getattr(value, field.name) for field in fields(value))] if is_dataclass(value) else [value]:
            if isinstance(array, np.ndarray):
                array.flags.writeable = False
    assert agree(METHODS[name](**inputs), expected)


@pytest.mark.parametrize("name", [name for name in HELD if CASES[name].shuffled])
def test_the_order_of_rows_does_not_matter(name):
    case, random = CASES[name], np.random.default_rng(3)
    inputs = case.make(random, 80)
    for _ in range(3):
        other = case.shuffled(random, inputs)
        assert agree(case.read(METHODS[name](**inputs), inputs), case.read(METHODS[name](**other), other), case.exact)


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("name", HELD)
def test_nothing_and_one_row_say_something_useful(name, n):
    case = CASES[name]
    try:
        result = METHODS[name](**case.make(np.random.default_rng(4), n))
    except ShopkeeperError as refused:
        assert refused.next
        return
    assert result is not None


def test_the_law_sees_a_change():
    """Each law above can fail."""
    rows = some_rows(np.random.default_rng(5), 80)
    changed = copy.deepcopy(rows)
    changed.weight[3] += 1
    assert agree(rows, copy.deepcopy(rows))
    assert not agree(rows, changed)

"""Laws on formulas: same arrays same result, inputs unchanged, the order of cases does not matter, nothing and one row work."""

import copy
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numerics_cases
import numpy as np
import pytest
from numerics_cases.case import Case, some_rows

from shopkeeper import numerics
from shopkeeper.core.errors import ShopkeeperError

CASES: dict[str, Case] = {}
"""One case a method: a new method in numerics is under no law until it has one, and the first test says so."""

for path in sorted(Path(numerics_cases.__path__[0]).glob("*.py")):
    CASES |= getattr(importlib.import_module(f"numerics_cases.{path.stem}"), "CASES", {})

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
        unknown = {"equal_nan": True} if left.dtype.kind == "f" else {}
        return left.shape == right.shape and left.dtype == right.dtype and bool(same(left, right, **unknown))
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

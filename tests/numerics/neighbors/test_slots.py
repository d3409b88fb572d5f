import numpy as np
import pytest

from shopkeeper.numerics.neighbors.slots import add_to, claim_own, empty_sums, slot_of, table_size, take_best
from shopkeeper.numerics.top_k import top_k_reference

NOBODY = np.empty(0, np.uint8)


def test_a_table_has_room():
    for n_codes in (0, 1, 10, 11, 1000, 65_536):
        size = table_size(n_codes)
        assert size >= 1.5 * n_codes
        assert size & (size - 1) == 0


def test_every_code_finds_its_slot():
    keys = np.full(table_size(1000), np.int32(-1))
    codes = np.random.default_rng(0).choice(2**31 - 1, 1000, replace=False).astype(np.int32)
    for code in codes:
        slot = slot_of(keys, code)
        assert keys[slot] == -1
        keys[slot] = code
    assert all(keys[slot_of(keys, code)] == code for code in codes)


def filled(values):
    sums, n = empty_sums(len(values)), 0
    for code, value in enumerate(values):
        if value > 0:
            n = add_to(code, value / 2, *sums[:3], n)
            n = add_to(code, value / 2, *sums[:3], n)
    return sums, n


def test_the_largest_sums_come_first_and_the_table_is_left_empty():
    values = np.random.default_rng(1).integers(0, 50, 300).astype(np.float32)
    sums, n = filled(values)
    code, value = np.empty(20, np.int32), np.empty(20, np.float32)
    assert take_best(n, NOBODY, sums, code, value) == 20
    assert code.tolist() == top_k_reference(values, 20).tolist()
    assert value == pytest.approx(values[code])
    assert (sums[0] == -1).all()
    assert take_best(0, NOBODY, sums, code, value) == 0


def test_only_what_is_allowed():
    values = np.arange(1.0, 11.0)
    sums, n = filled(values)
    code, value = np.empty(5, np.int32), np.empty(5, np.float32)
    allowed = np.array([1, 1, 1, 0, 0, 1, 0, 0], np.uint8)  # 8 and 9 are beyond what it knows
    assert take_best(n, allowed, sums, code, value) == 4
    assert code[:4].tolist() == [5, 2, 1, 0]


@pytest.mark.parametrize(("own", "expected"), [(-1.0, {0: 1.0}), (0.0, {0: 1.0, 1: 2.0}), (3.0, {0: 1.0, 1: 8.0, 2: 3.0})])
def test_what_the_past_has(own, expected):
    """Above 0: own * highest (2) * claim / largest claim (2) on top: 3 * 2 * 1 = 6 and 3 * 2 * 0.5 = 3."""
    sums, n = filled(np.array([1.0, 2.0]))
    past, claim = np.array([1, 2, -1], np.int32), np.array([2.0, 1.0, 5.0], np.float32)[:2]
    n = claim_own(past[:2], claim, own, sums, n)
    code, value = np.empty(5, np.int32), np.empty(5, np.float32)
    size = take_best(n, NOBODY, sums, code, value)
    assert dict(zip(code[:size].tolist(), value[:size].tolist(), strict=True)) == pytest.approx(expected)


def test_a_full_table_takes_no_more_and_nothing_breaks():
    sums, n = empty_sums(1), 0
    for code in range(100):
        n = add_to(code, 1.0, *sums[:3], n)
    assert n == int(np.ceil(len(sums[0]) * 2 / 3))
    assert add_to(0, 1.0, *sums[:3], n) == n

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.numerics.sparse_rows import build_log, choose_rows, counting_sort, cut, merge, only_first

DAY = 86_400_000_000
events = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 2), st.integers(0, 5)), max_size=80
)  # customer, product, kind, day


def log_of(rows):
    customer, product, kind, day = (
        (np.array(column, np.int64) for column in zip(*rows, strict=True)) if rows else [np.empty(0, np.int64)] * 4
    )
    return build_log(customer.astype(np.int32), product.astype(np.int32), kind.astype(np.uint8), day * DAY, 5, 7)


def test_counting_sort_by_hand():
    starts, order = counting_sort(np.array([2, 0, 2, 1, 0]), 4)
    assert starts.tolist() == [0, 2, 3, 5, 5]
    assert order.tolist() == [1, 4, 3, 0, 2]


@given(events, st.randoms())
def test_a_log_is_sorted_and_does_not_depend_on_the_order_of_rows(rows, random):
    log = log_of(rows)
    for row in range(log.n_rows):
        inside = slice(log.starts[row], log.starts[row + 1])
        got = list(zip(log.at[inside].tolist(), log.product[inside].tolist(), log.kind[inside].tolist(), strict=True))
        assert got == sorted((day * DAY, product, kind) for customer, product, kind, day in rows if customer == row)
    shuffled = list(rows)
    random.shuffle(shuffled)
    other = log_of(shuffled)
    for name in ("starts", "product", "kind", "at"):
        assert np.array_equal(getattr(log, name), getattr(other, name))


def merged_slowly(rows, weights, now_day, half_life):
    """{customer: [(product, step, weight, count, kinds)]} by plain dictionaries."""
    found = {}
    for customer in range(5):
        mine = [(day, product, kind) for who, product, kind, day in rows if who == customer and weights[kind] > 0]
        days = sorted({day for day, _, _ in mine}, reverse=True)
        newest = {}
        for day, product, kind in sorted(mine, reverse=True):
            weight = weights[kind] * 0.5 ** (max(0, now_day - day) / half_life)
            before = newest.get(product, [days.index(day), 0.0, 0, 0])
            newest[product] = [before[0], max(before[1], weight), before[2] + 1, before[3] | (1 << kind)]
        found[customer] = [(product, *values) for product, values in newest.items()]
    return found


@given(events)
def test_merging_equals_the_slow_way(rows):
    weights = np.array([1.0, 0.5, 0.0])
    got = merge(log_of(rows), weights, 6 * DAY, 2.0)
    for customer, wanted in merged_slowly(rows, weights, 6, 2.0).items():
        inside = slice(got.starts[customer], got.starts[customer + 1])
        assert got.product[inside].tolist() == [entry[0] for entry in wanted]
        assert got.step[inside].tolist() == [entry[1] for entry in wanted]
        assert got.weight[inside] == pytest.approx([entry[2] for entry in wanted], rel=1e-6)
        assert got.count[inside].tolist() == [entry[3] for entry in wanted]
        assert got.kinds[inside].tolist() == [entry[4] for entry in wanted]


def test_an_infinite_half_life_never_decays():
    rows = merge(log_of([(0, 1, 0, 0)]), np.array([1.0, 1, 1]), 10_000 * DAY, np.inf)
    assert rows.weight.tolist() == [1.0]


@given(events, st.integers(0, 6), st.integers(0, 6))
def test_cutting_keeps_what_lies_between(rows, low, high):
    got = cut(log_of(rows), low * DAY, high * DAY)
    wanted = log_of([row for row in rows if low <= row[3] < high])
    assert np.array_equal(got.starts, wanted.starts)
    assert np.array_equal(got.product, wanted.product)
    assert np.array_equal(got.at, wanted.at)


def test_choosing_rows_numbers_them_anew():
    log = log_of([(0, 1, 0, 0), (2, 3, 0, 1), (2, 4, 0, 2), (4, 5, 0, 0)])
    got = choose_rows(log, np.array([2, 4]))
    assert got.starts.tolist() == [0, 2, 3]
    assert got.product.tolist() == [3, 4, 5]


def test_only_the_newest_products_stay():
    rows = merge(log_of([(0, 1, 0, 0), (0, 2, 0, 1), (0, 3, 0, 2), (1, 4, 0, 0)]), np.ones(3), 3 * DAY, 10.0)
    got = only_first(rows, 2)
    assert got.starts.tolist() == [0, 2, 3, 3, 3, 3]
    assert got.product.tolist() == [3, 2, 4]
    assert only_first(rows, 3) is rows


def test_rows_are_kept_by_a_mask():
    rows = merge(log_of([(0, 1, 0, 0), (1, 2, 0, 1), (3, 3, 0, 2)]), np.ones(3), 3 * DAY, 10.0)
    got = rows.only(np.array([False, True, False, True, False]))
    assert got.starts.tolist() == [0, 1, 2]
    assert got.product.tolist() == [2, 3]

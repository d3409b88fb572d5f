"""Histories that look the same are counted once, and what cannot be is mended."""

import numpy as np
import pytest

from shopkeeper.numerics.lifetimes.counts import NO_TIME, Counts, grouped


def test_the_same_histories_are_counted_once():
    found = grouped(np.array([0, 2, 0, 2, 2]), np.array([0, 5, 0, 5, 6]), np.array([9, 9, 9, 9, 9]))
    assert found.n_repeats.tolist() == [0, 2, 2]
    assert found.last.tolist() == [0, 5, 6]
    assert found.weight.tolist() == [2, 2, 1]
    assert found.place.tolist() == [0, 1, 0, 1, 2]
    assert found.n_customers == 5
    assert found.mean_age == 9


def test_times_need_not_be_whole():
    age = np.array([1.25, 1.5, 1.25])
    found = grouped(np.zeros(3), np.zeros(3), age)
    assert found.age.tolist() == [1.25, 1.5]
    assert found.age[found.place].tolist() == age.tolist()


def test_many_different_times_are_told_apart():
    random = np.random.default_rng(0)
    age = random.random(3000) * 1e9
    last, repeats = age * random.random(3000), np.arange(3000.0) * 1e7
    found = grouped(repeats, last, age)
    assert len(found) == 3000
    np.testing.assert_array_equal(found.age[found.place], age)
    np.testing.assert_array_equal(found.last[found.place][1:], last[1:])
    assert np.all(np.diff(found.n_repeats) > 0)


def test_what_cannot_be_is_mended():
    found = grouped(np.array([-1, np.nan, 3, 0]), np.array([2.0, np.nan, 99.0, 4.0]), np.array([5.0, np.nan, 7.0, 5.0]))
    assert found.n_repeats[found.place].tolist() == [0, 0, 3, 0]
    assert found.last[found.place].tolist() == [0, 0, 7, 0]
    assert found.age[found.place].tolist() == [5, 0, 7, 5]


def test_nobody():
    found = grouped(np.empty(0), np.empty(0), np.empty(0))
    assert len(found) == 0
    assert found.n_customers == 0
    assert not found.has_repeats
    assert found.unit == NO_TIME


def test_a_sample_holds_as_many_customers_as_asked_for():
    found = grouped(np.arange(100) % 7, np.arange(100) % 7, np.full(100, 9))
    sample = found.sampled(30, seed=1)
    assert sample.n_customers == 30
    assert np.all(sample.weight <= found.weight[np.isin(found.last, sample.last)])
    assert found.sampled(100, seed=1) is found


def test_time_is_told_in_other_units():
    found = Counts(np.ones(1), np.array([7.0]), np.array([14.0]), np.ones(1), np.zeros(1, int)).scaled(7.0)
    assert (found.last[0], found.age[0]) == (1.0, 2.0)


def test_whether_anything_is_told():
    assert grouped(np.array([0, 1]), np.array([0, 2]), np.array([5, 5])).has_repeats
    assert not grouped(np.array([1, 1]), np.array([2, 2]), np.array([5, 5])).has_repeats
    assert not grouped(np.array([0, 0]), np.array([0, 0]), np.array([5, 6])).has_repeats
    assert grouped(np.zeros(2), np.zeros(2), np.array([4, 8])).unit == pytest.approx(6)

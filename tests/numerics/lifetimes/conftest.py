"""Customers drawn from the models themselves, and the CDNOW sample as Fader and Hardie count it."""

from datetime import date
from typing import NamedTuple

import numpy as np
import pytest


class Drawn(NamedTuple):
    """What was seen until now, and what came after: columns of customers."""

    n_repeats: np.ndarray
    last: np.ndarray
    age: np.ndarray
    later: np.ndarray
    alive: np.ndarray


def _lived(random, rate, age, ahead, leaves_after, lifetime):
    """Orders of each customer, until they leave: after any order with their chance, or at the end of their lifetime."""
    n = len(rate)
    repeats, last, later, alive = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n, bool)
    for who in range(n):
        at, is_there_now = 0.0, lifetime[who] > age[who]
        while True:
            at += random.exponential(1.0 / rate[who])
            if at > min(age[who] + ahead, lifetime[who]):
                break
            if at <= age[who]:
                repeats[who] += 1
                last[who] = at
            else:
                later[who] += 1
            if random.random() < leaves_after[who]:
                is_there_now = is_there_now and at > age[who]
                break
        alive[who] = is_there_now
    return Drawn(repeats, last, age, later, alive)


@pytest.fixture(scope="session")
def bg_world():
    """Draw customers of BG/NBD: ``(n, r, alpha, a, b, seed, ahead)``; ages up to a hundred."""

    def draw(n, r=0.6, alpha=8.0, a=0.8, b=2.5, seed=0, ahead=50.0):
        random = np.random.default_rng(seed)
        rate, leaves = random.gamma(r, 1.0 / alpha, n) + 1e-9, random.beta(a, b, n) if a else np.zeros(n)
        return _lived(random, rate, random.uniform(10.0, 100.0, n), ahead, leaves, np.full(n, np.inf))

    return draw


@pytest.fixture(scope="session")
def pareto_world():
    """Draw customers of Pareto/NBD: ``(n, r, alpha, s, beta, seed, ahead)``; ages up to a hundred."""

    def draw(n, r=0.8, alpha=8.0, s=0.9, beta=30.0, seed=0, ahead=50.0):
        random = np.random.default_rng(seed)
        rate, lifetime = random.gamma(r, 1.0 / alpha, n) + 1e-9, random.exponential(1.0 / random.gamma(s, 1.0 / beta, n))
        return _lived(random, rate, random.uniform(10.0, 100.0, n), ahead, np.zeros(n), lifetime)

    return draw


@pytest.fixture(scope="session")
def cdnow(real_data):
    """The 2,357 customers who first bought in early 1997: counts in weeks up to 30 September, and the 39 weeks after.

    A dict of columns: n_repeats, last, age, mean_value (of repeats), later, first (day). Purchases of one day count once.
    """
    rows = [line.split() for line in (real_data / "cdnow_sample" / "CDNOW_sample.txt").read_text().splitlines()]
    who = np.array([int(row[1]) for row in rows])
    day = np.array([date(int(row[2][:4]), int(row[2][4:6]), int(row[2][6:])).toordinal() for row in rows])
    key, place = np.unique(who * 10**7 + day, return_inverse=True)
    worth = np.bincount(place, weights=np.array([float(row[4]) for row in rows]))
    code, day = np.unique(key // 10**7, return_inverse=True)[1], key % 10**7
    n, end = int(code.max()) + 1, date(1997, 9, 30).toordinal()
    first = np.full(n, day.max())
    np.minimum.at(first, code, day)
    last = first.copy()
    known = day <= end
    np.maximum.at(last, code[known], day[known])
    repeat = known & (day > first[code])
    n_repeats = np.bincount(code[repeat], minlength=n).astype(float)
    paid = np.bincount(code[repeat], weights=worth[repeat], minlength=n)
    return {
        "n_repeats": n_repeats, "last": (last - first) / 7.0, "age": (end - first) / 7.0,
        "mean_value": paid / np.maximum(n_repeats, 1.0), "later": np.bincount(code[~known], minlength=n).astype(float),
        "value_later": np.bincount(code[~known], weights=worth[~known], minlength=n), "first": first,
    }  # fmt: skip


@pytest.fixture(scope="session")
def differences():
    """Central differences of a log-likelihood by each parameter."""

    def work_out(log_likelihood, cases, parameters):
        found = []
        for place, value in enumerate(parameters):
            step = np.zeros(len(parameters))
            step[place] = 1e-5 * value
            high, low = (log_likelihood(cases, parameters + sign * step)[0] for sign in (1.0, -1.0))
            found.append((high - low) / (2e-5 * value))
        return np.array(found)

    return work_out

from collections import defaultdict

import numpy as np
import pytest

from shopkeeper.numerics.neighbors.co_rated import Likeness, Measure
from shopkeeper.numerics.neighbors.customer_neighbors import CustomerRule, answer_customers, learn_customers
from shopkeeper.numerics.neighbors.visits import in_order
from shopkeeper.numerics.sparse_rows import Rows

N_PRODUCTS = 12


def rows_of(tables):
    """Rows of {product: weight}, newest first."""
    starts = np.concatenate(([0], np.cumsum([len(each) for each in tables]))).astype(np.int64)
    product = np.array([what for each in tables for what in each], np.int32)
    weight = np.array([value for each in tables for value in each.values()], np.float32)
    place = np.zeros(len(product), np.int32)
    return Rows(starts, product, place, weight, place, place.astype(np.uint32), N_PRODUCTS)


def answers(tables, pasts, rule, own=-1.0, customer=None, n=N_PRODUCTS):
    rows, past = rows_of(tables), rows_of(pasts)
    ordered = in_order(rows, np.arange(len(tables)), np.arange(len(tables), dtype=np.int32))
    index = learn_customers(ordered, ordered.weight, rule, len(tables))
    who = np.full(len(pasts), -1) if customer is None else customer
    product, score = answer_customers(index, past.starts, past.product, past.weight, past.weight, who, n, own=own)
    return [
        {int(what): float(value) for what, value in zip(products, scores, strict=True) if what >= 0}
        for products, scores in zip(product, score, strict=True)
    ]


def reference(tables, past, rule, me=-1):
    """`customer_answers` in plain Python, without a limit of candidates."""
    count = np.bincount([what for each in tables for what in each], minlength=N_PRODUCTS)
    rarity = np.log1p(len(tables) / np.maximum(count, 1)) ** rule.rarity_exponent
    like = {}
    for who, theirs in enumerate(tables):
        both = [what for what in past if what in theirs]
        over = both if rule.like.only_common else list(range(N_PRODUCTS))
        if who == me or not both:
            continue
        g, x = rarity[over], np.array([past.get(what, 0.0) for what in over])
        y = np.array([theirs.get(what, 0.0) for what in over])
        if rule.like.measure == Measure.PEARSON:
            x, y = x - (g @ x) / g.sum(), y - (g @ y) / g.sum()
        below = np.sqrt((g @ x**2) * (g @ y**2))
        n = len(both)
        trust = min(n, rule.like.cut) / rule.like.cut * n / (n + rule.like.shrinkage)
        like[who] = (g @ (x * y)) / below * trust if below > 1e-9 else 0.0
    score = defaultdict(float)
    for who in sorted((w for w in like if like[w] > 0), key=lambda w: (-np.round(like[w], 6), -w))[: rule.neighbors]:
        for place, (what, weight) in enumerate(tables[who].items()):
            said = like[who] ** rule.amplification * weight * np.exp(-rule.neighbor_decay * place)
            score[what] += said * count[what] ** -rule.target_exponent
    return {what: value for what, value in score.items() if what not in past}


def test_counting_by_hand():
    tables = [{0: 1.0, 1: 1.0}, {0: 1.0, 2: 1.0, 3: 1.0, 4: 1.0}, {5: 1.0}]
    rule = CustomerRule()
    (found,) = answers(tables, [{0: 1.0}], rule)
    assert found == pytest.approx({1: 1 / np.sqrt(2), 2: 0.5, 3: 0.5, 4: 0.5})
    (kept,) = answers(tables, [{0: 1.0}], rule, own=0.0)
    assert kept[0] == pytest.approx(1 / np.sqrt(2) + 0.5)
    (again,) = answers(tables, [{0: 1.0}], rule, own=2.0)
    assert again[0] == pytest.approx(3 * (1 / np.sqrt(2) + 0.5))
    (one,) = answers(tables, [{0: 1.0}], CustomerRule(neighbors=1))
    assert set(one) == {1}


def test_a_customer_is_not_its_own_neighbor():
    tables = [{0: 1.0, 1: 1.0}, {0: 1.0, 2: 1.0}]
    me, other = answers(tables, [{0: 1.0}, {0: 1.0}], CustomerRule(), customer=np.array([0, -1]))
    assert set(me) == {2}
    assert set(other) == {1, 2}


RULES = [
    CustomerRule(),
    CustomerRule(Likeness(Measure.PEARSON, only_common=False), rarity_exponent=1.0),
    CustomerRule(Likeness(Measure.COSINE, cut=3.0, shrinkage=2.0), neighbors=4),
    CustomerRule(Likeness(Measure.PEARSON, cut=4.0), amplification=2.0, rarity_exponent=0.5),
    CustomerRule(neighbors=5, neighbor_decay=0.3, target_exponent=0.5, amplification=0.5, rarity_exponent=2.0),
]


@pytest.mark.parametrize("rule", RULES)
def test_the_formulas(rule):
    random = np.random.default_rng(3)

    def some():
        chosen = random.choice(N_PRODUCTS, random.integers(2, 7), replace=False)
        return {int(what): float(random.integers(1, 6)) for what in chosen}

    tables, pasts = [some() for _ in range(30)], [some() for _ in range(8)]
    for past, found in zip(pasts, answers(tables, pasts, rule), strict=True):
        assert found == pytest.approx(reference(tables, past, rule), rel=1e-4)


def test_so_many_candidates_of_each_product():
    tables = [{0: 1.0, number: 1.0} for number in range(1, 11)]
    newest = CustomerRule(candidates=3)
    assert set(answers(tables, [{0: 1.0}], newest)[0]) == {8, 9, 10}
    evenly = CustomerRule(candidates=5, newest_first=False)
    assert set(answers(tables, [{0: 1.0}], evenly)[0]) == {2, 4, 6, 8, 10}


def test_nobody_and_unknown_products():
    assert answers([], [{0: 1.0}], CustomerRule()) == [{}]
    assert answers([{0: 1.0, 1: 1.0}], [{}, {7: 1.0}], CustomerRule()) == [{}, {}]

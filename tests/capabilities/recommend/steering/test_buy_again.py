"""A made shop with coffee, phones and shirts; and real purchases, beside hiding and showing what was bought."""

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.steering.buy_again import ARRAYS, BuyAgain
from shopkeeper.capabilities.recommend.steering.categories import CategoryTree
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.sparse_rows import build_log

DAY = 86_400_000_000
TREE = CategoryTree({"food > coffee": 0, "tech > phones": 1, "clothes > shirts": 2, "food": 3})
CATEGORY = np.repeat(np.arange(3, dtype=np.int32), 10)  # products 0-9 coffee, 10-19 phones, 20-29 shirts
CATEGORY = np.append(CATEGORY, -1).astype(np.int32)
COFFEE, PHONE, SHIRT, STRANGE = 0, 10, 20, 30


def made(seed=0, n_customers=200, n_days=720):
    """Everybody has a coffee and buys it again every 28 days or so; a phone once; shirts, each once, every 50 days."""
    random = np.random.default_rng(seed)
    rows = []
    for customer in range(n_customers):
        day, coffee = random.random() * 30, random.integers(0, 10)
        while day < n_days:
            rows.append((customer, coffee, day))
            day += 28 * np.exp(0.25 * random.standard_normal())
        rows.append((customer, 10 + random.integers(0, 10), random.random() * n_days))
        day = random.random() * 50
        for shirt in random.permutation(10):
            rows.append((customer, 20 + shirt, day))
            day += 50 * np.exp(0.5 * random.standard_normal())
    customer, product, day = (np.array(column) for column in zip(*rows, strict=True))
    kind = np.full(len(rows), EVENT_KINDS.index("purchase"), np.uint8)
    return build_log(
        customer.astype(np.int32), product.astype(np.int32), kind, (day * DAY).astype(np.int64), n_customers, len(CATEGORY)
    )


@pytest.fixture(scope="module")
def again():
    return BuyAgain.from_arrays(BuyAgain.learn(made(), CATEGORY, TREE, 20.0), np.array([0, 1, 2, 3, 4]))


def factor(again, bought, days, candidate):
    return float(
        again.factor(np.array([bought], np.int32), np.array([days], np.float32), np.array([candidate], np.int32), CATEGORY)[0]
    )


def test_the_rhythms_are_found(again):
    coffee, phone, shirt = (again.rhythm(code, CATEGORY[code]) for code in (COFFEE, PHONE, SHIRT))
    assert coffee.share > 0.9 and coffee.days == pytest.approx(28, rel=0.1)
    assert phone.share < 0.15 and shirt.share < 0.15
    assert again.of_category[2, 0] > 0.8  # other shirts are bought all the same


def test_a_phone_once_and_coffee_again(again):
    assert max(factor(again, PHONE, days, PHONE) for days in (1, 30, 200, 600)) < 0.3
    assert factor(again, COFFEE, 2, COFFEE) < 0.1
    assert factor(again, COFFEE, 27, COFFEE) > 1.2
    assert factor(again, COFFEE, 300, COFFEE) < 0.5


def test_another_phone_waits_and_another_shirt_does_not(again):
    assert factor(again, PHONE, 10, PHONE + 1) < 0.3
    assert factor(again, SHIRT, 10, SHIRT + 1) == 1.0
    assert factor(again, SHIRT, 10, PHONE) == factor(again, SHIRT, 10, STRANGE) == 1.0


def test_a_product_that_came_after_learning_is_as_its_category(again):
    grown = np.append(CATEGORY, [0, 1]).astype(np.int32)
    found = again.factor(
        np.array([31, 32], np.int32), np.array([27, 27], np.float32), np.array([31, 32], np.int32), grown
    )  # fmt: skip
    assert found[0] > 1.2 and found[1] < 0.3


def test_no_purchases_at_all():
    empty = build_log(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8), np.empty(0, np.int64), 0, 31)
    arrays = BuyAgain.learn(empty, CATEGORY, TREE, 20.0)
    assert set(arrays) == set(ARRAYS) and all(np.isfinite(values).all() for values in arrays.values())
    looks = build_log(
        np.zeros(5, np.int32),
        np.arange(5, dtype=np.int32),
        np.full(5, EVENT_KINDS.index("view_item"), np.uint8),
        np.arange(5),
        1,
        31,
    )
    assert np.array_equal(BuyAgain.learn(looks, CATEGORY, TREE, 20.0)["again_product"], arrays["again_product"])
    assert BuyAgain.learn(empty, np.full(31, -1, np.int32), CategoryTree({}), 20.0)["again_kind"].shape == (1, 4)


def test_nothing_is_bought_again_where_everything_is_bought_once():
    """Products in turn: no customer ever buys one twice, though all come back for years."""
    customer, turn = np.divmod(np.arange(100 * 31), 31)
    kind = np.full(len(customer), EVENT_KINDS.index("purchase"), np.uint8)
    log = build_log(customer.astype(np.int32), turn.astype(np.int32), kind, turn * 30 * DAY, 100, 31)
    found = BuyAgain.from_arrays(BuyAgain.learn(log, CATEGORY, TREE, 20.0), np.arange(5))
    assert found.of_product[:, 0].max() < 0.1
    assert max(factor(found, 5, days, 5) for days in (1, 20, 100, 800)) < 0.2


@pytest.mark.realdata
def test_on_real_purchases_what_is_due_is_bought_more(real_data):
    """UCI Online Retail: of what customers own, the third that is most due is bought in the next month thrice as often as the last."""
    import pyarrow.parquet as pq

    table = pq.read_table(real_data / "online_retail" / "online_retail.parquet")
    number, quantity = table["CustomerID"].to_numpy(), table["Quantity"].to_numpy()
    kept = np.isfinite(number) & (quantity > 0)
    at = table["InvoiceDate"].to_numpy().astype("datetime64[us]").astype(np.int64)[kept]
    customer = np.unique(number[kept], return_inverse=True)[1].astype(np.int32)
    names = table["StockCode"].dictionary_encode().combine_chunks().indices.to_numpy()[kept]
    product = np.unique(names, return_inverse=True)[1].astype(np.int32)
    n_customers, n_products = int(customer.max()) + 1, int(product.max()) + 1
    now = int(np.datetime64("2011-10-01", "us").astype(np.int64))
    before, after = at < now, (at >= now) & (at < now + 30 * DAY)
    kind = np.full(int(before.sum()), EVENT_KINDS.index("purchase"), np.uint8)
    log = build_log(customer[before], product[before], kind, at[before], n_customers, n_products)
    none, empty = np.full(n_products, -1, np.int32), CategoryTree({})
    again = BuyAgain.from_arrays(BuyAgain.learn(log, none, empty, 20.0), np.zeros(1, np.int64))
    bought = set(zip(customer[after].tolist(), product[after].tolist(), strict=True))
    factors, hits = [], []
    for row in np.unique(customer[after]).tolist():
        mine = slice(log.starts[row], log.starts[row + 1])
        own, days = log.product[mine][::-1].copy(), ((now - log.at[mine][::-1]) / DAY).astype(np.float32)
        candidates = np.unique(own)
        factors.append(again.factor(own, days, candidates, none))
        hits.append([(row, code) in bought for code in candidates.tolist()])
    factor, hit = np.concatenate(factors), np.concatenate(hits)
    low, high = np.quantile(factor, [1 / 3, 2 / 3])
    assert hit[factor >= high].mean() > 3 * hit[factor <= low].mean()

import time

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.methods.item_graph import ITEM_GRAPH
from shopkeeper.capabilities.recommend.methods.method import Known, questions_for
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.ranking.candidates import candidates, sources
from shopkeeper.capabilities.recommend.ranking.features import (
    FeatureTables,
    feature_names,
    features_for,
    features_of,
    meanings,
    pasts_of,
    tables_of,
)
from shopkeeper.numerics.compiling import quiet

DAY = 86_400_000_000


@pytest.fixture(scope="module")
def asked(world):
    known = world.known
    retrievers = {method.name: method.learn(known, method.starts[0], quiet) for method in (ITEM_GRAPH, POPULARITY)}
    questions = questions_for(known, np.arange(known.log.n_rows), own=0.0)
    return retrievers, questions, candidates(retrievers, questions, 60, 100)


def one(pasts, gathered, question):
    here = slice(pasts.starts[question], pasts.starts[question + 1])
    there = slice(gathered.starts[question], gathered.starts[question + 1])
    return tuple(column[here] for column in pasts.columns), gathered.product[there], gathered.score[there], there


def test_an_answer_reads_exactly_what_learning_read(world, asked):
    retrievers, questions, gathered = asked
    tables = tables_of(world.known)
    together = features_for(tables, questions, gathered)
    assert together.shape == (len(gathered.product), len(feature_names(sources(retrievers))))
    back = FeatureTables.from_arrays(tables.arrays())
    pasts = pasts_of(questions)
    for question in range(0, len(questions), 41):
        past, product, score, there = one(pasts, gathered, question)
        alone = features_of(back, past, product, score, questions.now)
        assert np.array_equal(alone, together[there], equal_nan=True)


def test_every_feature_has_a_name_and_a_line(asked):
    names = feature_names(sources(asked[0]))
    lines = meanings(sources(asked[0]))
    assert set(names) == set(lines)
    assert len(set(names)) == len(names)
    assert all(len(line) > 10 for line in lines.values())


def test_tables_by_hand(world):
    known = world.known
    tables = tables_of(known)
    column = dict(zip(feature_columns(), tables.number.T, strict=True))
    log = known.log
    product = 17
    rows = np.repeat(np.arange(log.n_rows), np.diff(log.starts))
    mine = log.product == product
    assert column["popularity"][product] == pytest.approx(np.log1p(len(np.unique(rows[mine]))))
    assert column["age_days"][product] == pytest.approx((known.now - log.at[mine].min()) / DAY, abs=1e-4)
    assert column["idle_days"][product] == pytest.approx((known.now - log.at[mine].max()) / DAY, abs=1e-4)
    assert column["price"][product] == pytest.approx(np.log(known.products.price[product]))
    weekly = known.trend(1.0, 7.0)
    assert column["trend_7"][product] == pytest.approx(np.log(weekly[product] / weekly.mean() + 1e-3), abs=1e-5)
    assert (column["interval_days"] > 0).all()
    assert ((column["repeat_share"] > 0) & (column["repeat_share"] < 1)).all()


def feature_columns():
    from shopkeeper.numerics.candidates.describe import PRODUCT_NUMBERS

    return tuple(PRODUCT_NUMBERS)


def test_without_a_catalog_prices_and_categories_are_not_known(world, asked):
    bare = Known(world.known.log, world.known.now, world.known.settings)
    retrievers, questions, gathered = asked
    found = dict(zip(feature_names(sources(retrievers)), features_for(tables_of(bare), questions, gathered).T, strict=True))
    for name in ("price", "price_ratio", "category_share", "brand_share", "category_since"):
        assert np.isnan(found[name]).all(), name
    assert not np.isnan(found["popularity"]).any()


def test_a_visitor_without_a_past_gets_numbers(world, asked):
    nothing = (
        np.empty(0, np.int32),
        np.empty(0, np.float32),
        np.empty(0, np.int32),
        np.empty(0, np.float32),
        np.empty(0, np.int32),
    )
    candidate, score = np.arange(5, dtype=np.int32), np.ones((5, 3), np.float32)
    found = features_of(tables_of(world.known), nothing, candidate, score, world.known.now)
    names = feature_names(sources(asked[0]))
    assert found[0, names.index("past_products")] == 0.0
    assert np.isnan(found[0, names.index("price_ratio")])


@pytest.mark.slow
def test_two_hundred_candidates_are_described_in_half_a_millisecond(world):
    random = np.random.default_rng(0)
    past = (
        random.integers(0, 120, 200).astype(np.int32), np.ones(200, np.float32), np.arange(200, dtype=np.int32),
        np.arange(200, dtype=np.float32), np.ones(200, np.int32),
    )  # fmt: skip
    candidate, score = random.integers(0, 120, 200).astype(np.int32), random.random((200, 5)).astype(np.float32)
    tables = tables_of(world.known)
    seconds = []
    for _ in range(200):
        started = time.perf_counter()
        features_of(tables, past, candidate, score, world.known.now)
        seconds.append(time.perf_counter() - started)
    assert np.quantile(seconds, 0.2) < 0.5e-3

import sys

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.deep.training import missing
from shopkeeper.capabilities.recommend.ranking.choosing import choose, gains, learn_ranker, no_network, places
from shopkeeper.capabilities.recommend.ranking.examples import Examples, joined
from shopkeeper.capabilities.recommend.ranking.features import feature_names
from shopkeeper.capabilities.recommend.ranking.ranker import LearnedRanker
from shopkeeper.core.errors import UnknownName

SOURCES = ("first", "second")
NAMES = feature_names(SOURCES)


def made(n, signal, seed=0, size=12):
    """Two retrievers with half of the signal each; the price says the rest. Each question is another customer's."""
    random = np.random.default_rng(seed)
    features = np.full((n * size, len(NAMES)), np.nan, np.float32)
    score = random.random((n * size, 2)).astype(np.float32)
    price = random.normal(size=n * size).astype(np.float32)
    features[:, :2] = score
    ranks = np.argsort(np.argsort(-score.reshape(n, size, 2), axis=1), axis=1).reshape(-1, 2)
    features[:, 2:4] = 1.0 / (1.0 + ranks)
    features[:, NAMES.index("price")] = price
    features[random.random(len(price)) < 0.1, NAMES.index("age")] = 1.0
    want = signal * (4 * score.sum(axis=1) + 3 * (np.abs(price) < 0.5)) + random.gumbel(size=n * size)
    label = np.zeros((n, size), np.float32)
    label[np.arange(n), want.reshape(n, size).argmax(axis=1)] = 1.0
    codes = np.tile(np.arange(size), n)
    return Examples(
        features,
        NAMES,
        np.repeat(np.arange(n), size),
        codes,
        codes % 3,
        codes % 2,
        np.arange(0, (n + 1) * size, size),
        label.ravel(),
    )


@pytest.fixture(scope="module")
def examples():
    return made(400, signal=1.0)


def test_trees_are_taken_where_more_than_the_retrievers_matters(examples):
    ranker = learn_ranker(examples, SOURCES, seed=1)
    assert ranker.kind == "lambda_rank"
    assert ranker.reached["lambda_rank"] > ranker.reached["blend"] > ranker.reached["first"]
    assert ranker.n_judged == 400
    other = made(300, signal=1.0, seed=5)
    assert gains(ranker, other).mean() > gains(learn_ranker(examples, SOURCES, "blend"), other).mean() + 0.02


def test_the_mix_is_better_than_either(examples):
    ranker = learn_ranker(examples, SOURCES, "blend")
    assert ranker.kind == "blend"
    assert len(ranker.trees) == 0
    weight = ranker.blend.weight.reshape(4, 2).sum(axis=0)
    assert 0.6 < weight[0] / weight[1] < 1.7
    assert (ranker.blend.weight >= 0).all()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_trees_do_not_hurt_where_there_is_nothing(seed):
    ranker = learn_ranker(made(200, signal=0.0, seed=seed), SOURCES, seed=seed)
    other = made(500, signal=0.0, seed=77)
    chance = gains(LearnedRanker(SOURCES, "first", learn_ranker(other.only(np.zeros(500, bool)), SOURCES).blend), other)
    assert abs(gains(ranker, other).mean() - chance.mean()) < 3 * chance.std() / np.sqrt(500)


def test_the_same_seed_gives_the_same(examples):
    some = examples.only(np.arange(400) < 120)
    first, again = (learn_ranker(some, SOURCES, seed=3) for _ in range(2))
    assert first.kind == again.kind
    for name, array in first.arrays().items():
        assert np.array_equal(array, again.arrays()[name]), name


def test_few_questions_get_no_trees(examples):
    few = learn_ranker(examples.only(np.arange(400) < 30), SOURCES)
    assert few.kind != "lambda_rank"
    assert "lambda_rank" not in few.reached


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_network_that_is_asked_for_is_taken_as_it_is(examples):
    ranker = learn_ranker(examples, SOURCES, "fm", seed=1)
    assert (ranker.kind, dict(ranker.reached), len(ranker.trees)) == ("fm", {}, 0)
    codes = (examples.customer, examples.product, examples.category, examples.brand)
    alone = learn_ranker(examples, SOURCES, "blend")
    assert gains(ranker, examples).mean() > gains(alone, examples).mean()
    back = LearnedRanker.from_arrays(ranker.arrays(), ranker.card())
    assert np.array_equal(back.scores(examples.features, codes), ranker.scores(examples.features, codes))
    assert back.kind == "fm"


def test_where_no_network_can_be_learned_trees_are(examples, monkeypatch):
    few = examples.only(np.arange(400) < 80)
    assert no_network(few).endswith("here are 80.")
    assert learn_ranker(few, SOURCES, "ncf", seed=1).network is None
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "pip install" in no_network(examples)
    assert learn_ranker(examples, SOURCES, "ncf", seed=1).kind == "lambda_rank"


def test_no_question_at_all(examples):
    none = learn_ranker(examples.only(np.zeros(400, bool)), SOURCES)
    assert none.kind == "blend"
    scores = none.scores(examples.features[:12])
    assert len(np.unique(scores)) > 3


def test_all_questions_of_a_customer_are_on_one_side(examples):
    twice = joined([examples, examples])
    place = places(twice, 0)
    assert np.array_equal(place[:400], place[400:])
    assert len(np.unique(place)) == 400
    assert 0.0 <= place.min() < place.max() < 1.0


def test_the_plainer_is_kept_unless_the_richer_is_better_beyond_chance():
    random = np.random.default_rng(0)
    plain = random.random(100)
    close = plain + random.normal(0.001, 0.3, 100) * np.where(np.arange(100) % 2, 1, -1)
    assert choose({"one": plain, "two": plain - 0.1, "blend": close - (close - plain).mean()})[0] == "one"
    found, reached = choose({"one": plain, "blend": plain + 0.02, "lambda_rank 10": plain + 0.01, "lambda_rank 20": plain + 0.05})
    assert found == "lambda_rank 20"
    assert reached["lambda_rank"].mean() == pytest.approx(plain.mean() + 0.05)


def test_a_wrong_name_tells_the_right_one(examples):
    with pytest.raises(UnknownName) as refused:
        learn_ranker(examples, SOURCES, "lambdarank")
    assert "lambda_rank" in refused.value.wanted

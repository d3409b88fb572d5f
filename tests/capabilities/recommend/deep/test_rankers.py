import csv
import gzip
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from shopkeeper.capabilities.recommend.deep.rankers import DEEPFM, FM, NCF, RANKERS, WIDE_DEEP, LearnedRanker
from shopkeeper.capabilities.recommend.ranking.examples import Examples

QUICK = {"rate": 2e-2, "epochs": 6}


def examples(seed, chance, n_questions=300, n_each=10, n_customers=20, n_products=24):
    """Questions of which one candidate was chosen: the one with the largest ``chance`` (a logit) after noise."""
    random = np.random.default_rng(seed)
    n = n_questions * n_each
    customer, product = np.repeat(random.integers(0, n_customers, n_questions), n_each), random.integers(0, n_products, n)
    features = random.normal(size=(n, 2)).astype(np.float32)
    made = Examples(
        features, ("first", "second"), customer, product, product % 4, product % 3, np.arange(0, n + 1, n_each), np.zeros(n)
    )
    wish = (chance(made) + random.gumbel(size=n)).reshape(n_questions, n_each)
    label = (wish == wish.max(axis=1, keepdims=True)).ravel().astype(np.float32)
    return replace(made, label=label)


def scored(learned, of):
    return learned.score(of.features, of.customer, of.product, of.category, of.brand)


def first_is_right(score, of):
    """The share of the questions whose chosen candidate has the highest score; a tenth by chance."""
    return float(of.label.reshape(-1, 10)[np.arange(len(of)), score.reshape(-1, 10).argmax(axis=1)].mean())


def product_of_features(of):
    return 4.0 * of.features[:, 0] * of.features[:, 1]


def taste_of_ids(of):
    return np.where((of.customer + of.product) % 3 == 0, 4.0, 0.0)


def taste_of_categories(of):
    return np.where((of.customer * 7 + of.category) % 4 == 0, 4.0, 0.0)


@pytest.mark.parametrize("ranker", [FM, DEEPFM, WIDE_DEEP], ids=lambda ranker: ranker.name)
def test_two_features_that_only_count_together(ranker):
    given, asked = examples(1, product_of_features), examples(2, product_of_features)
    learned = ranker.changed(**QUICK).fit(given, 0)
    best_linear = max(
        first_is_right(asked.features @ np.array(way, np.float32), asked) for way in ((1, 1), (1, -1), (1, 0), (0, 1))
    )
    assert best_linear < 0.45
    assert first_is_right(scored(learned, asked), asked) > max(0.5, best_linear + 0.1)


@pytest.mark.parametrize("ranker", [NCF, FM, DEEPFM], ids=lambda ranker: ranker.name)
def test_who_likes_what_from_codes_alone(ranker):
    given, asked = examples(1, taste_of_ids), examples(2, taste_of_ids)
    learned = ranker.changed(rate=2e-2, epochs=15).fit(given, 0)
    assert first_is_right(scored(learned, asked), asked) > 0.2  # of those liked, a third of ten, any may be chosen
    liked = taste_of_ids(asked) > 0
    score = scored(learned, asked).reshape(-1, 10)
    assert liked.reshape(-1, 10)[np.arange(len(asked)), score.argmax(axis=1)].mean() > 0.8


def test_wide_and_deep_remembers_crosses():
    given, asked = examples(1, taste_of_categories), examples(2, taste_of_categories)
    learned = WIDE_DEEP.changed(rate=2e-2, epochs=10, hidden=()).fit(given, 0)
    liked = (taste_of_categories(asked) > 0).reshape(-1, 10)
    assert liked[np.arange(len(asked)), scored(learned, asked).reshape(-1, 10).argmax(axis=1)].mean() > 0.8


def test_where_nothing_counts_it_finds_nothing():
    nothing = examples(1, lambda of: np.zeros(len(of.label)))
    asked = examples(2, lambda of: np.zeros(len(of.label)))
    assert first_is_right(scored(DEEPFM.fit(nothing, 0), asked), asked) < 0.16


@pytest.mark.parametrize("name", RANKERS)
def test_the_same_seed_gives_the_same_and_saving_keeps_answers(name, tmp_path):
    given = examples(3, product_of_features, n_questions=120)
    quick = RANKERS[name].changed(epochs=2)
    before = given.features.copy()
    first, same, other = (quick.fit(given, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(first.arrays()[each], same.arrays()[each]) for each in first.arrays())
    assert not np.array_equal(scored(first, given), scored(other, given))
    assert np.array_equal(given.features, before)
    for each, array in first.arrays().items():
        np.save(tmp_path / f"{each}.npy", array, allow_pickle=False)
    back = LearnedRanker.from_arrays({path.stem: np.load(path, mmap_mode="r") for path in tmp_path.glob("*.npy")})
    assert np.array_equal(scored(back, given), scored(first, given))
    assert scored(back, given).dtype == np.float32
    assert back.n_bytes == first.n_bytes > 0


@pytest.mark.parametrize("name", RANKERS)
def test_tiny_and_unknown_inputs(name):
    one = Examples(np.full((2, 1), np.nan, np.float32), ("unknown",), *(np.array([-1, 0]) for _ in range(4)), np.array([0, 2]),
                   np.array([0, 1], np.float32))  # fmt: skip
    learned = RANKERS[name].fit(one, 0)
    assert np.isfinite(scored(learned, one)).all()
    assert len(learned.score(np.empty((0, 1), np.float32), *(np.empty(0, np.int64),) * 4)) == 0
    far = learned.score(np.array([[np.inf]], np.float32), *(np.array([10**9]) for _ in range(4)))
    assert np.isfinite(far).all()


@pytest.mark.parametrize("name", RANKERS)
def test_a_question_is_answered_alone_as_among_others(name):
    """What was compared many at a time is what is served one at a time, with int8 weights too."""
    given = examples(4, product_of_features, n_questions=200)
    learned = RANKERS[name].changed(epochs=2).fit(given, 0)
    together = scored(learned, given).reshape(-1, 10)
    alone = np.stack([scored(learned, given.only(np.arange(200) == question)) for question in range(200)])
    assert (together.argsort(axis=1) == alone.argsort(axis=1)).mean() > 0.95


def test_what_speaks_against_it(monkeypatch):
    given = examples(3, product_of_features, n_questions=2)
    assert FM.against(given) == ""
    assert (
        FM.against(replace(given, label=given.label * 0)) == "no candidate was chosen: there is nothing to tell good from bad by"
    )
    monkeypatch.setitem(sys.modules, "torch", None)
    assert FM.against(given) == "torch is not installed: pip install 'shopkeeper[deep]'"


def test_whoever_is_told_may_stop_it():
    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FM.fit(examples(3, product_of_features, n_questions=2), 0, stop)


@pytest.mark.slow
@pytest.mark.parametrize("name", RANKERS)
def test_two_hundred_candidates_take_less_than_a_millisecond(name):
    random = np.random.default_rng(0)
    given = examples(3, product_of_features, n_questions=50, n_products=5000)
    wide = replace(given, features=random.normal(size=(500, 30)).astype(np.float32), names=tuple("f" * 30))
    learned = RANKERS[name].changed(epochs=1).fit(wide, 0)
    first = [each[:200] for each in (wide.features, wide.customer, wide.product, wide.category, wide.brand)]
    seconds = []
    for _ in range(300):
        started = time.perf_counter()
        learned.score(*first)
        seconds.append(time.perf_counter() - started)
    print(name, "ms for 200 candidates:", round(1e3 * float(np.median(seconds)), 3))
    assert np.median(seconds) < 1e-3


def rows_of(path):
    with gzip.open(path, "rt", newline="") as file:
        return list(csv.reader(file, delimiter="\t" if "criteo" in str(path) else ","))


def clicks(folder, name):
    """(numbers, words of each column, clicked) of one part of the clicks on adverts; dev and test are too small to stand alone."""
    if folder.name == "criteo_small":
        rows = [row for part in name for row in rows_of(folder / f"{part}.csv.gz")]
        numbers = np.array([[float(value) if value else np.nan for value in row[1:14]] for row in rows], np.float32)
        return np.sign(numbers) * np.log1p(np.abs(numbers)), [row[14:] for row in rows], np.array([float(row[0]) for row in rows])
    rows = [row for part in name for row in rows_of(folder / f"lapis_{part}.csv.gz")[1:]]
    return (
        np.array([[float(row[2]) % 100] for row in rows], np.float32),
        [row[3:] for row in rows],
        np.array([float(row[1]) for row in rows]),
    )


def coded(words, known):
    """int64 [rows, columns]: words that stand in at least four of the known rows have a code."""
    columns = []
    for column in range(len(known[0])):
        word, count = np.unique([row[column] for row in known], return_counts=True)
        code = {each: place for place, each in enumerate(word[count >= 4])}
        columns.append([code.get(row[column], -1) for row in words])
    return np.array(columns, np.int64).T


def area_under_curve(score, clicked):
    rank = np.argsort(np.argsort(score)) + 1.0
    n = (clicked > 0).sum()
    return (rank[clicked > 0].sum() - n * (n + 1) / 2) / (n * (len(clicked) - n))


def logistic(fields, given, clicked, asked):
    """The linear answer on the same inputs, with a ridge."""
    sign, n = 2.0 * clicked - 1.0, fields.n_slots

    def value(weights):
        score = weights[given.slot].sum(axis=1) + given.number @ weights[n:-1] + weights[-1]
        slope = -sign / (1.0 + np.exp(sign * score))
        gradient = np.concatenate(
            (np.bincount(given.slot.ravel(), np.repeat(slope, given.slot.shape[1]), n), slope @ given.number, [slope.sum()])
        )
        return np.logaddexp(0.0, -sign * score).sum() + 5.0 * (weights @ weights), gradient + 10.0 * weights

    found = minimize(value, np.zeros(n + given.number.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 100}).x
    return found[asked.slot].sum(axis=1) + asked.number @ found[n:-1]


@pytest.mark.slow
@pytest.mark.realdata
@pytest.mark.parametrize(("folder", "least"), [("criteo_small", 0.70), ("avazu_small", 0.69)])
@pytest.mark.parametrize("ranker", [FM, DEEPFM], ids=lambda ranker: ranker.name)
def test_clicks_on_adverts(ranker, folder, least, real_data):
    numbers, words, clicked = clicks(real_data / folder, ["train"])
    asked_numbers, asked_words, asked_clicked = clicks(real_data / folder, ["dev", "test"])
    learned = ranker.changed(by_question=False).fit_table(numbers, coded(words, words), np.arange(len(clicked) + 1), clicked, 0)
    asked = learned.fields.inputs(asked_numbers, coded(asked_words, words))
    score = learned.score_inputs(asked).astype(float)
    reached = area_under_curve(score, asked_clicked)
    linear = area_under_curve(
        logistic(learned.fields, learned.fields.inputs(numbers, coded(words, words)), clicked, asked), asked_clicked
    )
    print(folder, ranker.name, "AUC", round(reached, 4), "logistic", round(linear, 4))
    assert reached > least
    assert reached > linear - 0.02  # one standard error: these are 800 rows
    share = clicked.mean()
    sign = 2.0 * asked_clicked - 1.0
    assert np.logaddexp(0.0, -sign * score).mean() < np.logaddexp(0.0, -sign * np.log(share / (1.0 - share))).mean()

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.judging import scores as judge
from shopkeeper.capabilities.recommend.judging.exam import exam
from shopkeeper.capabilities.recommend.judging.periods import FOREVER, periods, sample
from shopkeeper.capabilities.recommend.methods.item_graph import CHOICES, Parameters
from shopkeeper.capabilities.recommend.read import read_interactions
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.numerics.sparse_rows import build_log

SETTINGS = RecommendSettings()


def log_of(view):
    data = read_interactions(view)
    return build_log(data.customer, data.product, data.kind, data.at, len(data.customers), len(data.products)), data


@pytest.fixture
def validation(tastes, view_of):
    log, data = log_of(view_of(tastes))
    cuts = periods(log, data.is_known, SETTINGS)
    return exam(log, data.is_known, cuts.validation_at, cuts.test_at, SETTINGS, 0)


def test_the_last_tenths_of_the_interactions_validate_and_test(tastes, view_of):
    log, data = log_of(view_of(tastes))
    cuts = periods(log, data.is_known, SETTINGS)
    assert np.mean(log.at >= cuts.test_at) == pytest.approx(0.1, abs=0.01)
    assert np.mean((log.at >= cuts.validation_at) & (log.at < cuts.test_at)) == pytest.approx(0.1, abs=0.01)
    assert cuts.end_at == log.at.max()


def test_cases_are_customers_with_history_and_what_is_new_to_them(validation):
    had = {(row, product) for row in range(validation.known.log.n_rows) for product in _row(validation.known.log, row)}
    assert validation.known.log.at.max() < validation.known.now
    assert len(validation.new.row) > 50
    for case, row in enumerate(validation.new.row):
        wanted = validation.new.target[validation.new.starts[case] : validation.new.starts[case + 1]]
        assert len(wanted) > 0
        assert not any((row, product) in had for product in wanted.tolist())
        assert _row(validation.known.log, row)
    assert set(validation.new.row) <= set(validation.every.row)
    assert len(validation.every.target) > len(validation.new.target)


def _row(log, row):
    return log.product[log.starts[row] : log.starts[row + 1]].tolist()


def test_at_most_so_many_are_judged(tastes, view_of):
    log, data = log_of(view_of(tastes))
    cuts = periods(log, data.is_known, SETTINGS)
    few = exam(log, data.is_known, cuts.test_at, FOREVER, RecommendSettings(judged_customers=15), 0)
    again = exam(log, data.is_known, cuts.test_at, FOREVER, RecommendSettings(judged_customers=15), 0)
    assert len(few.new.row) == 15
    assert np.array_equal(few.new.row, again.new.row)


def test_popularity_is_what_is_bought_most_without_the_own(validation):
    parameters = Parameters(popularity_half_life_days=1e6)
    listed = judge.popular(validation, parameters, validation.new)
    counts = np.bincount(validation.known.log.product, minlength=validation.known.log.n_products)
    for case, row in enumerate(validation.new.row[:20]):
        own = set(_row(validation.known.log, row))
        others = np.array([code for code in range(len(counts)) if code not in own])
        assert not own & set(listed[case].tolist())
        assert counts[listed[case]].tolist() == np.sort(counts[others])[::-1][:10].tolist()


def test_bought_again_begins_with_what_was_bought_most_often(validation):
    listed = judge.bought_again(validation, Parameters(), validation.every)
    for case, row in enumerate(validation.every.row[:20]):
        own = _row(validation.known.log, row)
        assert listed[case, 0] in {code for code in own if own.count(code) == max(map(own.count, own))}
        assert set(listed[case, : min(10, len(set(own)))].tolist()) <= set(own)


def test_tuning_helps_ends_and_repeats(validation):
    few, many = judge.tune(validation, 3), judge.tune(validation, 30)
    assert few.n_trials == 3
    assert many.n_trials <= 30
    assert many.after >= few.after >= few.before > 0
    assert judge.tune(validation, 30) == many
    for name, choices in CHOICES.items():
        assert getattr(many.parameters, name) in choices
    assert judge.tune(validation, 0).parameters == Parameters()


def test_with_repeats_it_is_not_worse_than_bought_again(learned):
    score = learned.scores[3]
    assert score.baseline_name == "bought again"
    assert score.verdict != "worse"


def test_a_sample_keeps_whole_customers(tastes, view_of):
    log, _ = log_of(view_of(tastes))
    some, chosen = sample(log, RecommendSettings(tuning_interactions=1000), 0)
    assert 0.7 * 1000 < len(some.product) < 1.3 * 1000
    for place, row in enumerate(chosen[:10]):
        assert _row(some, place) == _row(log, row)
    everything, rows = sample(log, SETTINGS, 0)
    assert everything is log
    assert len(rows) == log.n_rows

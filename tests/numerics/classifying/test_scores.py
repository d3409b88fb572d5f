import numpy as np
import pytest

from shopkeeper.numerics.classifying.scores import (
    auc,
    best_threshold,
    brier,
    log_loss,
    log_odds,
    precision_recall_f1,
    probability_of,
)


def cases(n=400, levels=12):
    random = np.random.default_rng(3)
    label = random.random(n) < 0.35
    probability = np.clip((random.integers(0, levels, n) + 3 * label) / (levels + 4), 0.02, 0.98)
    return label, probability


def test_auc_by_hand():
    # Of six pairs four are in order, one is the other way round, one is a tie.
    assert auc(np.array([1, 1, 0, 0, 0], bool), np.array([0.9, 0.4, 0.5, 0.4, 0.1])) == pytest.approx(4.5 / 6)


def test_everything_as_scikit_learn_has_it():
    from sklearn import metrics

    label, probability = cases()
    assert auc(label, probability) == pytest.approx(metrics.roc_auc_score(label, probability))
    assert brier(label, probability) == pytest.approx(metrics.brier_score_loss(label, probability))
    assert log_loss(label, probability) == pytest.approx(metrics.log_loss(label, probability))
    chosen = probability >= 0.5
    found = precision_recall_f1(label, chosen)
    assert found == pytest.approx(metrics.precision_recall_fscore_support(label, chosen, average="binary")[:3])


def test_nobody_chosen_and_nobody_to_find():
    none, all_of = np.zeros(3, bool), np.ones(3, bool)
    assert precision_recall_f1(all_of, none) == (0.0, 0.0, 0.0)
    assert precision_recall_f1(none, all_of) == (0.0, 0.0, 0.0)
    assert np.isnan(auc(none, np.arange(3)))


def test_the_best_threshold_is_the_best_of_all():
    label, probability = cases()
    tried = {value: precision_recall_f1(label, probability >= value)[2] for value in np.unique(probability)}
    assert tried[best_threshold(label, probability)] == max(tried.values())
    assert best_threshold(np.zeros(0, bool), np.zeros(0)) == np.inf


def test_log_odds_and_back_never_overflow():
    score = np.array([-800.0, -3.0, 0.0, 3.0, 800.0])
    assert probability_of(score) == pytest.approx([0.0, 0.04742587, 0.5, 0.95257413, 1.0])
    assert log_odds(probability_of(score[1:4])) == pytest.approx(score[1:4])
    assert np.all(np.isfinite(log_odds(np.array([0.0, 1.0]))))

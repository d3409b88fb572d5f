import numpy as np
import pytest

from shopkeeper.numerics.classifying.resampled_auc import auc_interval, resampled_auc
from shopkeeper.numerics.classifying.scores import auc


def cases(n=600, strength=1.0):
    random = np.random.default_rng(2)
    label = random.random(n) < 0.3
    return label, np.round(strength * label + random.normal(size=n), 1)


def test_every_sample_is_the_auc_of_its_draw():
    label, score = cases(40)
    found = resampled_auc(label, np.column_stack([score, -score]), seed=5, n_samples=20)
    drawn = np.random.default_rng(5).integers(0, 40, (20, 40), dtype=np.int32)
    assert found[:, 0] == pytest.approx([auc(label[row], score[row]) for row in drawn])
    assert found.sum(axis=1) == pytest.approx(np.ones(20))


def test_the_interval_is_as_wide_as_delong_says():
    label, score = cases()
    low, high = auc_interval(resampled_auc(label, score[:, None], seed=1)[:, 0])
    # DeLong's variance from the placements of yes among no and the other way round.
    wins = (score[label][:, None] > score[~label]) + 0.5 * (score[label][:, None] == score[~label])
    variance = wins.mean(axis=1).var(ddof=1) / label.sum() + wins.mean(axis=0).var(ddof=1) / (~label).sum()
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(variance), rel=0.1)
    assert low < auc(label, score) < high


def test_what_is_nothing_has_an_interval_around_a_half_and_a_copy_differs_by_nothing():
    label, score = cases(strength=0.0)
    found = resampled_auc(label, np.column_stack([score, 2.0 * score]), seed=1)
    low, high = auc_interval(found[:, 0])
    assert low < 0.5 < high
    assert auc_interval(found[:, 0] - found[:, 1]) == (0.0, 0.0)


def test_without_both_kinds_nothing_is_known():
    assert np.isnan(resampled_auc(np.ones(5, bool), np.ones((5, 1)), seed=1, n_samples=3)).all()
    assert np.isnan(auc_interval(np.full(4, np.nan))).all()

"""How good probabilities of yes or no are: AUC, Brier, log loss, precision, recall and F1."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array

SMALLEST = 1e-9  # probabilities nearer to 0 or 1 are taken as this far from it: a log loss is never infinite


def log_odds(probability: Array) -> Array:
    """float64: ln(p / (1 - p)) of each ``probability`` float, those of 0 and 1 taken as 1e-9 away."""
    inside = np.clip(np.asarray(probability, np.float64), SMALLEST, 1.0 - SMALLEST)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def probability_of(score: Array) -> Array:
    """float64 in [0, 1]: 1 / (1 + e^-s) of each ``score`` float, the log odds; never overflows."""
    score = np.asarray(score, np.float64)
    small = np.exp(-np.abs(score))
    return np.asarray(np.where(score >= 0.0, 1.0, small) / (1.0 + small))


def auc(label: Array, score: Array) -> float:
    """How often a yes has a higher ``score`` than a no, ties counted half (Mann-Whitney U / n_yes n_no); NaN without both.

    ``label`` bool [cases], ``score`` float [cases].
    """
    label = np.asarray(label, np.bool_)
    n_yes = int(label.sum())
    n_no = len(label) - n_yes
    if n_yes == 0 or n_no == 0:
        return float("nan")
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    rank = (last - 0.5 * (count - 1))[place]  # the mean rank of those that are equal, from 1
    return float((rank[label].sum() - 0.5 * n_yes * (n_yes + 1)) / (n_yes * n_no))


def brier(label: Array, probability: Array) -> float:
    """Mean of (p - label)^2 (Brier 1950); NaN for no cases. ``label`` bool, ``probability`` float, both [cases]."""
    if len(label) == 0:
        return float("nan")
    return float(np.mean((np.asarray(probability, np.float64) - label) ** 2))


def log_loss(label: Array, probability: Array) -> float:
    """Mean of -ln(the probability that was given to what happened), in nats; NaN for no cases. Arguments as in `brier`."""
    if len(label) == 0:
        return float("nan")
    given = np.where(label, probability, 1.0 - np.asarray(probability, np.float64))
    return float(-np.mean(np.log(np.clip(given, SMALLEST, 1.0))))


def precision_recall_f1(label: Array, chosen: Array) -> tuple[float, float, float]:
    """(precision, recall, F1) of ``chosen`` bool [cases] for ``label`` bool [cases]; each 0 where nothing speaks for it."""
    label, chosen = np.asarray(label, np.bool_), np.asarray(chosen, np.bool_)
    found = float((label & chosen).sum())
    precision = found / max(1.0, float(chosen.sum()))
    recall = found / max(1.0, float(label.sum()))
    return precision, recall, 2.0 * precision * recall / max(precision + recall, 1e-300)


def best_threshold(label: Array, score: Array) -> float:
    """The smallest ``score`` that is taken for a yes so that F1 is largest; of several the highest. Infinity for no cases.

    ``label`` bool [cases], ``score`` float [cases]: cases with a score of at least the threshold are taken for yes.
    """
    if len(label) == 0:
        return float("inf")
    values, place = np.unique(-np.asarray(score, np.float64), return_inverse=True)
    n_chosen = np.cumsum(np.bincount(place, minlength=len(values)))
    n_found = np.cumsum(np.bincount(place, weights=np.asarray(label, np.float64), minlength=len(values)))
    f1 = 2.0 * n_found / (n_chosen + float(np.sum(label)))
    return float(-values[int(np.argmax(f1))])

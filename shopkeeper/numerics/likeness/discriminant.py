"""Who is like the members of a group: the linear discriminant of members and others, with shrinkage, in closed form.

Fisher (1936), with the covariance shrunk towards its diagonal (Friedman 1989, regularized discriminant analysis) and the
difference of means soft-thresholded by its own error (Tibshirani et al. 2002, nearest shrunken centroids): few members then
speak through few features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array

CLIPPED = 5.0
DIAGONAL_SHARE = 0.2  # how far the covariance is shrunk
SURE = 1.0  # standard errors that a difference of means must exceed
STEP = 65_536


@dataclass(frozen=True)
class Standardized:
    """``matrix`` float32 [rows, features] with mean 0 and deviation 1 (0 where a value is unknown or all are the same).

    ``covariance`` float64 [features, features] of it; ``center`` and ``scale`` float64 [features]: what was taken off and
    divided by, after the logarithm where ``is_log`` says so.
    """

    matrix: Array
    covariance: Array
    center: Array
    scale: Array


@dataclass(frozen=True)
class Discriminant:
    """Log-odds of a row x: ``weights`` · (x - ``middle``); ``inside`` and ``outside`` are the means of members and others."""

    weights: Array
    middle: Array
    inside: Array
    outside: Array


def standardized(values: Array, is_log: Array) -> Standardized:
    """``values`` float64 [rows, features] made comparable; of features with ``is_log`` (bool) the signed logarithm is taken."""
    n, k = values.shape
    matrix = np.zeros((n, k), np.float32)
    center, scale = np.zeros(k), np.ones(k)
    for place in range(k):
        column = values[:, place]
        if is_log[place]:
            column = np.sign(column) * np.log1p(np.abs(column))
        known = np.isfinite(column)
        kept = np.sort(column[known])  # sorted, so that sums do not depend on the order of rows
        if len(kept) == 0 or kept[0] == kept[-1]:
            continue
        center[place], scale[place] = kept.mean(), kept.std()
        matrix[known, place] = np.clip((column[known] - center[place]) / scale[place], -CLIPPED, CLIPPED)
    return Standardized(matrix, covariance(matrix), center, scale)


def covariance(matrix: Array) -> Array:
    """float64 [features, features]: the covariance of the rows of ``matrix`` float32 [rows, features]; zeros for no rows."""
    n, k = matrix.shape
    total, products = np.zeros(k), np.zeros((k, k))
    for low in range(0, n, STEP):
        part = matrix[low : low + STEP].astype(np.float64)
        total += part.sum(axis=0)
        products += part.T @ part
    mean = total / max(n, 1)
    found: Array = products / max(n, 1) - np.outer(mean, mean)
    return found


def discriminant(matrix: Array, covariance: Array, members: Array) -> Discriminant:
    """What sets the rows ``members`` (places) of ``matrix`` apart from all others; zero weights where nobody is in or out."""
    n, k = matrix.shape
    m = len(members)
    everyone = matrix.mean(axis=0, dtype=np.float64) if n else np.zeros(k)
    if m == 0 or m == n:
        return Discriminant(np.zeros(k), everyone, everyone, everyone)
    inside = matrix[members].mean(axis=0, dtype=np.float64)
    outside = (n * everyone - m * inside) / (n - m)
    difference = inside - outside
    share = m / n
    within = covariance - share * (1.0 - share) * np.outer(difference, difference)
    spread = np.maximum(np.diag(within), 1e-9)
    error = SURE * np.sqrt(spread * (1.0 / m + 1.0 / (n - m)))
    sure = np.sign(difference) * np.maximum(np.abs(difference) - error, 0.0)
    shrunk = (1.0 - DIAGONAL_SHARE) * within + np.diag(DIAGONAL_SHARE * spread + 1e-6)
    return Discriminant(np.linalg.solve(shrunk, sure), (inside + outside) / 2.0, inside, outside)


def likeness(matrix: Array, found: Discriminant) -> Array:
    """float32 [rows], 0 to 1: how much more each row is like a member than like the others; 0.5 is as much one as the other."""
    weights = found.weights.astype(np.float32)
    odds = matrix @ weights - np.float32(found.weights @ found.middle)
    np.clip(odds, -30.0, 30.0, out=odds)
    alike: Array = 1.0 / (1.0 + np.exp(-odds))
    return alike


def contributions(row: Array, found: Discriminant) -> Array:
    """float64 [features]: what each feature of one ``row`` adds to the log-odds; their sum is the log-odds."""
    said: Array = found.weights * (row.astype(np.float64) - found.middle)
    return said

"""Does a feature see its own future? What it is made from is cut and shuffled after its moment, and it must not change."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from shopkeeper.capabilities.recommend.methods.method import Known, Learned, questions_for
from shopkeeper.capabilities.recommend.ranking.candidates import candidates, sources
from shopkeeper.capabilities.recommend.ranking.features import feature_names, features_for, tables_of
from shopkeeper.capabilities.recommend.ranking.window import part
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log, build_log


class Described(NamedTuple):
    """Features float32 [candidates, features] by the names of their columns."""

    names: tuple[str, ...]
    features: Array


def audit(features: Callable[[Log], Described], log: Log, moment: int, seed: int = 0) -> tuple[str, ...]:
    """The names of the features that change when what happened at or after ``moment`` (microseconds) is another or none.

    ``features`` describes the same candidates from any log that it is given. It is asked three times: with ``log`` as it is,
    without the events from ``moment`` on, and with those events' products and kinds shuffled among them. Where the candidates
    themselves change, every name is given.
    """
    whole = features(log)
    later = log.at >= moment
    changed: set[str] = set()
    for other in (part(log, ~later), shuffled(log, later, seed)):
        again = features(other)
        if again.features.shape != whole.features.shape:
            return whole.names
        same = ((whole.features == again.features) | (np.isnan(whole.features) & np.isnan(again.features))).all(axis=0)
        changed.update(name for name, is_same in zip(whole.names, same, strict=True) if not is_same)
    return tuple(name for name in whole.names if name in changed)


def shuffled(log: Log, later: Array, seed: int) -> Log:
    """The log with the products and kinds of the events where ``later`` bool [events] holds dealt out anew among them."""
    order = np.random.default_rng(seed).permutation(int(later.sum()))
    product, kind = log.product.copy(), log.kind.copy()
    product[later], kind[later] = log.product[later][order], log.kind[later][order]
    row = np.repeat(np.arange(log.n_rows), np.diff(log.starts))
    return build_log(row, product, kind, log.at, log.n_rows, log.n_products)


def described_at(
    known: Known, moment: int, learn: Callable[[Known], dict[str, Learned]], n: int = 50, most: int = 100
) -> Callable[[Log], Described]:
    """How the hybrid describes candidates at ``moment``, as a function of the log: what `audit` asks about.

    The log is cut at the moment, retrievers learn from what is left, and every customer with a past is asked about.
    """

    def features(log: Log) -> Described:
        before = Known(part(log, log.at < moment), moment, known.settings, known.products, seed=known.seed)
        retrievers = learn(before)
        questions = questions_for(before, np.flatnonzero(before.rows().sizes > 0), own=0.0)
        gathered = candidates(retrievers, questions, n, most)
        return Described(feature_names(sources(retrievers)), features_for(tables_of(before), questions, gathered))

    return features

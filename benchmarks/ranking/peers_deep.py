"""Two networks by cornac, which read a past as a sequence: GRU4Rec (Hidasi et al. 2016) and SASRec (Kang & McAuley 2018)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.methods.method import Known, Learned, Lists, Questions
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.sparse_rows import Log

LONGEST = 50  # newest events of a past that are read
BATCH = 256


@dataclass(frozen=True)
class Gru4Rec:
    """Hidasi et al. (2016), by cornac; ``width`` of its one layer."""

    width: int = 100
    n_epochs: int = 10
    learning_rate: float = 0.05
    loss: str = "cross-entropy"
    dropout: float = 0.0
    n_sample: int = 2048


@dataclass(frozen=True)
class SasRec:
    """Kang & McAuley (2018), by cornac, with sampled softmax."""

    width: int = 100
    n_epochs: int = 10
    learning_rate: float = 0.001
    dropout: float = 0.2
    n_sample: int = 2048


@dataclass(frozen=True)
class Sequences:
    """A learned network; ``score`` gives int codes [questions, length] of pasts of one length as scores of all its products."""

    code_of: Array
    place_of: Array
    score: Callable[[Array], Array]
    n_bytes: int = 0

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` best of each question; pasts of one length are asked together."""
        product, score = np.full((len(questions), n), -1, np.int32), np.zeros((len(questions), n), np.float32)
        pasts = [self._past(questions.log, row) for row in range(len(questions))]
        length = np.array([len(past) for past in pasts])
        for size in np.unique(length[length > 0]):
            rows = np.flatnonzero(length == size)
            for low in range(0, len(rows), BATCH):
                part = rows[low : low + BATCH]
                values = self.score(np.stack([pasts[row] for row in part]))
                if questions.own < 0:
                    np.put_along_axis(values, np.stack([pasts[row] for row in part]), -np.inf, axis=1)
                product[part], score[part] = self._best(values, n)
                tell(float(part[-1]) / len(questions))
        return Lists(product, score)

    def _past(self, log: Log, row: int) -> Array:
        places = self.place_of[log.product[log.starts[row] : log.starts[row + 1]]]
        return places[places >= 0][-LONGEST:]

    def _best(self, values: Array, n: int) -> tuple[Array, Array]:
        kept = min(n, values.shape[1])
        best = np.argpartition(-values, kept - 1, axis=1)[:, :kept]
        order = np.argsort(-np.take_along_axis(values, best, axis=1), axis=1, kind="stable")
        best = np.take_along_axis(best, order, axis=1)
        score = np.take_along_axis(values, best, axis=1)
        spare = ((0, 0), (0, n - kept))
        product = np.where(np.isfinite(score), self.code_of[best], -1)
        return np.pad(product, spare, constant_values=-1), np.pad(np.where(np.isfinite(score), score, 0.0), spare)


def _data_set(known: Known) -> tuple[Any, Array, Array]:
    """(cornac's data set of sequences, our code of each of its products, its place of each of our codes)."""
    from cornac.data import SequentialDataset

    log = known.log
    row = np.repeat(np.arange(log.n_rows), np.diff(log.starts))
    rows = list(zip(row.tolist(), log.product.tolist(), range(len(row)), strict=True))
    data = SequentialDataset.build(rows, fmt="SIT", seed=known.seed)
    code_of = np.fromiter(data.iid_map.keys(), np.int64, len(data.iid_map))
    place_of = np.full(log.n_products, -1, np.int64)
    place_of[code_of] = np.fromiter(data.iid_map.values(), np.int64, len(data.iid_map))
    return data, code_of[np.argsort(place_of[code_of])], place_of


def learn_gru4rec(known: Known, parameters: Gru4Rec, tell: Tell = quiet) -> Learned:
    """One layer of gated units."""
    import torch
    from cornac.models import GRU4Rec

    tell(0.0)
    data, code_of, place_of = _data_set(known)
    model = GRU4Rec(
        layers=[parameters.width], loss=parameters.loss, batch_size=128, learning_rate=parameters.learning_rate,
        dropout_p_hidden=parameters.dropout, n_sample=parameters.n_sample, n_epochs=parameters.n_epochs, seed=known.seed,
    ).fit(data)  # fmt: skip

    def score(pasts: Array) -> Array:
        hidden, found = [torch.zeros((len(pasts), parameters.width))], None
        model.model.eval()
        with torch.no_grad():
            for column in pasts.T:
                found = model.model.forward(torch.from_numpy(column.copy()), hidden, None, training=False)
        return found[:, : len(code_of)].numpy().astype(np.float64)

    return Sequences(code_of, place_of, score)


def learn_sasrec(known: Known, parameters: SasRec, tell: Tell = quiet) -> Learned:
    """Two blocks of attention."""
    import torch
    from cornac.models import SASRec

    tell(0.0)
    data, code_of, place_of = _data_set(known)
    model = SASRec(
        embedding_dim=parameters.width, learning_rate=parameters.learning_rate, dropout=parameters.dropout, max_len=LONGEST,
        n_sample=parameters.n_sample, n_epochs=parameters.n_epochs, seed=known.seed,
    ).fit(data)  # fmt: skip

    def score(pasts: Array) -> Array:
        padded = np.full((len(pasts), LONGEST), model.pad_idx)
        padded[:, LONGEST - pasts.shape[1] :] = pasts
        model.model.eval()
        found = model.model.predict(None, torch.from_numpy(padded))
        return found.reshape(len(pasts), -1).astype(np.float64)

    return Sequences(code_of, place_of, score)

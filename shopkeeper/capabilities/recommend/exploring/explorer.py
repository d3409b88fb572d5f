"""The stage "explore" of an answer: some slots go to products that may be better than we know, with a known probability."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.exploring.belief import Belief, learn_belief
from shopkeeper.capabilities.recommend.exploring.read import read_slates
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.bandits.best import log_of_betas
from shopkeeper.numerics.bandits.slots import fill
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array

NOTHING = np.empty(0, np.int32)


@dataclass(frozen=True)
class Explored:
    """What stands in each slot. ``codes`` int32 [n], ``probability`` float64 [n], ``explored`` bool [n].

    A slot's probability is that of what stands there, given the slots before it and whatever the coin showed (see
    `numerics.bandits.slots`): 1.0 where nothing could be explored, and near 1 - share where the best candidate stands.
    ``candidates`` int32 are what could have stood there, best first, with ``strength`` int64: percent of the best one's score.
    """

    codes: Array
    probability: Array
    explored: Array
    candidates: Array
    strength: Array
    share: float
    method: str

    @property
    def slate_probability(self) -> float:
        """The probability of the whole list: what stands in `decisions` as ``probability``."""
        return float(np.prod(self.probability)) if len(self.candidates) else 1.0

    def reason(self, product_id: Callable[[int], str]) -> dict[str, Any]:
        """What goes into the decision's ``reason`` under "explore", so that other policies can be judged; {} for no exploring.

        ``product_id(code)`` gives a product's number. See `exploring.read` for how it is read back.
        """
        if len(self.candidates) == 0:
            return {}
        return {
            "method": self.method,
            "share": self.share,
            "probability": [float(f"{value:.6g}") for value in self.probability],
            "explored": [place + 1 for place in np.flatnonzero(self.explored).tolist()],
            "candidates": [product_id(code) for code in self.candidates.tolist()],
            "strength": self.strength.tolist(),
        }


class Explorer:
    """Chooses for the explored slots and learns from what comes of it. Thread-safe as `Belief` is.

    ``arrays`` are those of `learn_belief` (or `arrays`), None where nothing was learned yet.
    """

    def __init__(self, arrays: Mapping[str, Array] | None, settings: RecommendSettings) -> None:
        self._belief = Belief(arrays, settings)
        self._settings = settings

    def arrays(self) -> dict[str, Array]:
        """Everything that is known, to be saved."""
        return self._belief.arrays()

    def observe(self, table: str, rows: Sequence[Mapping[str, Any]], code_of: Callable[[str], int]) -> None:
        """Take new rows of `decisions` and `outcomes`; ``code_of(product_id)`` gives a product's code, -1 for unknown ones."""
        self._belief.observe(table, rows, code_of)

    def explore(
        self,
        codes: Array,
        scores: Array,
        n: int,
        share: float,
        place: str = "",
        seed_text: str = "",
        fixed: Array | None = None,
    ) -> Explored:
        """A list of ``n`` of the candidates ``codes`` int32 [m], best first, with ``scores`` float32 [m]; fewer where m < n.

        In each slot a coin of probability ``share`` leaves the choice to the bandit; with 0 the first n candidates stand as they
        are, at no cost. ``fixed`` bool [n]: slots that keep what stands there (pinned products). The same ``seed_text``
        gives the same choice; "" chooses anew each time.
        """
        n = max(min(n, len(codes)), 0)
        if share <= 0.0 or n == 0 or len(codes) == 1:
            return Explored(codes[:n], np.ones(n), np.zeros(n, np.bool_), NOTHING, NOTHING, 0.0, "")
        settings = self._settings
        candidates = codes[: max(settings.explore_candidates, 2 * n)]
        strength = _percent(scores[: len(candidates)])
        by_draw = settings.explore_method == "thompson"
        filled = fill(
            _believed(self._belief, candidates, strength / 100.0, place, settings),
            by_draw=by_draw,
            share=min(share, 1.0),
            floor=settings.explore_floor,
            draws=draws(seed_text, n),
            fixed=np.zeros(n, np.bool_) if fixed is None else np.asarray(fixed, np.bool_),
        )
        chosen = candidates[filled.candidate]
        return Explored(
            chosen, filled.probability, filled.explored, candidates, strength, min(share, 1.0), settings.explore_method
        )


def learn_explorer(
    view: ShopView, products: PackedTexts, settings: RecommendSettings, popularity: Array | None = None
) -> dict[str, Array]:
    """The arrays of an `Explorer` for these products, from `decisions` and what came of them; {} where nothing was decided.

    ``popularity`` as in `learn_belief`.
    """
    if settings.explore_decisions == 0 or view.count("decisions") == 0:
        return {}
    slates = read_slates(view, reward=settings.explore_reward, limit=settings.explore_decisions, products=products)
    return learn_belief(slates, settings, popularity) if slates.n_decisions else {}


def _believed(belief: Belief, codes: Array, strength: Array, place: str, settings: RecommendSettings) -> Array:
    """What `numerics.bandits.slots.fill` takes: of each candidate its ln F (Thompson sampling) or its upper bound (LinUCB)."""
    if settings.explore_method == "thompson":
        return log_of_betas(*belief.posterior(codes, place))
    return belief.bounds(codes, np.arange(len(codes)), strength, place, settings.explore_confidence)[:, None]


def draws(seed_text: str, n: int) -> Array:
    """float64 [n, 2] in [0, 1): the same for the same text on every machine; new ones for "" each time."""
    raw = hashlib.shake_128(seed_text.encode()).digest(16 * n) if seed_text else os.urandom(16 * n)
    found: Array = (np.frombuffer(raw, "<u8").reshape(n, 2) >> np.uint64(11)) * 2.0**-53
    return found


def _percent(scores: Array) -> Array:
    """int64 [m]: scores in percent of the best one's, 0 where that is not above 0."""
    best = float(scores[0])
    if not best > 0.0:
        return np.zeros(len(scores), np.int64)
    return np.clip(np.rint(np.asarray(scores, np.float64) * (100.0 / best)), 0, 100).astype(np.int64)

"""What a shop believes of its products by what they earned where they were shown; kept as arrays, brought up to date live."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson

from shopkeeper.capabilities.recommend.exploring.read import REWARDS, Slates
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.numerics.bandits.evidence import N_FEATURES, Evidence, features, looks, looks_before, replay
from shopkeeper.numerics.bandits.linear import Ridge
from shopkeeper.numerics.bandits.thompson import beta_prior
from shopkeeper.numerics.compiling import Array

N_POSITIONS = 50
MOST_PLACES = 15
FIRST_RATE, FIRST_SHOWS = 0.02, 50.0
"""What a show in the first position earns where nothing is known, and how many shows that counts as."""
OTHER_PLACES = 0.25
"""What a reward at another place counts beside one at the place in question."""
RIDGE_STRENGTH = 10.0
REMEMBERED = 50_000
"""How many of the newest decisions wait in memory for what came of them."""


class Remembered(NamedTuple):
    """A decision whose outcomes may still come: its place's row, and of each product its look and its features (or None)."""

    row: int
    slots: dict[int, tuple[float, Array | None]]
    earned: set[int]


class Belief:
    """What each product earned at each place, what is popular, and a small linear model of all candidates.

    `posterior` and `features` read; `observe` writes. One thread at a time writes; readers need no lock, since values are
    replaced one by one or whole arrays at once.
    """

    def __init__(self, arrays: Mapping[str, Array] | None, settings: RecommendSettings) -> None:
        self._prior = settings.explore_prior_clicks
        self._rewards = frozenset(REWARDS[settings.explore_reward])
        self._waiting: OrderedDict[str, Remembered] = OrderedDict()
        arrays = arrays or _nothing()
        names = bytes(arrays["explore_places"]).decode()
        self._places = {name: row + 1 for row, name in enumerate(names.split("\n") if names else [])}
        self._rates, self._looks = arrays["explore_rates"], arrays["explore_looks"]
        self._popular = arrays["explore_popular"]
        self._evidence = Evidence(*(arrays[f"explore_{name}"] for name in ("earned", "shown", "inverse", "moment")))
        self.model = Ridge(N_FEATURES)
        self.model.inverse, self.model.moment = self._evidence.inverse, self._evidence.moment

    def arrays(self) -> dict[str, Array]:
        """Everything that is known, to be saved: numbers only."""
        names = "\n".join(sorted(self._places, key=self._places.__getitem__))
        return {
            "explore_places": np.frombuffer(names.encode(), np.uint8), "explore_rates": self._rates,
            "explore_looks": self._looks, "explore_popular": self._popular,
            "explore_earned": self._evidence.earned, "explore_shown": self._evidence.shown,
            "explore_inverse": self.model.inverse, "explore_moment": self.model.moment,
        }  # fmt: skip

    # -- reading

    def rate(self, place: str) -> float:
        """Rewards a show in the first position of that place."""
        return float(self._rates[self._row(place)])

    def posterior(self, codes: Array, place: str) -> tuple[Array, Array]:
        """(success, failure) float64 [candidates]: the Beta posterior of each product's rate at this place.

        The prior's mean is the place's rate times the product's popularity beside the mean's; what the product earned at other
        places counts a quarter, in shows that would have earned as much here.
        """
        row = self._row(place)
        rate = self._rates[row]
        success, failure = beta_prior(rate * _taken(self._popular, codes, 1.0), self._prior)
        everywhere = _taken(self._evidence.earned[0], codes, 0.0), _taken(self._evidence.shown[0], codes, 0.0)
        earned, shown = everywhere
        if row:
            here = _taken(self._evidence.earned[row], codes, 0.0), _taken(self._evidence.shown[row], codes, 0.0)
            worth = OTHER_PLACES * self._rates[0] / rate
            earned = here[0] + OTHER_PLACES * np.maximum(everywhere[0] - here[0], 0.0)
            shown = here[1] + worth * np.maximum(everywhere[1] - here[1], 0.0)
        return success + earned, failure + np.maximum(shown - earned, 0.0)

    def features(self, codes: Array, rank: Array, strength: Array, place: str) -> Array:
        """float64 [candidates, 6]: what the linear model knows candidates by; see `numerics.bandits.evidence`."""
        row = self._row(place)
        return features(
            rank,
            np.asarray(strength, np.float64),
            _taken(self._evidence.earned[row], codes, 0.0),
            _taken(self._evidence.shown[row], codes, 0.0),
            _taken(self._popular, codes, 1.0),
            rate=float(self._rates[row]),
            prior=self._prior,
        )

    def _row(self, place: str) -> int:
        return self._places.get(place, 0)

    def bounds(self, codes: Array, rank: Array, strength: Array, place: str, confidence: float) -> Array:
        """float64 [candidates]: the upper bound of each one's rate by LinUCB, in a slot that is looked at like the first."""
        known, rate = self.features(codes, rank, strength, place), self.rate(place)
        found: Array = self.model.mean(known) + confidence * (rate * (1.0 - rate)) ** 0.5 * self.model.deviation(known)
        return found

    # -- learning live

    def observe(self, table: str, rows: Sequence[Mapping[str, Any]], code_of: Callable[[str], int]) -> None:
        """Take rows of `decisions` and `outcomes` that arrived after learning; ``code_of(product_id)`` is -1 for unknown ones."""
        if table == "decisions":
            for row in rows:
                self._decided(row, code_of)
        elif table == "outcomes":
            for row in rows:
                self._came(row, code_of)

    def _decided(self, row: Mapping[str, Any], code_of: Callable[[str], int]) -> None:
        reason, chosen = _json(row.get("reason")), _json(row.get("chosen"))
        explored = reason.get("explore") if isinstance(reason, dict) else None
        if not isinstance(chosen, list) or not (explored or str(row.get("answer", "")).startswith("recommend.")):
            return
        place = str(row.get("place") or "")
        codes = np.array([code_of(str(product)) for product in chosen], np.int64)
        known = self._known(explored, code_of, place) if isinstance(explored, dict) else {}
        self._grow(int(codes.max(initial=-1)) + 1)
        number = self._row(place)
        slots: dict[int, tuple[float, Array | None]] = {}
        for position, code in enumerate(codes.tolist()):
            if code < 0:
                continue
            look = float(self._looks[min(position, len(self._looks) - 1)])
            x = known.get(code)
            slots[code] = (look, None if x is None else look * x)
            if x is not None:
                self.model.show(look * x)
            for which in {0, number}:
                self._evidence.shown[which, code] += look
        self._waiting[str(row.get("decision_id"))] = Remembered(number, slots, set())
        if len(self._waiting) > REMEMBERED:
            self._waiting.popitem(last=False)

    def _known(self, explored: dict[str, Any], code_of: Callable[[str], int], place: str) -> dict[int, Array]:
        """The features that each candidate had when it could be chosen."""
        candidates = explored.get("candidates") or []
        strength = explored.get("strength") or []
        if len(strength) != len(candidates):
            strength = [0] * len(candidates)
        codes = np.array([code_of(str(product)) for product in candidates], np.int64)
        self._grow(int(codes.max(initial=-1)) + 1)
        rows = self.features(codes, np.arange(len(codes)), np.array(strength, np.float64) / 100.0, place)
        return {int(code): x for code, x in zip(codes, rows, strict=True) if code >= 0}

    def _came(self, row: Mapping[str, Any], code_of: Callable[[str], int]) -> None:
        decision = self._waiting.get(str(row.get("decision_id")))
        if decision is None or row.get("outcome") not in self._rewards:
            return
        product = row.get("product_id")
        code = code_of(str(product)) if product else next(iter(decision.slots)) if len(decision.slots) == 1 else -1
        if code not in decision.slots or code in decision.earned:  # a purchase after a click is one reward
            return
        decision.earned.add(code)
        x = decision.slots[code][1]
        if x is not None:
            self.model.earn(x, 1.0)
        for which in {0, decision.row}:
            self._evidence.earned[which, code] += 1.0

    def _grow(self, n_products: int) -> None:
        """Room for products that came after learning."""
        there = self._evidence.earned.shape[1]
        if n_products <= there:
            return
        wide = ((0, 0), (0, n_products + n_products // 4 + 64 - there))
        self._popular = np.pad(self._popular, wide[1], constant_values=1.0)
        self._evidence.shown = np.pad(self._evidence.shown, wide)
        self._evidence.earned = np.pad(self._evidence.earned, wide)


def _taken(values: Array, codes: Array, otherwise: float) -> Array:
    """float64: ``values[codes]``, ``otherwise`` for products that came later."""
    if len(values) == 0:
        return np.full(len(codes), otherwise)
    known = (codes >= 0) & (codes < len(values))
    if known.all():
        return values[codes].astype(np.float64)
    return np.where(known, values[np.where(known, codes, 0)], otherwise).astype(np.float64)


def _json(value: Any) -> Any:
    if not isinstance(value, str | bytes):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return None


def _nothing() -> dict[str, Array]:
    return {
        "explore_places": np.empty(0, np.uint8), "explore_rates": np.array([FIRST_RATE]),
        "explore_looks": looks_before(N_POSITIONS), "explore_popular": np.empty(0),
        "explore_earned": np.zeros((1, 0), np.float32), "explore_shown": np.zeros((1, 0), np.float32),
        "explore_inverse": np.eye(N_FEATURES) / RIDGE_STRENGTH, "explore_moment": np.zeros(N_FEATURES),
    }  # fmt: skip


def learn_belief(slates: Slates, settings: RecommendSettings, popularity: Array | None = None) -> dict[str, Array]:
    """What decisions and their outcomes teach, as arrays for `Belief`; codes are those of ``slates.products``.

    ``popularity`` float [products], at least 0, makes the prior: a product that is bought 16 times as much as the average one
    is expected to earn twice as much when it is shown; none: all are equal.
    """
    earned = (slates.reward > 0).astype(np.float64)
    by_lot = slates.explored
    look = looks(slates.position[by_lot], earned[by_lot], N_POSITIONS)
    seen = look[np.minimum(slates.position, N_POSITIONS - 1)]
    places, place = _main_places(slates)
    rates = _rates(place[slates.decision] + 1, seen, earned, len(places) + 1)
    n_products = len(slates.products)
    popular = _popular(popularity, n_products)
    strength = np.zeros(len(earned))
    known = slates.standing >= 0
    strength[known] = slates.strength[(slates.candidate_starts[slates.decision] + slates.standing)[known]]
    none = np.zeros((len(rates), n_products), np.float32)
    after = replay(
        Evidence(none, none, np.eye(N_FEATURES) / RIDGE_STRENGTH, np.zeros(N_FEATURES)),
        slates.slot_starts, place, slates.product, rank=slates.standing, strength=strength, look=seen, reward=earned,
        rates=rates, popular=popular, prior=settings.explore_prior_clicks,
    )  # fmt: skip
    return {
        "explore_places": np.frombuffer("\n".join(places).encode(), np.uint8), "explore_rates": rates, "explore_looks": look,
        "explore_popular": popular, "explore_earned": after.earned, "explore_shown": after.shown,
        "explore_inverse": after.inverse, "explore_moment": after.moment,
    }  # fmt: skip


def _rates(row: Array, seen: Array, earned: Array, n_rows: int) -> Array:
    """float64 [places + 1]: rewards a show in the first position; row 0: everywhere."""
    shows = np.bincount(row, weights=seen, minlength=n_rows)
    rewards = np.bincount(row, weights=earned, minlength=n_rows)
    everywhere = (rewards.sum() + FIRST_RATE * FIRST_SHOWS) / (shows.sum() + FIRST_SHOWS)
    rates: Array = (rewards + everywhere * FIRST_SHOWS) / (shows + FIRST_SHOWS)
    rates[0] = everywhere
    return rates


def _main_places(slates: Slates) -> tuple[list[str], Array]:
    """(names of the places with most decisions, int64 [decisions]: the place of each, -1 for the others and for no place)."""
    sizes = np.bincount(slates.place, minlength=len(slates.places))
    named = [code for code in np.argsort(-sizes, kind="stable") if slates.places[code] and "\n" not in slates.places[code]]
    kept = sorted(named[:MOST_PLACES])
    number = np.full(len(slates.places), -1, np.int64)
    number[kept] = np.arange(len(kept))
    return [slates.places[code] for code in kept], number[slates.place]


def _popular(popularity: Array | None, n_products: int) -> Array:
    """float64 [products]: the fourth root of popularity beside the mean of what is bought at all, within a half and two."""
    if popularity is None or not (np.asarray(popularity) > 0).any():
        return np.ones(n_products)
    values = np.asarray(popularity, np.float64)
    found: Array = np.clip((values / values[values > 0].mean()) ** 0.25, 0.5, 2.0)
    return found

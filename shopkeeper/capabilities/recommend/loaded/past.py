"""Whom an answer is for: what was learned of a customer and what was done since, as one past that speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from shopkeeper.capabilities.recommend.loaded.live import NOBODY, History
from shopkeeper.capabilities.recommend.methods.item_graph import claims
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY
from shopkeeper.numerics.steering.matching import among

NOTHING = np.empty(0, np.int32)
NO_DAYS = np.empty(0, np.float32)
COLUMNS = ("product", "step", "weight", "count", "bought_days", "strength", "age")


@dataclass(frozen=True)
class Past:
    """What is known of whom an answer is for.

    ``source`` int32 are the products that speak, newest first, with ``weight`` float32 and ``claim`` float32 (how much each asks
    to be shown again, where that is allowed); the first ``n_visit`` of them are of this visit. ``bought`` int32 with
    ``bought_days`` float32 since, and ``seen`` int32 are codes, for filters and for what is due again. ``step`` int64 (moments
    back), ``strength`` float32 (weight of the kind of event, without age), ``age`` float32 days and ``times`` float32 go with
    ``source``: what factors and a learned order read. ``customer`` is the customer's place in `LearnedRows` (-1: nobody known)
    and ``visit`` what live events are kept under ("": nothing): what somebody did oneself does not speak as what others did.
    ``heard`` float32 by method is how much each product says to one that weighs events by age or in another way; see `Hearing`.
    """

    source: Array
    weight: Array
    claim: Array
    n_visit: int
    bought: Array
    seen: Array
    bought_days: Array
    step: Array
    strength: Array
    age: Array
    times: Array
    customer: int = -1
    visit: str = ""
    heard: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Hearing:
    """How the method ``name`` hears a past: weights of kinds to an exponent, halved with age, less with each moment back.

    Of what came after learning only each product's strongest kind of event and its newest moment are known, and both together
    stand for it; what was learned from is as the method itself weighs it.
    """

    name: str = ""
    kind_exponent: float = 1.0
    half_life_days: float = 1e6
    recency_decay: float = 0.0

    def weigh(self, strength: Array, age: Array) -> Array:
        """float32: how much products say with this strength and so many days ago."""
        said: Array = strength.astype(np.float64) ** self.kind_exponent * np.exp2(-age / self.half_life_days)
        return said.astype(np.float32)

    def of(self, past: Past) -> Array:
        """float32 [sources]: how much each of the past's products says."""
        said = past.heard.get(self.name)
        if said is None:
            said = self.weigh(past.strength, past.age)
        if self.recency_decay > 0.0:
            said = said * ((1.0 + np.minimum(past.step, 4095)) ** -self.recency_decay).astype(np.float32)
        return said


AS_IT_SPEAKS = Hearing()
HEARD = "heard_"  # what an array by entry is called where a method weighs events in its own way: this and the method's name


def nobody() -> Past:
    """The past of somebody of whom nothing is known."""
    return alone(NOTHING)


def alone(source: Array) -> Past:
    """A past of these products (int32), each as loud as the other, of which none was bought."""
    one = np.ones(len(source), np.float32)
    return Past(source, one, one, 0, NOTHING, NOTHING, NO_DAYS, np.zeros(len(source), np.int64), one, 0.0 * one, one)


@dataclass(frozen=True)
class LearnedRow:
    """A known customer's products as they were learned, newest first: arrays of one length; `Rows` says what they are."""

    product: Array
    step: Array
    weight: Array
    count: Array
    bought_days: Array
    strength: Array
    age: Array
    heard: Mapping[str, Array] = field(default_factory=dict)


class LearnedRows:
    """The rows of every known customer, mapped from disk."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self._customers = PackedTexts(arrays["customer_bytes"], arrays["customer_offsets"])
        self._starts = arrays["row_starts"]
        self._columns = tuple(arrays[f"row_{name}"] for name in COLUMNS)
        self._heard = {name.removeprefix(HEARD): array for name, array in arrays.items() if name.startswith(HEARD)}

    def of(self, customer_id: str) -> LearnedRow:
        """The row of this customer; empty for somebody who was not learned from."""
        return self.at(self.code(customer_id))

    def at(self, code: int) -> LearnedRow:
        """The row at this place; empty for -1."""
        low, high = (int(self._starts[code]), int(self._starts[code + 1])) if code >= 0 else (0, 0)
        heard = {name: array[low:high] for name, array in self._heard.items()}
        product, step, weight, count, bought_days, strength, age = (column[low:high] for column in self._columns)
        return LearnedRow(product, step, weight, count, bought_days, strength, age, heard)

    def code(self, customer_id: str) -> int:
        """The customer's place among those learned from, -1 for somebody else."""
        return self._customers.find(customer_id) if customer_id else -1


@dataclass(frozen=True)
class Speaking:
    """How a past speaks at ``now`` (days after learning).

    Weights by moments back (``recency``) and by product (``speech``); this visit speaks ``visit_weight`` times; of a past the
    ``history`` newest products count. ``hearing`` is that of methods by name.
    """

    recency: Array
    speech: Array
    visit_weight: float
    history: int
    now_days: float
    hearing: Mapping[str, Hearing] = field(default_factory=dict)

    def heard(self, row: LearnedRow, places: Array | slice) -> dict[str, Array]:
        """How much the learned products at these places say to methods that weigh events in their own way, as of now."""
        later = self.now_days
        return {
            name: values[places] * np.float32(2.0 ** (-later / self.hearing[name].half_life_days))
            for name, values in row.heard.items()
        }


def learned_past(row: LearnedRow, speaking: Speaking) -> Past:
    """The past of a customer who did nothing since learning."""
    n = min(len(row.product), speaking.history)
    newest, step, count = row.product[:n], row.step[:n], row.count[:n]
    weight = row.weight[:n] * speaking.recency[step] * speaking.speech[newest]
    was_bought = row.bought_days >= 0
    return Past(
        newest, weight, claims(count, step), 0, row.product[was_bought], row.product,
        row.bought_days[was_bought] + np.float32(speaking.now_days), step, row.strength[:n],
        row.age[:n] + np.float32(speaking.now_days), count, heard=speaking.heard(row, slice(0, n)),
    )  # fmt: skip


class _Live(NamedTuple):
    """One product of a past that was touched since learning, or that the request names."""

    step: int
    weight: float
    times: int
    at: int
    strength: float


def live_past(
    row: LearnedRow, recent: History | None, visit: History | None, given: list[int], speaking: Speaking, now: int
) -> Past:
    """The past of somebody who did something since learning.

    First the products ``given`` (newest first) and those of this visit, then the customer's others, then what was learned.
    """
    recent, visit = recent or NOBODY, visit or NOBODY
    touched = {code: _Live(place, 1.0, 1, now, 1.0) for place, code in enumerate(given)}
    _touch(touched, visit, len(given))
    n_visit = len(touched)
    _touch(touched, recent, len(given))
    codes = list(touched)[: speaking.history]
    n_live, n_moments = len(codes), len(given) + max(len(recent.moments), len(visit.moments))
    old = [place for place, code in enumerate(row.product[: speaking.history].tolist()) if code not in touched]
    places = np.array(old[: speaking.history - n_live], np.int64)
    live = [touched[code] for code in codes]
    source = np.concatenate((np.array(codes, np.int32), row.product[places]))
    step = np.concatenate((np.array([each.step for each in live], np.int64), row.step[places].astype(np.int64) + n_moments))
    said = np.array([each.weight for each in live], np.float32)
    weight = np.concatenate((said, row.weight[places])).astype(np.float32)
    weight *= speaking.recency[np.minimum(step, len(speaking.recency) - 1)] * speaking.speech[source]
    weight[:n_visit] *= np.float32(speaking.visit_weight)
    times = np.concatenate((np.array([each.times for each in live], np.float32), row.count[places]))
    age = np.array([(now - each.at) / MICROSECONDS_A_DAY for each in live], np.float32)
    ages = np.concatenate((np.maximum(age, 0.0), row.age[places] + np.float32(speaking.now_days))).astype(np.float32)
    strength = np.concatenate((np.array([each.strength for each in live], np.float32), row.strength[places]))
    bought, bought_days = _bought(row, recent, visit, speaking, now)
    seen = np.concatenate((row.product, np.array(list(touched), np.int32)))
    heard = {
        name: np.concatenate((speaking.hearing[name].weigh(strength[:n_live], ages[:n_live]), values))
        for name, values in speaking.heard(row, places).items()
    }
    return Past(
        source, weight, claims(times, step), min(n_visit, n_live), bought, seen, bought_days, step, strength, ages, times,
        heard=heard,
    )  # fmt: skip


def _touch(touched: dict[int, _Live], history: History, n_given: int) -> None:
    for code in reversed(history.touches):
        if code not in touched:
            at, weight, times, strength = history.touches[code]
            touched[code] = _Live(n_given + history.step(at), weight, times, at, strength)


def _bought(row: LearnedRow, recent: History, visit: History, speaking: Speaking, now: int) -> tuple[Array, Array]:
    """(codes, days since the last purchase) of everything bought, before and since learning."""
    moments = {**visit.bought, **recent.bought}
    learned = np.flatnonzero(row.bought_days >= 0)
    if moments:
        learned = learned[~among(row.product[learned], np.array(list(moments), np.int32))]
    days = np.array([max(0.0, (now - at) / MICROSECONDS_A_DAY) for at in moments.values()], np.float32)
    return (
        np.concatenate((np.array(list(moments), np.int32), row.product[learned])),
        np.concatenate((days, row.bought_days[learned] + np.float32(speaking.now_days))).astype(np.float32),
    )

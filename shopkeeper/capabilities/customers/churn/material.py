"""What was known of customers at each moment of the past, and what they did after it: the examples of both questions."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.customers.churn.cuts import FEWEST_CUTS, Question, cut_moments, questions
from shopkeeper.capabilities.customers.churn.read import DAY, FEATURES, OrderDays, read_kept_states, read_order_days, read_states
from shopkeeper.capabilities.customers.churn.rhythm import Rhythm, learn_rhythm
from shopkeeper.capabilities.customers.classifying.methods.method import Examples
from shopkeeper.capabilities.customers.read import Features
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.store.arrow_types import from_micros, to_micros

FEWEST_CUSTOMERS = 40  # at a cut, of whom
FEWEST_OF_EACH = 8  # did and did not what is asked
BG_NBD = "bg_nbd"
NAMES = (*FEATURES, BG_NBD)


@dataclass(frozen=True)
class Known:
    """Customers at one moment: their ``place`` int64, ``features`` float64 [customers, FEATURES], and their rhythm."""

    moment: int
    place: Array
    features: Array
    rhythm: Rhythm
    log_odds: Array  # float64 [customers, questions]


@dataclass
class Past:
    """The shop's past as a view shows it; every moment is read once. ``sample`` limits the customers at a cut."""

    view: ShopView
    sample: int
    orders: OrderDays
    as_of: int
    questions: tuple[Question, ...]
    read: dict[int, Known] = field(default_factory=dict)

    @classmethod
    def of(cls, view: ShopView, buys_within_days: int, sample: int) -> Past:
        """The past behind a view; `NotEnoughData` where there is too little of it."""
        orders, as_of = read_order_days(view), to_micros(view.as_of)
        return cls(view, sample, orders, as_of, questions(orders, as_of, buys_within_days))

    def moments(self, question: Question) -> list[int]:
        """The cuts with enough customers of either kind, the newest first; `NotEnoughData` with fewer than three.

        A period in which all did the same (or nobody) teaches nothing and is passed over for an older one.
        """
        n_cuts, possible = cut_moments(self.orders, self.as_of, question)
        found = [moment for moment in possible if self._is_enough(question, moment)][:n_cuts]
        if len(found) < FEWEST_CUTS:
            raise NotEnoughData(
                f"There is too little of the past to learn whether there will be {question.title}.",
                got=f"{len(found)} moments with at least {FEWEST_CUSTOMERS} customers, {FEWEST_OF_EACH} of either kind",
                wanted=f"at least {FEWEST_CUTS}, so that what is learned at one can be judged at a later one",
                next="import older orders, or set customers.buys_within_days otherwise",
                n_moments=len(found),
            )
        return found

    def examples(self, question: Question, moment: int) -> Examples:
        """The customers known at a cut, with what they did after it."""
        known = self.at(moment)
        ordered = self._ordered(moment, question.horizon_days)[known.place]
        return self._asked(question, known, ordered == question.wants_order)

    def today(self, question: Question) -> tuple[pa.Array, Examples]:
        """(customer_id, their examples without an answer): all who have ordered, as known now."""
        known = self.at(self.as_of)
        return self.orders.customers.take(pa.array(known.place)), self._asked(
            question, known, np.zeros(len(known.place), np.bool_)
        )

    def _asked(self, question: Question, known: Known, label: Array) -> Examples:
        """BG/NBD's log odds are the last feature."""
        odds = known.log_odds[:, self.questions.index(question)]
        return Examples(np.column_stack([known.features, odds if question.wants_order else -odds]), label, NAMES)

    def at(self, moment: int) -> Known:
        """What was known at a moment; of a sample of the customers where the moment is not today."""
        if moment not in self.read:
            self.read[moment] = self._look(moment)
        return self.read[moment]

    def _look(self, moment: int) -> Known:
        is_today = moment == self.as_of
        place = self._known_at(moment)
        rhythm = self._rhythm(moment, place)
        odds = np.column_stack([rhythm.log_odds(question.horizon_days) for question in self.questions])
        if not is_today and len(place) > self.sample:
            kept = np.sort(np.argsort(self._lot(place), kind="stable")[: self.sample])
            place, odds = place[kept], odds[kept]
        customers = self.orders.customers.take(pa.array(place))
        states = self._kept_today(customers, place) if is_today else read_states(self.view.before(from_micros(moment)))
        at = np.asarray(pc.index_in(customers, value_set=pa.array(states.customer_id, pa.string())))
        return Known(moment, place, states.matrix[at], rhythm, odds)

    def _kept_today(self, customers: pa.Array, place: Array) -> Features:
        quiet = (self.as_of - self.orders.last[self.orders.start[place + 1] - 1]) / DAY
        return read_kept_states(self.view, customers, quiet) or read_states(self.view)

    def _lot(self, place: Array) -> Array:
        """int64: a number drawn for each customer by its own number alone: later customers change no earlier sample."""
        ids = self.orders.customers.take(pa.array(place)).to_pylist()
        return np.fromiter((zlib.crc32(customer.encode(), self.view.seed) for customer in ids), np.int64, len(ids))

    def _known_at(self, moment: int) -> Array:
        """int64: the places of customers with an order by then."""
        return np.flatnonzero(self.orders.first[self.orders.start[:-1]] <= moment)

    def _rhythm(self, moment: int, place: Array) -> Rhythm:
        """BG/NBD as of the moment, from the days of orders of all who were known by then."""
        n_days = np.add.reduceat((self.orders.first <= moment).astype(np.int64), self.orders.start[:-1])[place]
        first = self.orders.first[self.orders.start[place]] // DAY
        newest = self.orders.first[self.orders.start[place] + n_days - 1] // DAY
        return learn_rhythm(n_days - 1, newest - first, moment // DAY - first)

    def _ordered(self, moment: int, days: int) -> Array:
        """Bool [customers]: whether each ordered after the moment, within so many days.

        A day with an order before the moment and another after it counts by its last.
        """
        ordered = np.zeros(len(self.orders.customers), np.bool_)
        within = (self.orders.last > moment) & (self.orders.first <= moment + days * DAY)
        ordered[self.orders.customer[within]] = True
        return ordered

    def _is_enough(self, question: Question, moment: int) -> bool:
        place = self._known_at(moment)
        n_yes = int(self._ordered(moment, question.horizon_days)[place].sum())
        return len(place) >= FEWEST_CUSTOMERS and min(n_yes, len(place) - n_yes) >= FEWEST_OF_EACH

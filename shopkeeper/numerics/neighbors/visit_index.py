"""Similar past visits: an index learned from visits, kept as arrays, that answers in a fraction of a millisecond and learns on.

The formulas are in `visit_answers`, the visits that go on in `live_visits`.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.core.errors import BadRequest
from shopkeeper.numerics.compiling import Array, Tell, in_threads, n_threads, quiet, ranges
from shopkeeper.numerics.neighbors.live_visits import LiveVisits
from shopkeeper.numerics.neighbors.slots import EMPTY, empty_sums, table_size
from shopkeeper.numerics.neighbors.visit_answers import answer_one, answer_rows
from shopkeeper.numerics.neighbors.visits import Visits, newest_visits
from shopkeeper.numerics.sparse_rows import Rows

DAY = 86_400_000_000  # microseconds
LOUDEST = 2.0**60  # a visit that came long after learning is not louder than this
NAMES = ("starts", "product", "weight", "factor", "index_starts", "index_visit", "count")
NOTHING = np.empty(0, np.uint8)
NOBODY = np.empty(0, np.int32)


@dataclass(frozen=True)
class VisitRule:
    """How visits are matched and what they say; see `visit_answers`.

    ``neighbors`` visits speak, of the ``newest_visits`` newest of each product and of the ``sample`` newest of those (0: all);
    ``history`` products of the past are matched. Decays are exponents a place (0: none); ``half_life_days`` that of a visit.
    """

    neighbors: int = 500
    newest_visits: int = 1000
    sample: int = 0
    history: int = 20
    position_decay: float = 0.3
    newest_decay: float = 0.0
    distance_decay: float = 0.3
    backward_weight: float = 0.5
    half_life_days: float = 1e6
    length_exponent: float = 0.5
    idf_exponent: float = 1.0
    target_idf_exponent: float = 0.0


class Scratch:
    """The memory that an answer works in: for one thread at a time, as large as the rule wants and not as the catalog."""

    def __init__(self, rule: VisitRule, longest: int) -> None:
        n_visits = rule.history * rule.newest_visits
        n_products = rule.neighbors * longest + 1000
        visits = table_size(n_visits)
        self.visits = (
            np.full(visits, EMPTY), np.zeros(visits, np.float32), np.zeros(visits, np.int32),
            np.empty(n_visits + 1, np.int32), np.empty(n_visits + 1, np.uint64),
        )  # fmt: skip
        self.spans = np.zeros((rule.neighbors + 1, 2), np.int64)
        self.sums = empty_sums(n_products)


class VisitIndex:
    """What the most similar past visits went on to."""

    def __init__(
        self, base: tuple[Array, ...], rule: VisitRule, learned_at: int, n_live_visits: int = 0, longest: int = 50
    ) -> None:
        self.rule, self.learned_at, self.longest = rule, learned_at, longest
        self._base = base
        self._live = LiveVisits(n_live_visits, longest if n_live_visits else 1, self.n_products if n_live_visits else 0)
        self._takes_live = n_live_visits > 0
        places = np.arange(max(rule.history, longest) + 1)
        numbers = np.array([rule.idf_exponent, rule.target_idf_exponent, rule.backward_weight, self.n_visits], np.float64)
        self._how = (
            numbers, np.exp(-rule.position_decay * places[: rule.history]).astype(np.float32),
            np.exp(-rule.newest_decay * places).astype(np.float32), np.exp(-rule.distance_decay * places).astype(np.float32),
            rule.newest_visits, rule.sample, rule.neighbors,
        )  # fmt: skip
        self._of_thread = threading.local()

    @classmethod
    def learn(cls, visits: Visits, rule: VisitRule, now: int, *, longest: int = 50, n_live_visits: int = 0) -> VisitIndex:
        """The index of these visits at ``now`` (microseconds); they stand in order of time, see `visits.cut_visits`."""
        starts, visit, count = newest_visits(visits, rule.newest_visits)
        sizes = np.diff(visits.starts)
        age_days = np.maximum((now - visits.end_at) / DAY, 0.0)
        factor = np.exp2(-age_days / rule.half_life_days) * np.maximum(sizes, 1.0) ** -rule.length_exponent
        base = (visits.starts, visits.product, visits.weight, factor.astype(np.float32), starts, visit, count)
        return cls(base, rule, now, n_live_visits, longest)

    @property
    def n_visits(self) -> int:
        """How many visits were learned from."""
        return len(self._base[0]) - 1

    @property
    def n_products(self) -> int:
        """How many products were known at learning."""
        return len(self._base[4]) - 1

    @property
    def n_bytes(self) -> int:
        """How much memory it takes, live visits included."""
        return sum(array.nbytes for array in self._base) + self._live.n_bytes

    def arrays(self) -> dict[str, Array]:
        """What was learned as named arrays; live visits are not among them."""
        rule = np.array([float(value) for value in dataclasses.astuple(self.rule)])
        about = np.array([self.learned_at, self.longest], np.int64)
        return {**dict(zip(NAMES, self._base, strict=True)), "rule": rule, "about": about}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], n_live_visits: int = 65_536) -> VisitIndex:
        """The index of these arrays, which may be mapped from disk, with room for so many visits that go on."""
        fields = dataclasses.fields(VisitRule)
        given = zip(fields, arrays["rule"], strict=True)
        values: dict[str, Any] = {field.name: int(value) if field.type == "int" else float(value) for field, value in given}
        learned_at, longest = (int(number) for number in arrays["about"])
        return cls(tuple(arrays[name] for name in NAMES), VisitRule(**values), learned_at, n_live_visits, longest)

    def scratch(self) -> Scratch:
        """This thread's working memory, made once."""
        found: Scratch | None = getattr(self._of_thread, "scratch", None)
        if found is None:
            found = self._of_thread.scratch = Scratch(self.rule, self.longest)
        return found

    def answer(
        self, product: Array, weight: Array, n: int, *, own: float = -1.0, claim: Array | None = None,
        visit_key: Any = None, allowed: Array = NOTHING, customer: int = -1, owner: Array = NOBODY,
        scratch: Scratch | None = None,
    ) -> tuple[Array, Array]:  # fmt: skip
        """(products int32, scores float32), at most ``n``, best first: what visits like this one went on to.

        ``product`` int32 the running visit's, newest first, each once, with its ``weight`` float32. Left out are these products
        (``own`` < 0; 0: kept; above: each gets ``own`` * highest score * its share of the largest ``claim`` float32 on top;
        default: its weight) and those whose ``allowed`` uint8 [products] is 0. ``visit_key`` names the running visit, which does
        not speak for itself, nor do visits whose ``owner`` int32 [visits] is ``customer`` (-1: all speak).
        """
        memory = scratch or self.scratch()
        out_product, out_score = np.empty(n, np.int32), np.empty(n, np.float32)
        skip = self._live.slot(visit_key) if visit_key is not None else -1
        size = answer_one(
            product, weight, product, weight if claim is None else claim, own, skip,
            customer, owner if customer >= 0 else NOBODY, self._base, self._live.arrays, self._how, allowed,
            memory.visits, memory.spans, memory.sums, out_product, out_score,
        )  # fmt: skip
        return out_product[:size], out_score[:size]

    def answer_all(
        self, rows: Rows, share: Array, claim: Array, n: int, *, own: float = -1.0, customer: Array | None = None,
        owner: Array | None = None, tell: Tell = quiet,
    ) -> tuple[Array, Array]:  # fmt: skip
        """(products int32 [rows, n], -1 where there are no more, scores float32): the answer to each past in ``rows``.

        ``share`` float32 [entries] is each product's weight, ``claim`` float32 what it asks for itself where ``own`` > 0. Visits
        whose ``owner`` int32 [visits] is the past's ``customer`` int64 [rows] do not speak.
        """
        product, score = np.empty((rows.n_rows, n), np.int32), np.empty((rows.n_rows, n), np.float32)
        past = (rows.starts, rows.product, np.asarray(share, np.float32), np.asarray(claim, np.float32))
        who = np.full(rows.n_rows, -1, np.int64) if customer is None else np.asarray(customer, np.int64)
        whose = NOBODY if owner is None else np.asarray(owner, np.int32)

        def some(low: int, high: int) -> None:
            memory = Scratch(self.rule, self.longest)
            answer_rows(
                low, high, past, who, own, whose, self._base, self._live.arrays, self._how, NOTHING,
                memory.visits, memory.spans, memory.sums,
                product, score,
            )  # fmt: skip

        in_threads(some, ranges(rows.sizes, 8 * n_threads()), tell)
        return product, score

    def add(self, visit_key: Any, product: int, weight: float = 1.0, at: int | None = None) -> None:
        """Take an event of the visit named ``visit_key`` at ``at`` (microseconds; default: the moment of learning).

        The next answer knows it. Many may read meanwhile; memory is bounded, and the longest begun visit is forgotten first.
        """
        if not self._takes_live:
            raise BadRequest(
                "This index takes no new visits.", got="room for 0 live visits", wanted="room for at least one",
                next="Load it with from_arrays(arrays, n_live_visits=65536).",
            )  # fmt: skip
        if product < 0:
            return  # an unknown product has nothing to say yet
        days = ((self.learned_at if at is None else at) - self.learned_at) / DAY
        age = min(LOUDEST, 2.0 ** min(60.0, days / self.rule.half_life_days))
        self._live.add(visit_key, product, weight, lambda size: age * size**-self.rule.length_exponent)

"""Session neighbors: what visits like this one went on to (VMIS-kNN with the weights of VSTAN)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from shopkeeper.capabilities.recommend.methods.item_graph import claims
from shopkeeper.capabilities.recommend.methods.method import Known, Lists, Method, Questions
from shopkeeper.capabilities.recommend.settings import kind_weights
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.neighbors.visit_index import VisitIndex, VisitRule
from shopkeeper.numerics.neighbors.visits import cut_visits

LONGEST = 50  # of a longer visit only so many products, the newest, speak


@dataclass(frozen=True)
class Parameters:
    """What is tuned on the validation period, see `VisitRule`. ``visit_pause_minutes`` 0: a customer's row is one visit."""

    visit_pause_minutes: float = 0.0
    kind_exponent: float = 1.0
    neighbors: int = 500
    newest_visits: int = 500
    sample: int = 0
    position_decay: float = 0.3
    newest_decay: float = 0.3
    distance_decay: float = 0.1
    backward_weight: float = 0.5
    half_life_days: float = 1e6
    length_exponent: float = 0.25
    idf_exponent: float = 2.0
    target_idf_exponent: float = 0.0


# Where the search begins: customers' histories, the next click of a visit (chosen on RecSys 2015), visits cut by pauses.
STARTS = (
    Parameters(),
    Parameters(
        neighbors=1000, newest_visits=1000, position_decay=0.5, newest_decay=0.5, distance_decay=0.3, backward_weight=0.75,
        half_life_days=7.0, length_exponent=0.125, target_idf_exponent=1.0,
    ),
    Parameters(visit_pause_minutes=30.0, position_decay=0.1, backward_weight=0.75),
)  # fmt: skip

CHOICES = {
    "position_decay": (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0),
    "backward_weight": (0.0, 0.25, 0.5, 0.75, 1.0),
    "half_life_days": (2.0, 7.0, 30.0, 90.0, 1e6),
    "distance_decay": (0.0, 0.1, 0.2, 0.3, 0.5, 1.0),
    "newest_decay": (0.0, 0.15, 0.3, 0.5, 0.75, 1.2),
    "target_idf_exponent": (0.0, 0.25, 0.5, 1.0, 1.5, 2.0),
    "length_exponent": (0.0, 0.125, 0.25, 0.5, 0.75, 1.0),
    "idf_exponent": (0.0, 0.5, 1.0, 2.0, 3.0),
    "neighbors": (100, 200, 500, 1000),
    "newest_visits": (100, 250, 500, 1000, 2000),
    "visit_pause_minutes": (0.0, 30.0, 120.0, 1440.0, 10_080.0),
    "kind_exponent": (0.0, 0.5, 1.0, 2.0),
}


@dataclass(frozen=True)
class LearnedVisits:
    """The index of visits, and whose they are (int32 [visits], rows of the log)."""

    index: VisitIndex
    owner: Array
    parameters: Parameters

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return self.index.n_bytes + int(self.owner.nbytes)

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` products that visits like the past went on to; the customer's own visits do not speak."""
        rows = questions.rows(self.parameters.kind_exponent)
        product, score = self.index.answer_all(
            rows, rows.weight, claims(rows.count, rows.step), n, own=questions.own, customer=questions.customer,
            owner=self.owner, tell=tell,
        )  # fmt: skip
        return Lists(product, score)


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedVisits:
    """The index of the visits in the log."""
    del tell
    values = dataclasses.asdict(parameters)
    rule = VisitRule(**{each.name: values[each.name] for each in dataclasses.fields(VisitRule) if each.name in values})
    pause, exponent = parameters.visit_pause_minutes, parameters.kind_exponent
    visits = known.keep(
        "visits", (pause, exponent),
        lambda: cut_visits(known.log, kind_weights(known.settings, exponent), pause_minutes=pause, longest=LONGEST),
    )  # fmt: skip
    return LearnedVisits(VisitIndex.learn(visits, rule, known.now, longest=LONGEST), visits.row, parameters)


def n_bytes(known: Known, parameters: Parameters) -> int:
    """Peak memory of learning: the events merged into visits and sorted, and the index."""
    met = VisitRule().history * parameters.newest_visits
    return 100 * len(known.log.product) + 24 * known.log.n_products + 60 * met + 30 * parameters.neighbors * LONGEST


SESSION_NEIGHBORS = Method("session_neighbors", "session neighbors", STARTS, CHOICES, learn, n_bytes)

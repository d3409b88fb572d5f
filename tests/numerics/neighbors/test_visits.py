import numpy as np

from shopkeeper.numerics.neighbors.visits import MINUTE, are_ranks, cut_visits, in_order, newest_visits, visit_starts
from shopkeeper.numerics.sparse_rows import build_log, merge

DAY = 1440 * MINUTE
NOW = 19_000 * DAY


def a_log(events, n_customers=3, n_products=6):
    """Events as (customer, product, kind, minutes)."""
    customer, product, kind, minutes = (np.array(part) for part in zip(*events, strict=True))
    return build_log(customer, product, kind.astype(np.uint8), NOW + minutes * MINUTE, n_customers, n_products)


EVENTS = [
    (0, 1, 0, 0), (0, 2, 0, 5), (0, 1, 1, 9), (0, 3, 0, 100), (0, 4, 0, 101),
    (2, 5, 0, 3), (2, 0, 2, 4), (2, 1, 0, 6),
]  # fmt: skip


def test_a_pause_begins_a_visit():
    log = a_log(EVENTS)
    assert visit_starts(log, 30.0).tolist() == [0, 3, 5, 8]
    assert visit_starts(log, 91.0).tolist() == [0, 5, 8]
    assert visit_starts(log, 0.0).tolist() == [0, 5, 8]


def test_visits_by_hand():
    """Kind 2 says nothing; what is seen twice stands at its last place with its strongest weight; visits in order of their end."""
    visits = cut_visits(a_log(EVENTS), np.array([0.3, 1.0, 0.0]), pause_minutes=30.0, longest=9)
    assert visits.starts.tolist() == [0, 2, 4, 6]
    assert visits.product.tolist() == [1, 5, 1, 2, 4, 3]
    assert visits.weight.tolist() == np.array([0.3, 0.3, 1.0, 0.3, 0.3, 0.3], np.float32).tolist()
    assert visits.row.tolist() == [2, 0, 0]
    assert ((visits.end_at - NOW) // MINUTE).tolist() == [6, 9, 101]


def test_long_visits_keep_the_newest_and_short_ones_are_left_out():
    log = a_log([*EVENTS, (1, 3, 0, 50)])
    weights = np.ones(3)
    assert cut_visits(log, weights, pause_minutes=0.0, longest=2).product.tolist() == [1, 0, 4, 3]
    assert cut_visits(log, weights, pause_minutes=0.0, longest=2, shortest=1).row.tolist() == [2, 1, 0]


def test_places_in_an_order_are_no_moments():
    ranks = build_log(np.array([0, 0, 1]), np.array([1, 2, 3]), np.zeros(3, np.uint8), np.array([0, 10**6, 0]), 2, 4)
    assert are_ranks(ranks)
    assert not are_ranks(a_log(EVENTS))
    assert visit_starts(ranks, 0.001).tolist() == [0, 2, 3]
    visits = cut_visits(ranks, np.ones(1), pause_minutes=30.0, longest=5, shortest=1)
    assert visits.row.tolist() == [0, 1]
    assert visits.end_at.tolist() == [0, 0]


def test_each_product_knows_its_newest_visits():
    visits = cut_visits(a_log(EVENTS), np.ones(3), pause_minutes=30.0, longest=9)
    starts, visit, count = newest_visits(visits, 1)
    assert count.tolist() == [1, 2, 1, 1, 1, 1]
    assert [visit[starts[p] : starts[p + 1]].tolist() for p in range(6)] == [[0], [1], [1], [2], [2], [0]]
    starts, visit, _ = newest_visits(visits, 5)
    assert visit[starts[1] : starts[2]].tolist() == [1, 0]


def test_customers_in_order_of_their_last_event():
    rows = merge(a_log(EVENTS), np.ones(3), 0, np.inf)
    ordered = in_order(rows, np.array([101, 0, 6]), np.arange(3, dtype=np.int32))
    assert ordered.row.tolist() == [2, 0]
    assert ordered.product[:3].tolist() == [1, 0, 5]

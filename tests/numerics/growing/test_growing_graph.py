"""A graph that takes events one by one equals the one that is learned from all of them."""

import numpy as np
import pytest

from shopkeeper.numerics.co_occurrence import Graph, product_graph
from shopkeeper.numerics.growing.answering import best_of_graph, explain_graph
from shopkeeper.numerics.growing.growing_graph import WIDTH, ChangedRow, GrowingGraph
from shopkeeper.numerics.sparse_rows import build_log, merge

N_PRODUCTS, EXPONENT = 12, 0.5
FORWARD, BACKWARD = np.array([1.0, 0.8, 0.5]), np.array([1.0, 0.3, 0.2])
TABLE = np.concatenate((BACKWARD[:0:-1], FORWARD))
TARGET = np.linspace(0.5, 1.5, N_PRODUCTS)


def events(n, seed=0):
    random = np.random.default_rng(seed)
    return random.integers(0, 6, n).astype(np.int32), random.integers(0, N_PRODUCTS, n).astype(np.int32), np.arange(n)


def rows_of(customer, product, at):
    log = build_log(customer, product, np.zeros(len(at), np.uint8), at, 6, N_PRODUCTS)
    return merge(log, np.ones(1), 1000, np.inf)


def learned(customer, product, at, k=N_PRODUCTS):
    rows = rows_of(customer, product, at)
    factor = np.maximum(rows.sizes, 1.0) ** -EXPONENT
    return product_graph(rows, row_factor=factor, target_factor=TARGET, forward=FORWARD, backward=BACKWARD, k=k)


def dense(rows):
    found = np.zeros((N_PRODUCTS, N_PRODUCTS))
    for source in range(N_PRODUCTS):
        if source < len(rows.starts) - 1:
            for edge in range(rows.starts[source], rows.starts[source + 1]):
                found[source, rows.neighbor[edge]] += rows.weight[edge]
        at = rows.slot[source]
        if at >= 0:
            for edge in range(rows.size[at]):
                found[source, rows.later[at, edge]] += rows.later_weight[at, edge]
    return found


def as_grown(graph):
    return GrowingGraph(graph, TARGET, TABLE, N_PRODUCTS).rows


def changed(customer, product, at, n):
    """The row of event n's customer before and after it."""
    who = customer[n]
    before, after = (rows_of(customer[:m], product[:m], at[:m]) for m in (n, n + 1))
    old = slice(before.starts[who], before.starts[who + 1])
    new = slice(after.starts[who], after.starts[who + 1])
    places = {code: place for place, code in enumerate(before.product[old].tolist())}
    codes = after.product[new]
    at_old = [places.get(code, -1) for code in codes.tolist()]
    return ChangedRow(
        codes,
        np.array([before.step[old][place] if place >= 0 else 0 for place in at_old], np.int64),
        np.array([before.weight[old][place] if place >= 0 else 0 for place in at_old], np.float32),
        after.step[new].astype(np.int64), after.weight[new], codes.tolist().index(product[n]),
        max(len(places), 1) ** -EXPONENT, len(codes) ** -EXPONENT,
    )  # fmt: skip


@pytest.mark.parametrize("n_learned", [0, 20, 59])
def test_it_equals_a_full_learn(n_learned):
    customer, product, at = events(60)
    graph = learned(customer[:n_learned], product[:n_learned], at[:n_learned])
    grown = GrowingGraph(graph, TARGET, TABLE, N_PRODUCTS)
    for n in range(n_learned, 60):
        grown.change(changed(customer, product, at, n))
    assert dense(grown.rows) == pytest.approx(dense(as_grown(learned(customer, product, at))), abs=1e-5)
    assert grown.n_bytes > 0


def test_what_learning_cut_off_begins_from_nothing():
    customer, product, at = events(60)
    whole, short = learned(customer, product, at), learned(customer[:40], product[:40], at[:40], k=3)
    grown = GrowingGraph(short, TARGET, TABLE, N_PRODUCTS)
    for n in range(40, 60):
        grown.change(changed(customer, product, at, n))
    full, found = dense(as_grown(whole)), dense(grown.rows)
    assert (found <= full + 1e-5).all()
    assert found.sum() > 0.6 * full.sum()


def test_only_the_weakest_gives_way_and_new_products_find_room():
    graph = Graph(np.zeros(2, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    grown = GrowingGraph(graph, np.ones(1), np.ones(3), 4)
    grown.grow(100)
    for other in range(1, WIDTH + 3):
        weight = np.array([1.0, float(other)], np.float32)
        step = np.zeros(2, np.int64)
        grown.change(ChangedRow(np.array([0, other]), step, np.array([1.0, 0.0], np.float32), step, weight, 1, 1.0, 1.0))
    at = grown.rows.slot[0]
    assert grown.rows.size[at] == WIDTH
    assert sorted(grown.rows.later[at].tolist()) == list(range(3, WIDTH + 3))
    assert grown.rows.slot[50] == -1


def test_new_factors_of_targets_count():
    customer, product, at = events(60)
    graph = learned(customer, product, at)
    grown = GrowingGraph(graph, TARGET, TABLE, N_PRODUCTS)
    source, share = np.array([3], np.int32), np.ones(1, np.float32)
    grown.weigh(TARGET * np.where(np.arange(N_PRODUCTS) == 5, 100.0, 1.0))
    code, score, scratch = np.empty(3, np.int32), np.empty(3, np.float32), (np.zeros(N_PRODUCTS, np.float32),)
    total, touched, keys = *scratch, np.zeros(N_PRODUCTS, np.int32), np.zeros(N_PRODUCTS, np.uint64)
    nothing, allowed, price = np.empty(0, np.int32), np.ones(N_PRODUCTS, np.uint8), np.ones(N_PRODUCTS, np.float32)
    size = best_of_graph(
        grown.rows, source, share, share, 0.0, nothing, allowed, price, 0.0, 1.0, True, total, touched, keys, code, score
    )
    assert size == 3
    assert code[0] == 5
    assert (total == 0).all()
    reason, part, visit = np.empty((3, 2), np.int32), np.empty((3, 2), np.float32), np.empty(3, np.float32)
    explain_graph(grown.rows, source, share, 1, code, total, reason, part, visit)
    assert reason[:, 0].tolist() == [3, 3, 3]
    assert part[:, 0] == pytest.approx(score, rel=1e-6)
    assert visit == pytest.approx(score, rel=1e-6)

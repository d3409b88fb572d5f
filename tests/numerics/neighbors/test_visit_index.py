import threading
from collections import defaultdict

import numpy as np
import pytest

from shopkeeper.core.errors import BadRequest
from shopkeeper.numerics.neighbors.visit_index import DAY, VisitIndex, VisitRule
from shopkeeper.numerics.neighbors.visits import MINUTE, cut_visits
from shopkeeper.numerics.sparse_rows import build_log, merge

NOW = 19_000 * DAY
PLAIN = VisitRule(
    neighbors=100, newest_visits=100, position_decay=0.0, distance_decay=0.0, backward_weight=1.0, length_exponent=0.0,
    idf_exponent=0.0,
)  # fmt: skip
FULL = VisitRule(
    neighbors=7, newest_visits=9, history=4, position_decay=0.3, newest_decay=0.2, distance_decay=0.4, backward_weight=0.5,
    half_life_days=3.0, length_exponent=0.5, idf_exponent=1.5, target_idf_exponent=0.5,
)  # fmt: skip


def log_of(sequences, n_products, hours=1):
    """One visit a row, oldest product first, an hour between visits, the last just before NOW."""
    customer = np.repeat(np.arange(len(sequences)), [len(each) for each in sequences])
    product = np.concatenate([np.array(each, np.int64) for each in sequences])
    place = np.concatenate([np.arange(len(each)) for each in sequences])
    at = NOW - (len(sequences) - customer) * hours * 60 * MINUTE + place * 1000
    return build_log(customer, product, np.zeros(len(product), np.uint8), at, len(sequences), n_products)


def index_of(sequences, n_products, rule=PLAIN, **more):
    visits = cut_visits(log_of(sequences, n_products), np.ones(1), pause_minutes=0, longest=50)
    return VisitIndex.learn(visits, rule, NOW, **more)


def ask(index, newest_first, n=10, **more):
    product, score = index.answer(np.array(newest_first, np.int32), np.ones(len(newest_first), np.float32), n, **more)
    return dict(zip(product.tolist(), score.tolist(), strict=True))


def random_sequences(seed, n=60, n_products=15):
    random = np.random.default_rng(seed)
    return [random.choice(n_products, random.integers(2, 6), replace=False).tolist() for _ in range(n)]


def reference(sequences, n_products, rule, newest_first, hours=1):
    """The formulas of `visit_answers` in plain Python."""
    visits = [each[::-1] for each in sequences]
    count = np.bincount(np.concatenate(visits), minlength=n_products)
    idf = np.log(1 + len(visits) / np.maximum(count, 1))
    like, newest = defaultdict(float), {}
    for place, what in enumerate(newest_first[: rule.history]):
        for visit in [v for v in range(len(visits) - 1, -1, -1) if what in visits[v]][: rule.newest_visits]:
            like[visit] += np.exp(-rule.position_decay * place) * idf[what] ** rule.idf_exponent
            newest.setdefault(visit, place)
    for visit in like:
        age_days = ((len(visits) - visit) * hours * 3600 - (len(visits[visit]) - 1) / 1000) / 86400
        like[visit] *= 2 ** (-age_days / rule.half_life_days) * len(visits[visit]) ** -rule.length_exponent
    score = defaultdict(float)
    for visit in sorted(like, key=lambda v: -like[v])[: rule.neighbors]:
        middle = visits[visit].index(newest_first[newest[visit]])
        for place, what in enumerate(visits[visit]):
            near = np.exp(-rule.distance_decay * abs(middle - place)) * (rule.backward_weight if place > middle else 1.0)
            score[what] += like[visit] * np.exp(-rule.newest_decay * newest[visit]) * near
    return {what: value * idf[what] ** rule.target_idf_exponent for what, value in score.items() if what not in newest_first}


def test_counting_by_hand():
    """Two visits went from 0 to 1, one to 2; a visit with both products of the past speaks twice as loud."""
    index = index_of([[0, 1], [0, 1], [0, 2], [3, 0, 4], [5, 6]], 7)
    assert ask(index, [0]) == pytest.approx({1: 2.0, 2: 1.0, 3: 1.0, 4: 1.0})
    assert ask(index, [0, 3]) == pytest.approx({1: 2.0, 4: 2.0, 2: 1.0})
    assert ask(index, [0], own=0.0)[0] == pytest.approx(4.0)
    assert ask(index, [0], own=2.0)[0] == pytest.approx(4.0 + 2.0 * 4.0)
    assert ask(index, [2, 6], n=1) == pytest.approx({5: 1.0})  # equal, but its visit is newer


@pytest.mark.parametrize("rule", [PLAIN, FULL])
@pytest.mark.parametrize("seed", range(4))
def test_the_formulas(rule, seed):
    sequences = random_sequences(seed)
    index = index_of(sequences, 15, rule)
    random = np.random.default_rng(seed)
    for _ in range(10):
        past = random.choice(15, random.integers(1, 6), replace=False).tolist()
        expected = reference(sequences, 15, rule, past)
        assert ask(index, past, n=15) == pytest.approx(expected, rel=1e-4)


def test_only_the_newest_are_sampled():
    index = index_of([[0, 1], [0, 2], [0, 3]], 4, VisitRule(**{**vars(PLAIN), "sample": 2}))
    assert set(ask(index, [0])) == {2, 3}
    index = index_of([[0, 1], [0, 2], [0, 3]], 4, VisitRule(**{**vars(PLAIN), "newest_visits": 1}))
    assert set(ask(index, [0])) == {3}


def test_what_is_asked_for_all_at_once_is_the_same():
    sequences = random_sequences(9)
    index = index_of(sequences, 15, FULL)
    pasts = log_of(random_sequences(10, n=25), 15)
    rows = merge(pasts, np.ones(1), NOW, np.inf)
    product, score = index.answer_all(rows, rows.weight, rows.weight, 6)
    for row in range(25):
        found = ask(index, rows.product[rows.starts[row] : rows.starts[row + 1]].tolist(), n=6)
        assert product[row][product[row] >= 0].tolist() == list(found)
        assert score[row][: len(found)].tolist() == list(found.values())
        assert (product[row][len(found) :] == -1).all()


def test_a_customers_own_visits_do_not_speak():
    sequences = [[0, 1], [0, 2]]
    index = index_of(sequences, 3)
    rows = merge(log_of([[0], [0]], 3), np.ones(1), NOW, np.inf)
    owner = np.array([0, 1], np.int32)
    product, _ = index.answer_all(rows, rows.weight, rows.weight, 2, customer=np.array([0, -1]), owner=owner)
    assert product.tolist() == [[2, -1], [2, 1]]


def test_saved_and_loaded_it_answers_the_same():
    index = index_of(random_sequences(3), 15, FULL)
    arrays = index.arrays()
    for array in arrays.values():
        assert array.dtype != object
        array.flags.writeable = False
    loaded = VisitIndex.from_arrays(arrays)
    assert loaded.rule == FULL
    for past in ([1], [3, 4], [14, 0, 2]):
        assert ask(loaded, past) == ask(index, past)


def test_unknown_products_and_empty_pasts_and_an_empty_index():
    index = index_of([[0, 1]], 2)
    assert ask(index, [-1, 99]) == {}
    assert ask(index, []) == {}
    empty = VisitIndex.learn(cut_visits(log_of([[0]], 3), np.ones(1), pause_minutes=0, longest=5), PLAIN, NOW, n_live_visits=4)
    assert empty.n_visits == 0
    assert ask(empty, [0, 1]) == {}
    empty.add("a", 0)
    empty.add("a", 1)
    assert ask(empty, [0]) == {1: 1.0}


def test_filters():
    index = index_of([[0, 1], [0, 2]], 3)
    assert set(ask(index, [0], allowed=np.array([1, 0, 1], np.uint8))) == {2}


# Live visits.


@pytest.mark.parametrize("rule", [PLAIN, FULL])
def test_what_is_added_live_counts_as_if_it_had_been_learned(rule):
    sequences = random_sequences(5, n=40)
    whole = index_of(sequences, 15, rule)
    log = log_of(sequences, 15)
    old = cut_visits(build_log(*events_of(log, 0, 25), 40, 15), np.ones(1), pause_minutes=0, longest=50)
    live = VisitIndex.learn(old, rule, NOW, n_live_visits=64)
    for row in range(25, 40):
        for place in range(log.starts[row], log.starts[row + 1]):
            live.add(f"visit {row}", int(log.product[place]), at=int(log.at[place]))
    for past in ([1], [3, 4], [14, 0, 2, 7, 9]):
        assert ask(live, past, n=15) == pytest.approx(ask(whole, past, n=15), rel=1e-4)


def events_of(log, first, last):
    """(customer, product, kind, at) of rows ``first`` to ``last``."""
    customer = np.repeat(np.arange(log.n_rows), np.diff(log.starts))
    kept = (customer >= first) & (customer < last)
    return customer[kept], log.product[kept], log.kind[kept], log.at[kept]


def test_a_running_visit_does_not_speak_for_itself():
    index = index_of([[0, 1]], 3, n_live_visits=8)
    index.add("mine", 0)
    index.add("mine", 2)
    assert set(ask(index, [0])) == {1, 2}
    assert set(ask(index, [0], visit_key="mine")) == {1}
    assert set(ask(index, [0], visit_key="another")) == {1, 2}


def test_memory_is_bounded_and_the_oldest_visit_is_forgotten():
    index = index_of([[0, 1]], 4, n_live_visits=3)
    before = index.n_bytes
    for number in range(50):
        index.add(number, 2)
        index.add(number, 3 if number == 10 else 0)
    assert index.n_bytes == before
    assert ask(index, [2]) == pytest.approx({0: 3.0})
    for number in range(200):
        index.add("long", number % 4)
    assert ask(index, [2])[0] == pytest.approx(3.0)


def test_a_product_that_came_after_learning():
    index = index_of([[0, 1]], 2, n_live_visits=4)
    index.add("a", 0)
    index.add("a", 77)
    index.add("a", -1)
    assert ask(index, [77]) == {0: 1.0}
    assert ask(index, [0]) == {1: 1.0, 77: 1.0}


def test_a_visit_long_after_learning_stays_a_number():
    index = index_of([[0, 1]], 3, VisitRule(**{**vars(PLAIN), "half_life_days": 0.1}), n_live_visits=4)
    for product in (0, 2):
        index.add("a", product, at=NOW + 1000 * DAY)
    assert np.isfinite(ask(index, [0])[2])


def test_without_room_an_index_says_so():
    with pytest.raises(BadRequest, match="no new visits") as refused:
        index_of([[0, 1]], 2).add("a", 1)
    assert "n_live_visits" in refused.value.next


def test_many_may_read_while_one_writes():
    index = index_of(random_sequences(1), 15, FULL, n_live_visits=5)
    stop, wrong = threading.Event(), []

    def read():
        while not stop.is_set():
            found = ask(index, [1, 2, 3], n=5)
            if not all(0 <= product < 15 and np.isfinite(score) for product, score in found.items()):
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    random = np.random.default_rng(0)
    for number in range(3000):
        index.add(number // 4, int(random.integers(15)))
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    fresh = index_of(random_sequences(1), 15, FULL, n_live_visits=5)
    random = np.random.default_rng(0)
    for number in range(3000):
        fresh.add(number // 4, int(random.integers(15)))
    assert ask(fresh, [1, 2, 3]) == ask(index, [1, 2, 3])

"""The whole stage: nothing where nothing is asked, rules that agree and disagree, and laws under hypothesis."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.capabilities.recommend.loaded.pool import RULE
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.steering.steered import Asked
from shopkeeper.capabilities.recommend.steering.steering import ARRAYS, Steering, learn_steering
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.sparse_rows import build_log

NOW = 1_700_000_000_000_000
DAY = 86_400_000_000


def rule(rule_id, action, **columns):
    return {"rule_id": rule_id, "action": action, **columns}


def steering(catalog, *rules, placements=(), arrays=None, likeness=None, **knobs):
    more = {"likeness": likeness} if likeness else {}
    return Steering.from_arrays(arrays or {}, RecommendSettings(**knobs), rules, placements, catalog, **more)


def steered(stage, pool, n=10, **asked):
    return stage.steer(*pool, Asked(n=n, now=asked.pop("now", NOW), **asked))


def test_where_nothing_is_asked_the_pool_is_the_list(catalog, pool_of):
    pool = pool_of(7, 3, 9, 1)
    found = steered(steering(catalog), pool, 3)
    assert found.codes.tolist() == [7, 3, 9] and found.origin.tolist() == [0, 1, 2]
    assert found.codes.base is pool[0] or np.shares_memory(found.codes, pool[0])  # nothing was done
    assert (found.moved, found.left_out, found.factors, found.likeness) == ({}, {}, {}, None)
    assert steered(steering(catalog), pool, 9).codes.tolist() == [7, 3, 9, 1]
    assert len(steered(steering(catalog), pool_of()).codes) == 0


def test_boost_bury_pin_and_block_say_what_they_did(catalog, pool_of):
    stage = steering(
        catalog, rule("up", "boost", product_id="p06", strength=100.0), rule("down", "bury", product_id="p01", strength=0.001),
        rule("first", "pin", product_id="p05", position=1), rule("new", "pin", product_id="p30", position=3),
        rule("out", "block", product_id="p02"), rule("gone", "block", product_id="no such product"),
    )  # fmt: skip
    found = steered(stage, pool_of(1, 2, 3, 4, 5, 6), 5)
    assert found.codes.tolist() == [5, 6, 30, 3, 4]
    assert found.origin.tolist() == [4, 5, -1, 2, 3]
    assert found.rungs.tolist() == [1, 1, RULE, 1, 1]
    assert found.moved == {
        5: [{"rule_id": "first", "action": "pin", "from": 5, "to": 1}],
        6: [{"rule_id": "up", "action": "boost", "from": 6, "to": 2}],
        30: [{"rule_id": "new", "action": "pin", "from": None, "to": 3}],
    }
    assert found.left_out == {
        1: [{"rule_id": "down", "action": "bury", "from": 1, "to": None}],
        2: [{"rule_id": "out", "action": "block", "from": 2, "to": None}],
    }
    assert found.factors["rules"].tolist() == pytest.approx([1, 100, 1, 1, 1])


def test_block_beats_pin_and_pin_beats_bury_and_cap(catalog, pool_of):
    stage = steering(
        catalog, rule("a", "pin", product_id="p01"), rule("b", "block", product_id="p01"), rule("c", "pin", product_id="p03", position=2),
        rule("d", "bury", product_id="p03", strength=0.0), rule("e", "cap", product_id="p03", n_most=0), rule("f", "pin", brand="Alder", position=1),
        rule("g", "block", product_id="p04"),
    )  # fmt: skip
    found = steered(stage, pool_of(2, 1, 3, 4, 8, 12), 4)
    assert found.codes.tolist() == [8, 3, 2, 12]  # of Alder's products 4 is blocked, and 8 the best of the rest
    assert [entry["action"] for entry in found.moved[3]] == ["pin", "bury"]


def test_two_pins_for_one_position(catalog, pool_of):
    stage = steering(
        catalog, rule("everywhere", "pin", product_id="p05"), rule("here", "pin", product_id="p06", place="home"),
        rule("again", "pin", product_id="p06", position=4), rule("far", "pin", product_id="p07", position=50),
    )  # fmt: skip
    assert steered(stage, pool_of(1, 2, 3), 4, place="home").codes.tolist() == [6, 5, 1, 2]
    assert steered(stage, pool_of(1, 2, 3), 4).codes.tolist() == [5, 1, 2, 6]
    assert steered(stage, pool_of(1, 2, 3), 4, with_rules=False).codes.tolist() == [1, 2, 3]


def test_a_pin_keeps_the_filters_of_the_request(catalog, pool_of):
    stage = steering(catalog, rule("a", "pin", product_id="p30"))
    allowed = np.ones(catalog.capacity, np.uint8)
    assert steered(stage, pool_of(1, 2), allowed=allowed).codes.tolist() == [30, 1, 2]
    allowed[30] = 0
    for asked in (
        {"allowed": allowed}, {"excluded": np.array([30], np.int32)}, {"any_price": False, "price_high": 39.0},
        {"owned": "hide", "bought": np.array([30], np.int32), "bought_days": np.ones(1, np.float32)},
    ):  # fmt: skip
        assert steered(stage, pool_of(1, 2), **asked).codes.tolist() == [1, 2]
    assert steered(stage, pool_of(1, 2), any_price=False, price_low=40.0).codes.tolist() == [30, 1, 2]


def test_caps_by_category_by_each_brand_and_by_variants(catalog, pool_of):
    assert steered(
        steering(catalog, rule("a", "cap", product_type="Home", n_most=1)), pool_of(0, 1, 2, 3, 4, 8), 6
    ).codes.tolist() == [0, 3, 4, 8]
    found = steered(steering(catalog, rule("b", "cap", each="brand", n_most=1)), pool_of(0, 4, 1, 3, 7), 3)
    assert found.codes.tolist() == [0, 1, 3]  # 3 and 7 are of no brand that is known
    assert found.left_out == {4: [{"rule_id": "b", "action": "cap", "from": 2, "to": None}]}
    assert steered(steering(catalog, rule("c", "cap", each="item_group", n_most=1)), pool_of(0, 1, 2, 3), 4).codes.tolist() == [
        0,
        2,
    ]


def test_rules_arrive_and_end_while_serving(catalog, pool_of, at):
    stage, pool = steering(catalog), pool_of(1, 2, 3)
    stage.observe("rules", [rule("a", "block", product_id="p01", start_at=datetime(2024, 5, 6), end_at=datetime(2024, 5, 7))])
    seen = [steered(stage, pool, now=moment).codes[0] for moment in (at(2024, 5, 6) - 1, at(2024, 5, 6), at(2024, 5, 7))]
    assert seen == [1, 2, 1]
    stage.observe("rules", [rule("a", "block", product_id="p01", enabled=False)])
    assert steered(stage, pool, now=at(2024, 5, 6)).codes[0] == 1
    stage.observe("rules", [rule("b", "block", brand="Elm")])
    catalog.change([{"product_id": "p02", "brand": "Elm"}, {"product_id": "q", "brand": "Elm"}])
    stage.observe("products", [{"product_id": "p02"}, {"product_id": "q"}])
    assert steered(stage, pool_of(1, 2, 40, 3)).codes.tolist() == [1, 3]
    stage.observe("placements", [{"placement_id": "home", "diversity": 0.4}])
    assert stage.placements.get("home").diversity == 0.4


def test_blocked_products_leave_the_mask_of_fallbacks(catalog):
    mask = catalog.mask(False, "", "")
    assert steering(catalog).allowed(mask, "", NOW) is mask
    stage = steering(catalog, rule("a", "block", brand="Alder", place="home"))
    assert stage.allowed(mask, "cart", NOW) is mask
    found, out = stage.allowed(mask, "home", NOW), np.zeros(catalog.capacity, np.uint8)
    assert found[0] == found[4] == 0 and found[1] == mask[0] == 1
    assert np.shares_memory(stage.allowed(mask, "home", NOW, out=out), out) and np.array_equal(out, found)


def test_variety_changes_the_order_and_its_absence_does_not(catalog, pool_of):
    pool = pool_of(0, 20, 1, 2, 3)  # 20 has the category and the brand of 0
    assert steered(steering(catalog), pool, 5, diversity=0.0).codes.tolist() == [0, 20, 1, 2, 3]
    found = steered(steering(catalog), pool, 5, diversity=0.5)
    assert found.codes.tolist().index(20) > 1 and found.likeness.max() > 0.9
    texts = Graph(np.array([0, 1, *[1] * 39], np.int64), np.array([3], np.int32), np.array([1.0], np.float32))
    close = steered(steering(catalog, likeness=texts), pool_of(0, 3, 8, 13), 2, diversity=0.5)
    assert close.codes.tolist() == [0, 8]


def test_what_is_shown_too_often_comes_last(catalog, pool_of):
    stage, pool = steering(catalog, exposure_cap=0.4), pool_of(1, 2, 3)
    counts = np.zeros(4)
    for _ in range(400):
        codes = steered(stage, pool, 1, place="home", exposure_cap=0.4).codes
        counts[codes] += 1
        stage.shown("home", codes)
    assert counts[1] <= 0.4 * 400 + 12 and counts[2] > 100 and counts.sum() == 400
    found = steered(stage, pool, 3, place="home", exposure_cap=0.0)
    assert len(found.codes) == 3 and found.late.all()  # the list is never emptied
    other = steering(catalog)
    other.shown("home", pool[0])
    assert other.exposure.shares("home") == {}  # not counted where no cap is set


@pytest.fixture
def taught(catalog):
    """Category 0 (mugs) is bought again every 20 days, everything else once; two customers in three buy cheaply."""
    rows = []
    for customer in range(90):
        rows += [(customer, 5 * (customer % 8), day) for day in range(customer % 20, 400, 20)]
        rows += [(customer, 1 + 5 * ((customer * 3 + step) % 8), step * 90 + 3) for step in range(4)]
    customer, product, day = (np.array(column) for column in zip(*rows, strict=True))
    kind = np.full(len(rows), EVENT_KINDS.index("purchase"), np.uint8)
    log = build_log(customer.astype(np.int32), product.astype(np.int32), kind, day * DAY, 90, 40)
    return learn_steering(log, catalog.price, catalog.category, catalog.categories, RecommendSettings())


def test_owned_hidden_shown_or_as_it_is_due(catalog, pool_of, taught):
    stage, pool = steering(catalog, arrays=taught), pool_of(0, 1, 2)
    bought = {"bought": np.array([1, 0], np.int32), "bought_days": np.array([5, 19], np.float32)}
    assert set(taught) == set(ARRAYS)
    assert steered(stage, pool, owned="hide", **bought).codes.tolist() == [2]
    assert steered(stage, pool, owned="show", **bought).codes.tolist() == [0, 1, 2]
    found = steered(stage, pool, owned="learned", **bought)
    assert found.codes.tolist() == [0, 2, 1] and found.factors["owned"][0] > 1 and found.factors["owned"][2] < 0.3
    early = steered(stage, pool, owned="learned", bought=bought["bought"], bought_days=np.array([5, 1], np.float32))
    assert early.codes[0] == 2
    assert steered(steering(catalog), pool, owned="learned", **bought).codes.tolist() == [0, 1, 2]  # nothing was learned


def test_price_affinity_goes_through_the_stage(catalog, pool_of, taught):
    taught = {**taught, "price_spread": np.array([0.1, 0.5])}
    stage = steering(catalog, arrays=taught)
    own = {"bought": np.array([39, 38, 37], np.int32), "bought_days": np.ones(3, np.float32)}  # the dearest
    found = steered(stage, pool_of(0, 34), 2, price_affinity=1.0, **own)
    assert found.codes.tolist() == [34, 0] and found.factors["price"][0] > found.factors["price"][1]
    assert steered(stage, pool_of(0, 34), 2, price_affinity=0.0, **own).codes.tolist() == [0, 34]


@st.composite
def situations(draw):
    numbers = draw(st.permutations(range(40)))
    targets = st.sampled_from([
        {"product_type": "Home > Kitchen"}, {"product_type": "Garden"}, {"brand": "Birch"}, {"product_type": "Home", "brand": "Cedar"},
        {"product_id": "p07"}, {"product_id": "nothing"},
    ])  # fmt: skip
    rules = [rule(f"x{n}", "block", **draw(targets)) for n in range(draw(st.integers(0, 2)))]
    rules += [rule(f"m{n}", draw(st.sampled_from(["boost", "bury"])), **draw(targets)) for n in range(draw(st.integers(0, 3)))]
    rules += [
        rule(
            f"c{n}",
            "cap",
            n_most=draw(st.integers(0, 3)),
            **draw(st.sampled_from([{"each": "brand"}, {"brand": "Alder"}, {"product_type": "Home"}])),
        )
        for n in range(draw(st.integers(0, 2)))
    ]
    positions = draw(st.lists(st.integers(1, 12), unique=True, max_size=3))
    pins = {position: int(draw(st.integers(0, 39))) for position in positions}
    rules += [rule(f"p{position}", "pin", product_id=f"p{code:02}", position=position) for position, code in pins.items()]
    m, n = draw(st.integers(0, 30)), draw(st.integers(1, 12))
    return numbers[:m], n, rules, pins, draw(st.sampled_from([0.0, 0.5])), draw(st.sampled_from([0.05, 1.0]))


@given(situations())
@settings(max_examples=80, deadline=None)
def test_blocked_is_never_shown_pinned_stands_where_it_should_caps_hold_and_lists_are_filled(untouched, pool_of, situation):
    codes, n, rules, pins, diversity, cap = situation
    catalog = untouched
    stage = steering(catalog, *rules)
    for _ in range(60):
        stage.exposure.add("", np.array(codes[:2], np.int32), np.array([0, 0][: len(codes)], np.int32))
    found = steered(stage, pool_of(*codes), n, diversity=diversity, exposure_cap=cap)
    shown = found.codes.tolist()
    assert len(set(shown)) == len(shown) <= n
    held = stage.rulebook.held("", NOW)
    mask = held.blocked(catalog)
    ok = np.ones(40, bool) if mask is None else mask[:40] > 0
    assert all(ok[code] for code in shown)
    fixed = {}
    for position, code in sorted(pins.items()):  # a product pinned twice stands at its first position
        if ok[code] and position <= n and code not in fixed.values():
            fixed[position] = code
    for position, code in fixed.items():
        assert code in shown
        place = shown.index(code)
        # Where too little is left to fill the positions before it, it moves up: then nothing but pinned products follows.
        assert place == position - 1 or (place < position - 1 and set(shown[place:]) <= set(fixed.values()))
    everything = np.arange(40, dtype=np.int32)
    full = np.zeros(40, bool)
    group, most = stage._groups(everything, held)
    for column in range(len(most)):
        for number in set(group[:, column].tolist()) - {-1}:
            members = set(np.flatnonzero(group[:, column] == number).tolist())
            n_shown = len(members & set(shown))
            assert n_shown <= max(most[column], len(members & set(fixed.values())))
            if n_shown >= most[column]:
                full[list(members)] = True
    left = [code for code in codes if code not in shown and ok[code] and not full[code]]
    assert len(shown) == n or not left
    assert all(found.origin[place] == (codes.index(code) if code in codes else -1) for place, code in enumerate(shown))


def test_answers_go_on_while_rules_and_products_change(made_catalog, pool_of):
    import threading

    catalog = made_catalog()
    stage, pool, faults = steering(catalog, rule("always", "block", product_id="p02")), pool_of(1, 2, 3, 4), []

    def change():
        for number in range(60):
            stage.observe("rules", [rule("a", "block" if number % 2 else "boost", brand="Alder", place="home")])
            catalog.change([{"product_id": f"n{number}", "product_type": f"New {number}", "brand": f"Brand {number}"}])
            stage.observe("products", [{"product_id": f"n{number}"}])

    def ask():
        while writer.is_alive():
            shown = steered(stage, pool, place="home", diversity=0.1).codes.tolist()
            if 2 in shown or not {1, 3} <= set(shown):
                faults.append(shown)

    writer = threading.Thread(target=change)
    askers = [threading.Thread(target=ask) for _ in range(2)]
    for thread in (writer, *askers):
        thread.start()
    for thread in (writer, *askers):
        thread.join()
    assert faults == []

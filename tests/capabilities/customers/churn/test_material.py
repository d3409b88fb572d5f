from contextlib import closing
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.capabilities.customers.churn.material import Past
from shopkeeper.capabilities.customers.churn.read import DAY, read_kept_states
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.store.arrow_types import from_micros, to_micros


@pytest.fixture(scope="module")
def lines(worlds):
    return worlds["leaving"](150)


@pytest.fixture(scope="module")
def shop(lines, opened):
    return opened(lines)


def test_what_comes_after_a_cut_changes_nothing_that_was_known_at_it(shop, lines, opened):
    """A planted leak is impossible: everything after the cut is other orders, by other customers, of other worth."""
    with closing(shop.view()) as view:
        past = Past.of(view, 30, 100)
        moment = past.moments(past.questions[0])[1]
        known = past.at(moment)
        ids = past.orders.customers.take(known.place).to_pylist()
        then = from_micros(moment)
    kept = [line for line in lines if line["at"] <= then]
    random = np.random.default_rng(9)
    wild = [
        {**line, "line_id": f"w{n}", "order_id": f"w{n}", "at": line["at"] + timedelta(days=float(random.uniform(0.01, 3.0))),
         "customer_id": f"w{n % 90}" if n % 2 else line["customer_id"], "quantity": float(random.choice([-9, 500])), "price": 999.0}
        for n, line in enumerate(lines) if line["at"] > then
    ]  # fmt: skip
    other = opened(kept + wild)
    with closing(other.view()) as view:
        changed = Past.of(view, 30, 100)
        again = Past(view, 100, changed.orders, changed.as_of, past.questions).at(moment)
        assert changed.orders.customers.take(again.place).to_pylist() == ids
        np.testing.assert_array_equal(again.features, known.features)
        np.testing.assert_array_equal(again.log_odds, known.log_odds)


def test_labels_are_what_happened_after_the_cut(shop, lines):
    with closing(shop.view()) as view:
        past = Past.of(view, 30, 10_000)
        for question in past.questions:
            moment = past.moments(question)[0]
            then, until = from_micros(moment), from_micros(moment + question.horizon_days * DAY)
            ordered = {line["customer_id"] for line in lines if then < line["at"] <= until and line["quantity"] > 0}
            known = past.orders.customers.take(past.at(moment).place).to_pylist()
            expected = [(customer in ordered) == question.wants_order for customer in known]
            assert past.examples(question, moment).label.tolist() == expected
            assert known == sorted({line["customer_id"] for line in lines if line["at"] <= then})


def test_the_last_moment_is_today(shop, lines):
    with closing(shop.view()) as view:
        past = Past.of(view, 30, 10_000)
        customers, examples = past.today(past.questions[0])
        assert past.as_of == to_micros(max(line["at"] for line in lines))
        assert customers.to_pylist() == sorted({line["customer_id"] for line in lines})
        assert np.isfinite(examples.features[:, -1]).all()


def test_too_few_customers_are_refused(worlds, opened):
    shop = opened(worlds["leaving"](30))
    with closing(shop.view()) as view:
        past = Past.of(view, 30, 10_000)
        with pytest.raises(NotEnoughData) as caught:
            past.moments(past.questions[0])
    assert "at least 40 customers" in caught.value.got


def test_a_period_in_which_all_did_the_same_is_passed_over(worlds, opened):
    lines = worlds["memoryless"](80, 300.0, 40.0)
    newest = max(line["at"] for line in lines)
    everybody = [
        {
            **line,
            "line_id": f"all{line['customer_id']}",
            "order_id": f"all{line['customer_id']}",
            "at": newest - timedelta(days=40),
        }
        for line in {line["customer_id"]: line for line in lines}.values()
    ]
    with closing(opened(lines + everybody).view()) as view:
        past = Past.of(view, 30, 10_000)
        moments = past.moments(past.questions[0])
        spacing = past.questions[0].spacing_days
        assert [round((past.as_of - moment) / DAY / spacing) for moment in moments][:2] == [1, 3]


def test_features_that_were_kept_at_another_moment_are_not_todays(worlds, opened):
    """What `customers.features` kept is used only where it is of this very moment and of these orders."""
    lines = sorted(worlds["memoryless"](60, 300.0, 40.0, 5), key=lambda line: line["at"])
    shop = opened(lines[:-3])
    shop.run("customers.features")
    with closing(shop.view()) as view, closing(view.before(view.as_of)) as bare:
        kept, fresh = (Past.of(each, 30, 10_000).at(to_micros(view.as_of)) for each in (view, bare))
        np.testing.assert_array_equal(kept.features, fresh.features)
        assert read_kept_states(view, pa.array(["c00000"]), np.zeros(1)) is None
    shop.append("order_lines", [{**line, "customer_id": f"new{n}"} for n, line in enumerate(lines[-3:])])
    with closing(shop.view()) as view, closing(view.before(view.as_of)) as bare:
        later, fresh = (Past.of(each, 30, 10_000).at(to_micros(view.as_of)) for each in (view, bare))
        np.testing.assert_array_equal(later.features, fresh.features)
        assert len(later.place) == len(kept.place) + 3

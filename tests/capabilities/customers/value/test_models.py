"""Models are learned and asked customer by customer, in the customers' order."""

import numpy as np
import pytest

from shopkeeper.capabilities.customers.value.histories import histories
from shopkeeper.capabilities.customers.value.models import MODELS, learn, newcomer_orders, outlook


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_model_learns_and_tells(model, trade, end):
    known = histories(trade, end)
    learned = learn(model, known)
    assert len(learned.orders.parameters) == len(model.parameters)
    said = outlook(learned, known, 90.0, 0.9)
    for column in vars(said).values():
        assert column.shape == (len(known),)
        assert np.all(np.isfinite(column))
    np.testing.assert_allclose(said.value, said.orders * said.order_value)
    assert np.all((said.value_low <= said.value) & (said.value <= said.value_high))
    assert np.all((said.orders_low <= said.orders) & (said.orders <= said.orders_high))


def test_a_customer_is_told_the_same_alone(trade, end):
    known = histories(trade, end)
    learned = learn(MODELS[0], known)
    whole, alone = outlook(learned, known, 90.0, 0.9), outlook(learned, known.some(np.array([17])), 90.0, 0.9)
    for name, column in vars(whole).items():
        assert getattr(alone, name)[0] == pytest.approx(column[17], rel=1e-12), name


def test_a_longer_horizon_brings_more(trade, end):
    known = histories(trade, end)
    learned = learn(MODELS[1], known)
    one, other = outlook(learned, known, 30.0, 0.9), outlook(learned, known, 300.0, 0.9)
    assert np.all(other.orders > one.orders)
    assert np.all(other.p_buys >= one.p_buys)
    np.testing.assert_array_equal(one.p_alive, other.p_alive)


def test_a_newcomers_orders_grow_from_none(trade, end):
    found = newcomer_orders(learn(MODELS[0], histories(trade, end)), 100)
    assert found.shape == (101,)
    assert found[0] == 0.0
    assert np.all(np.diff(found) > 0.0)

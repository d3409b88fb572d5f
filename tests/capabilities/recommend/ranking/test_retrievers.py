from dataclasses import replace

from shopkeeper.capabilities.recommend.methods.item_graph import Parameters
from shopkeeper.capabilities.recommend.methods.method import Known
from shopkeeper.capabilities.recommend.ranking.retrievers import TRENDING, fitting, known_methods, learn_all


def test_in_the_order_asked_for_with_the_parameters_given(world):
    found = fitting(world.known, ("popularity", TRENDING, "item_graph", "nothing"), {"item_graph": {"shrinkage": 5.0}})
    assert list(found) == ["popularity", TRENDING, "item_graph"]
    assert found["item_graph"][1] == replace(Parameters(), shrinkage=5.0)
    assert found[TRENDING][1].popularity_half_life_days < 30
    assert list(learn_all(world.known, found)) == list(found)


def test_what_does_not_fit_in_memory_is_left_out(world):
    poor = Known(world.known.log, world.known.now, replace(world.known.settings, memory_gb=1e-6))
    assert "item_graph" not in fitting(poor, ("item_graph", "popularity"), {})


def test_the_hybrid_is_one_of_the_methods():
    assert "hybrid" in known_methods()

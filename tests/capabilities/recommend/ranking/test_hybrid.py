from dataclasses import replace

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.deep.training import missing
from shopkeeper.capabilities.recommend.methods.item_graph import ITEM_GRAPH
from shopkeeper.capabilities.recommend.methods.item_graph import Parameters as GraphParameters
from shopkeeper.capabilities.recommend.methods.method import questions_for
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.ranking import hybrid
from shopkeeper.capabilities.recommend.ranking.hybrid import (
    HYBRID,
    HYBRID_NCF,
    Parameters,
    Sharing,
    hybrid_with,
    learn_hybrid,
    repeats,
)
from shopkeeper.capabilities.recommend.ranking.window import window_of
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.numerics.compiling import quiet
from shopkeeper.numerics.ranking_metrics import hits, ndcg

pytestmark = pytest.mark.slow

QUICK = Parameters(retrievers=("item_graph", "ease", "popularity"), n_listed=30, n_candidates=40)


def reached(learned, world):
    """NDCG@10 of what each customer chose after the cut, one a customer."""
    questions = questions_for(world.known, np.arange(world.known.log.n_rows), own=0.0)
    hit = hits(learned.lists(questions, 10).product, np.arange(len(world.target) + 1), world.target)
    return ndcg(hit, np.ones(len(world.target), int))


@pytest.fixture(scope="module")
def learned(world):
    return HYBRID.learn(world.known, QUICK, quiet)


def test_it_beats_every_retriever_where_several_signals_matter(world, learned):
    ours = reached(learned, world)
    for name, retriever in learned.retrievers.items():
        theirs = reached(retriever, world)
        better = ours - theirs
        assert better.mean() > 2 * better.std() / np.sqrt(len(better)), name
    assert learned.ranker.kind == "lambda_rank"


def test_it_does_not_hurt_where_there_is_nothing(noise):
    ours = reached(HYBRID.learn(noise.known, QUICK, quiet), noise)
    naive = reached(POPULARITY.learn(noise.known, POPULARITY.starts[0], quiet), noise)
    worse = naive - ours
    assert worse.mean() < 2 * worse.std() / np.sqrt(len(worse)) + 1e-9


def test_the_same_seed_gives_the_same_lists(world):
    questions = questions_for(world.known, np.arange(0, 600, 7))
    plain = Parameters(retrievers=("item_graph", "popularity"), n_listed=10, ranker="blend")  # trees: see test_choosing
    first, again = (HYBRID.learn(world.known, plain, quiet).lists(questions, 10) for _ in range(2))
    assert np.array_equal(first.product, again.product)
    assert np.array_equal(first.score, again.score)


def test_lists_with_own_products_have_an_order_of_their_own(world, learned):
    assert repeats(window_of(world.known)) > 0.05
    assert learned.again is not None
    both = questions_for(world.known, np.arange(100), own=0.0)
    own = learned.lists(both, 10).product
    had = [set(both.log.product[low:high].tolist()) for low, high in zip(both.log.starts, both.log.starts[1:], strict=False)]
    assert sum(len(had[row] & set(own[row].tolist())) for row in range(100)) > 50


def test_own_products_are_left_out_where_they_must_be(world, learned):
    questions = questions_for(world.known, np.arange(50))
    listed = learned.lists(questions, 20).product
    for row in range(50):
        own = set(questions.log.product[questions.log.starts[row] : questions.log.starts[row + 1]].tolist())
        assert not own & set(listed[row].tolist())
        assert len(set(listed[row].tolist())) == 20


def test_a_retriever_has_the_parameters_that_are_given(world):
    given = GraphParameters(target_exponent=1.0)
    only = Parameters(retrievers=("item_graph",), ranker="blend")
    learned = learn_hybrid(world.known, only, given={"item_graph": {"target_exponent": 1.0}})
    assert learned.retrievers["item_graph"].parameters == given
    assert hybrid_with({"item_graph": given}).learn(world.known, only, quiet).retrievers["item_graph"].parameters == given


def test_what_differs_in_the_ranker_shares_the_rest(world):
    sharing, plain = Sharing(), replace(QUICK, ranker="blend")
    first, again = (sharing.learn(world.known, plain) for _ in range(2))
    assert first.shared_seconds == 0.0
    assert again.shared_seconds > 0.0
    assert again.retrievers is first.retrievers
    other = sharing.learn(world.known, replace(plain, n_listed=20))
    assert (other.shared_seconds, other.retrievers is first.retrievers) == (0.0, False)
    assert sharing.of(ITEM_GRAPH) is ITEM_GRAPH
    questions = questions_for(world.known, np.arange(0, 600, 7))
    alone = HYBRID.learn(world.known, plain, quiet)
    assert np.array_equal(again.lists(questions, 10).product, alone.lists(questions, 10).product)
    assert 0.0 < alone.order_p99_ms(questions) < 5.0


def test_a_network_refuses_what_is_too_small_for_it(world, monkeypatch):
    assert HYBRID_NCF.against(world.known) == missing()
    monkeypatch.setattr(hybrid, "FEWEST_FOR_A_NETWORK", 10_000)
    assert "here are" in HYBRID_NCF.against(world.known)
    with pytest.raises(NotEnoughData) as caught:
        HYBRID_NCF.learn(world.known, replace(QUICK, ranker="ncf"), quiet)
    assert caught.value.wanted == "10000"
    assert HYBRID.n_seconds(world.known, QUICK) == 0.0 < HYBRID_NCF.n_seconds(world.known, replace(QUICK, ranker="ncf")) < 60.0
    assert HYBRID_NCF.n_bytes(world.known, HYBRID_NCF.starts[0]) > HYBRID.n_bytes(world.known, HYBRID.starts[0])


def test_what_cannot_be_learned_here_is_left_out(world):
    learned = learn_hybrid(world.known, Parameters(retrievers=("item_graph", "no_such_method"), ranker="blend"))
    assert list(learned.retrievers) == ["item_graph"]


def test_one_customer_and_nobody(world):
    from shopkeeper.capabilities.recommend.methods.method import Known
    from shopkeeper.numerics.sparse_rows import choose_rows

    for rows in ([3], []):
        known = Known(choose_rows(world.known.log, np.array(rows, int)), world.known.now, world.known.settings)
        learned = learn_hybrid(known, Parameters(retrievers=("item_graph", "popularity")))
        lists = learned.lists(questions_for(known, np.arange(len(rows))), 5)
        assert lists.product.shape == (len(rows), 5)


def test_how_much_is_bought_again(world):
    window = window_of(world.known)
    had = [
        set(world.known.log.product[world.known.log.starts[row] : world.known.log.starts[row + 1]].tolist())
        for row in range(len(window.row))
    ]
    assert len(had) == len(window.row)
    assert 0.0 < repeats(window) < 0.5


def test_memory_is_told_before_anything_is_learned(world):
    assert HYBRID.n_bytes(world.known, QUICK) > ITEM_GRAPH.n_bytes(world.known, ITEM_GRAPH.starts[0])

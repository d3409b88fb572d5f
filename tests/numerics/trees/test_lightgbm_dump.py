import numpy as np
import pytest
from numerics_cases.trees import MODEL

from shopkeeper.core.errors import BadRequest
from shopkeeper.numerics.trees.ensemble import evaluate
from shopkeeper.numerics.trees.lightgbm_dump import trees_of


def test_a_tree_by_hand():
    trees = trees_of(MODEL)
    assert trees.depth.tolist() == [2]
    nan = np.nan
    # Left of 0.5, where unknown goes left too; then left of about -0.25, where unknown goes right.
    rows = np.array([[0, 0, -1], [0, 0, 0], [1, 0, 0], [nan, 0, -1], [0, 0, nan]], np.float32)
    assert evaluate(trees, rows).tolist() == [1.0, 20.0, 300.0, 1.0, 20.0]


def test_a_tree_with_one_leaf_is_a_number():
    only = "tree\n\nTree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=0.25\n\nend of trees\n"
    assert evaluate(trees_of(only), np.zeros((2, 1), np.float32)).tolist() == [0.25, 0.25]


def test_no_tree():
    assert len(trees_of("tree\n\nend of trees")) == 0
    assert len(trees_of(MODEL, 0)) == 0


@pytest.mark.parametrize("decision", ["1", "4", "6"])
def test_what_has_no_arrays_is_refused(decision):
    with pytest.raises(BadRequest) as refused:
        trees_of(MODEL.replace("decision_type=10 8", f"decision_type=10 {decision}"))
    assert "categor" in refused.value.sentence
    assert "zero_as_missing" in refused.value.next

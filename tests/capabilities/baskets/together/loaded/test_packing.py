"""What is kept comes back as it was."""

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.baskets.together.listing import learn_lists
from shopkeeper.capabilities.baskets.together.loaded.packing import arrays_of, learned_from, texts_from
from shopkeeper.capabilities.baskets.together.parameters import Parameters


def test_lists(world):
    learned = learn_lists(world.material, Parameters(), half_life_days=1e6, error_share=0.05, at_least=2)
    arrays = arrays_of(learned, pa.array(world.products, pa.large_string()), {"category": ["b", "a"], "brand": []})
    again = learned_from(arrays)
    for name in ("products", "categories", "brands"):
        for column in ("starts", "other", "score", "n", "lift", "corrected", "relation"):
            np.testing.assert_array_equal(getattr(getattr(again, name), column), getattr(getattr(learned, name), column))
    assert texts_from(arrays, "product").text(0) == world.products[0]
    assert [texts_from(arrays, "category").text(code) for code in range(2)] == ["a", "b"]

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.store.log.hashing import hash_column, hash_text


@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=20), st.integers(0, 20), st.integers(0, 20))
def test_a_column_is_hashed_like_its_texts_whole_or_in_part(texts, start, length):
    column = pa.array(texts, pa.string())
    assert hash_column(column).tolist() == [hash_text(text or "") for text in texts]
    assert hash_column(column.slice(start, length)).tolist() == [hash_text(text or "") for text in texts[start : start + length]]
    assert hash_column(column.cast(pa.large_string())).tolist() == hash_column(column).tolist()
    assert hash_column(pa.chunked_array([column, column])).tolist() == hash_column(column).tolist() * 2


def test_hashes_stay_what_they_were():
    """They are on disk: changing the function would lose every index and every id of the tail."""
    assert [hash_text(text) for text in ("", "a", "customer-17850")] == [HASHES[0], HASHES[1], HASHES[2]]


HASHES = (10446227565156674688, 6876418983725580267, 15968988286770090585)


def test_no_two_of_many_ids_collide():
    for ids in (pa.array([f"order-{k}" for k in range(200_000)]), pa.array([str(k) for k in range(200_000)])):
        assert len(np.unique(hash_column(ids))) == 200_000

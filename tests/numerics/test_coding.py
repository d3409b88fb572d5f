import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.numerics.coding import PackedTexts, pack

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=30)


@given(texts, texts)
def test_every_text_is_found_and_no_other(inside, outside):
    packed = pack(inside)
    assert [packed.text(code) for code in range(len(packed))] == sorted(set(inside), key=str.encode)
    for text in inside:
        assert packed.text(packed.find(text)) == text
    for text in set(outside) - set(inside):
        assert packed.find(text) == -1


def test_nothing_is_found_in_nothing():
    assert pack([]).find("") == -1
    assert len(pack([])) == 0


def test_arrow_and_back_slices_and_nothing():
    texts = pa.array(["a", "bb", "ccc", "客户"], pa.large_string())
    for some in (texts, texts[1:], texts[1:3], texts[:0]):
        found = PackedTexts.from_arrow(some)
        assert [found.text(code) for code in range(len(found))] == some.to_pylist() == found.as_arrow().to_pylist()


def test_codes_of_texts_in_any_order_and_of_unknown_ones():
    texts = PackedTexts.from_arrow(pa.array(["a", "bb", "客户"], pa.large_string()))
    assert texts.codes_of(pa.chunked_array([["bb", "x"], ["客户"]])).tolist() == [1, -1, 2]

from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.numerics.coding import pack

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

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.numerics.compiling import kernel
from shopkeeper.numerics.top_k import bits_of, code_of, key_of, largest, top_k_reference


@kernel
def _through_keys(values, k, out_code, out_value):
    bits = values.view(np.uint32)
    out_bits = out_value.view(np.uint32)
    keys = np.empty(len(values), np.uint64)
    size = 0
    for code in range(len(values)):
        if values[code] > 0:
            keys[size] = key_of(bits[code], code)
            size += 1
    size = largest(keys, size, k)
    for place in range(size):
        out_code[place] = code_of(keys[place])
        out_bits[place] = bits_of(keys[place])
    return size


def through_keys(values, k):
    codes, kept = np.empty(k, np.int32), np.empty(k, np.float32)
    size = _through_keys(values, k, codes, kept)
    return codes[:size], kept[:size]


few_values = st.sampled_from([0.0, 0.25, 0.5, 1.0, 3.0])  # many ties
any_value = st.floats(0, 2.0**90, width=32)


@given(st.lists(few_values | any_value, max_size=400), st.integers(1, 50))
def test_it_equals_sorting(values, k):
    array = np.array(values, np.float32)
    codes, kept = through_keys(array, k)
    wanted = top_k_reference(array, k)
    assert codes.tolist() == wanted.tolist()
    assert kept.tolist() == array[wanted].tolist()


def test_ties_go_to_the_smaller_code():
    assert through_keys(np.array([1, 2, 2, 1, 2], np.float32), 2)[0].tolist() == [1, 2]


def test_long_sorted_reversed_and_equal_inputs():
    for values in (np.arange(1, 50_001), np.arange(50_001, 1, -1), np.ones(50_000)):
        array = values.astype(np.float32)
        assert through_keys(array, 100)[0].tolist() == top_k_reference(array, 100).tolist()


def test_nothing_gives_nothing():
    assert len(through_keys(np.zeros(0, np.float32), 3)[0]) == 0
    assert len(through_keys(np.zeros(7, np.float32), 3)[0]) == 0

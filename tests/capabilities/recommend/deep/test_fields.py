import numpy as np
import pytest

from shopkeeper.capabilities.recommend.deep.fields import BINS, FARTHEST, MOST_PLACES, Fields, crossed, learn_fields, places

FEATURES = np.array([[1.0, 7.0], [2.0, np.nan], [3.0, 7.0], [6.0, 7.0]], np.float32)
CODES = np.array([[0, 5], [2, -1], [0, 5], [2, 1]])


def test_numbers_by_hand():
    found = learn_fields(FEATURES, CODES, 0).inputs(FEATURES, CODES).number
    assert found[:, 0] == pytest.approx((FEATURES[:, 0] - 3.0) / np.sqrt(3.5))
    assert found[:, 1].tolist() == [0.0, 0.0, 0.0, 0.0]  # a constant and an unknown


def test_places_by_hand():
    fields = learn_fields(FEATURES, CODES, 0)
    assert fields.starts.tolist() == [0, BINS + 1, 2 * BINS + 2, 2 * BINS + 6, 2 * BINS + 13]
    slot = fields.inputs(FEATURES, CODES).slot
    assert (np.diff(slot[:, 0]) > 0).all()
    assert slot[1, 1] == BINS + 1  # unknown
    assert (slot[[0, 2, 3], 1] > BINS + 1).all()
    assert (slot[:, 2] - fields.starts[2]).tolist() == [1, 3, 1, 3]
    assert (slot[:, 3] - fields.starts[3]).tolist() == [6, 0, 6, 2]


def test_what_was_not_learned_from_reads_as_unknown():
    fields = learn_fields(FEATURES, CODES, 0)
    slot = fields.inputs(np.array([[np.inf, 9e9]], np.float32), np.array([[1, 99]])).slot[0]
    assert slot[[0, 2, 3]].tolist() == fields.starts[[0, 2, 3]].tolist()
    assert np.abs(fields.inputs(np.array([[9e9, -9e9]], np.float32), CODES[:1]).number).max() == FARTHEST


def test_many_codes_share_places():
    code = np.arange(-1, 200_000)
    found = places(code, MOST_PLACES)
    assert found[0] == 0
    assert found[1:].min() == 1
    assert found.max() < MOST_PLACES
    assert len(np.unique(found)) > 60_000


def test_crosses_tell_pairs_apart():
    first, second = (each.ravel() for each in np.meshgrid(np.arange(300), np.arange(300)))
    assert len(np.unique(crossed(first, second))) == 90_000
    assert crossed(np.array([-1, 3, 0]), np.array([2, -1, 0])).tolist()[:2] == [-1, -1]


def test_row_order_does_not_matter_and_saving_keeps_it():
    random = np.random.default_rng(1)
    features, codes = random.normal(size=(50, 3)).astype(np.float32), random.integers(-1, 9, (50, 2))
    order = random.permutation(50)
    first, second = learn_fields(features, codes, 0), learn_fields(features[order], codes[order], 0)
    assert np.array_equal(first.inputs(features, codes).slot, second.inputs(features, codes).slot)
    back = Fields.from_arrays(first.arrays())
    assert np.array_equal(back.inputs(features, codes).number, first.inputs(features, codes).number)


def test_no_rows_and_no_columns():
    fields = learn_fields(np.empty((0, 2), np.float32), np.empty((0, 1), np.int64), 0)
    assert fields.inputs(np.ones((1, 2), np.float32), np.array([[4]])).slot[0].tolist() == fields.starts[:-1].tolist()
    bare = learn_fields(np.empty((2, 0), np.float32), np.array([[0], [1]]), 0)
    assert bare.inputs(np.empty((2, 0), np.float32), np.array([[0], [1]])).slot.tolist() == [[1], [2]]

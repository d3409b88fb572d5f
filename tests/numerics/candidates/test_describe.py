import numpy as np
import pytest

from shopkeeper.numerics.candidates.describe import NUMBERS, PRODUCT_NUMBERS, describe

NAN = np.nan
COLUMNS = {name: place for place, name in enumerate(PRODUCT_NUMBERS)}


def the_tables():
    number = np.zeros((5, len(PRODUCT_NUMBERS)), np.float32)
    number[:, COLUMNS["price"]] = np.log([10.0, 20.0, 40.0, 5.0, 1.0])
    number[4, COLUMNS["price"]] = NAN
    number[:, COLUMNS["age_days"]] = [9, 99, 0, 3, NAN]
    number[:, COLUMNS["interval_days"]] = 9.0
    number[:, COLUMNS["category_interval_days"]] = 3.0
    return number, (np.array([0, 0, 1, 1, -1], np.int32), np.array([7, 8, 7, -1, -1], np.int32))


def a_question(candidate, score, days_later=0.0):
    """A past of product 0 (twice, 19 days ago) and product 1 (once, 4 days ago), newest first."""
    past = (
        np.array([1, 0], np.int32), np.array([1.0, 0.5], np.float32), np.array([0, 1], np.int32),
        np.array([4.0, 19.0], np.float32), np.array([1, 2], np.int32),
    )  # fmt: skip
    number, kinds = the_tables()
    candidate, score = np.array(candidate, np.int32), np.array(score, np.float32)
    found = describe(np.array([0, len(candidate)]), candidate, score, np.array([0, 2]), past, number, kinds, days_later)
    width = score.shape[1]
    names = [*(f"score_{place}" for place in range(width)), *(f"rank_{place}" for place in range(width)), *NUMBERS]
    return {name: found[:, place] for place, name in enumerate(names)}


def test_what_retrievers_say():
    found = a_question([0, 1, 2, 3], [[4.0, 0.0], [2.0, 3.0], [2.0, 0.0], [1.0, 6.0]])
    assert found["score_0"] == pytest.approx([1.0, 0.5, 0.5, 0.25])
    assert found["rank_0"] == pytest.approx([1.0, 1 / 2, 1 / 2, 1 / 4])  # equal scores share a rank
    assert found["score_1"] == pytest.approx([0.0, 0.5, 0.0, 1.0])
    assert found["rank_1"] == pytest.approx([0.0, 1 / 2, 0.0, 1.0])
    assert found["named_by"].tolist() == [1, 2, 1, 2]
    assert found["fused_rank"] == pytest.approx([1 / 10, 2 / 11, 1 / 11, 1 / 13 + 1 / 10])


def test_how_candidates_stand_to_the_past():
    found = a_question([0, 1, 2, 3, 4], np.ones((5, 1)))
    usual = (1.0 * np.log(20) + 0.5 * np.log(10)) / 1.5
    spread = np.sqrt((np.log(20) ** 2 + 0.5 * np.log(10) ** 2) / 1.5 - usual**2)
    assert found["price_ratio"][2] == pytest.approx(np.log(40) - usual, abs=1e-5)
    assert found["price_distance"][2] == pytest.approx((np.log(40) - usual) / spread, abs=1e-4)
    assert np.isnan(found["price_ratio"][4])
    assert found["category_share"] == pytest.approx([1, 1, 0, 0, NAN], nan_ok=True)
    assert found["brand_share"] == pytest.approx([1 / 3, 2 / 3, 1 / 3, NAN, NAN], nan_ok=True)
    assert found["times"].tolist() == [2, 1, 0, 0, 0]
    assert found["since"] == pytest.approx([np.log(20), np.log(5), NAN, NAN, NAN], nan_ok=True)
    assert found["steps_since"] == pytest.approx([np.log(2), 0, NAN, NAN, NAN], nan_ok=True)
    assert found["category_since"] == pytest.approx([np.log(5), np.log(5), NAN, NAN, NAN], nan_ok=True)
    assert found["due"] == pytest.approx([np.log(20 / 10), np.log(5 / 10), NAN, NAN, NAN], nan_ok=True)
    assert found["category_due"] == pytest.approx([np.log(5 / 4), np.log(5 / 4), NAN, NAN, NAN], nan_ok=True)
    assert found["past_products"] == pytest.approx(np.full(5, np.log(3)))
    assert found["past_idle"] == pytest.approx(np.full(5, np.log(5)))


def test_time_passes_after_learning():
    assert a_question([0, 1], np.ones((2, 1)), days_later=90.0)["age"] == pytest.approx(np.log([100, 190]))


def test_one_question_is_the_same_as_many_and_order_does_not_matter():
    score = np.array([[4.0, 0.0], [2.0, 3.0], [2.0, 0.0], [1.0, 6.0]])
    there = a_question([0, 1, 2, 3], score)
    back = a_question([3, 2, 1, 0], score[::-1])
    for name, values in there.items():
        assert np.array_equal(values, back[name][::-1], equal_nan=True), name


def test_a_product_that_came_later_is_not_known():
    found = a_question([0, 9], np.ones((2, 1)))
    assert np.isnan(found["popularity"][1])
    assert found["score_0"][1] == 1.0

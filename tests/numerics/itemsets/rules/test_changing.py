import numpy as np

from shopkeeper.numerics.itemsets.rules.changing import Occurrences, new_and_faded

LIMIT = np.log(1e-6)


def changed(n_early, n_recent, expected_early, expected_recent, log_p_early, log_p_recent, recent_share=0.2):
    found = Occurrences(
        *(np.array([each]) for each in (n_early, n_recent, expected_early, expected_recent, log_p_early, log_p_recent))
    )
    is_new, has_faded = new_and_faded(found, np.array([LIMIT]), recent_share, 0.05)
    return bool(is_new[0]), bool(has_faded[0])


def test_new_is_what_chance_made_before_and_does_not_make_now():
    assert changed(40, 60, 40.0, 10.0, -0.7, -60.0) == (True, False)


def test_faded_is_the_other_way_round():
    assert changed(200, 10, 40.0, 10.0, -200.0, -0.7) == (False, True)


def test_a_rule_that_holds_in_both_has_not_changed():
    assert changed(200, 50, 40.0, 10.0, -200.0, -40.0) == (False, False)


def test_too_few_to_tell_a_change_from_chance_is_none():
    """Not significant before because there was little, significant now: no evidence that anything has changed."""
    assert changed(20, 6, 10.0, 1.0, -3.0, -15.0) == (False, False)


def test_a_product_that_came_and_one_that_went():
    """Chance makes nothing of a product before it is sold: it is the time that says how surprising that is."""
    assert changed(1, 60, 1.0, 20.0, -0.7, -40.0) == (True, False), "both products are sold more now"
    assert changed(0, 30, 0.0, 3.0, 0.0, -40.0) == (True, False)
    assert changed(60, 0, 3.0, 0.0, -100.0, 0.0) == (False, True)

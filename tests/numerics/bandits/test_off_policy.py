"""Off-policy estimators: by hand, unbiased in a world whose truth is known, and with intervals that cover it."""

import numpy as np
import pytest

from shopkeeper.numerics.bandits.off_policy import Slots, along_lists, clipped, dm, dr, effective_n, interval, ips, snips

REWARD = np.array([1.0, 0.0, 0.0, 1.0])
WEIGHT = np.array([2.0, 0.5, 0.0, 1.0])
FOUR = Slots(np.arange(4), np.zeros(4, np.int64), REWARD, WEIGHT, 4)


def test_ips_and_snips_by_hand():
    assert ips(FOUR).value == pytest.approx((2 + 0 + 0 + 1) / 4)
    assert snips(FOUR).value == pytest.approx((2 + 1) / 3.5)
    assert ips(FOUR).effective_n == pytest.approx(3.5**2 / 5.25)
    assert ips(FOUR).largest_weight == 2.0


def test_snips_is_a_mean_a_position():
    """Position 0: 2 / 2.5; position 1: 1 / 1; two decisions with both."""
    slots = Slots(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([1.0, 0, 0, 1]), np.array([2.0, 0, 0.5, 1]), 2)
    assert snips(slots).value == pytest.approx(2 / 2.5 + 1 / 1)
    assert snips(slots).influence.mean() == pytest.approx(snips(slots).value)


def test_a_position_without_weights_counts_as_the_others():
    slots = Slots(np.array([0, 0]), np.array([0, 1]), np.array([1.0, 1.0]), np.array([2.0, 0.0]), 1)
    assert snips(slots).value == pytest.approx(2.0)
    assert snips(Slots(slots.decision, slots.position, slots.reward, np.zeros(2), 1)).value == 0.0


def test_dm_and_dr_by_hand():
    predicted, expected = np.array([0.5, 0.5, 0.0, 1.0]), np.array([0.4, 0.2, 0.2, 0.8])
    assert dm(FOUR, predicted=predicted, expected=expected, leverage=np.ones(4)).value == pytest.approx(0.4)
    wanted = (0.4 + 2 * 0.5 + 0.2 + 0.5 * -0.5 + 0.2 + 0.8 + 0.0) / 4
    assert dr(FOUR, predicted=predicted, expected=expected).value == pytest.approx(wanted)


def test_dr_with_a_perfect_model_is_the_model_and_with_none_is_ips():
    zero = np.zeros(4)
    assert dr(FOUR, predicted=zero, expected=zero).value == pytest.approx(ips(FOUR).value)
    sure = np.array([0.3, 0.3, 0.3, 0.3])
    assert dr(FOUR, predicted=REWARD, expected=sure).value == pytest.approx(0.3)


def test_weights_along_lists():
    weight, before = along_lists(np.array([2.0, 0.5, 3.0, 4.0, 0.0, 5.0]), np.array([0, 3, 3, 6]))
    assert weight.tolist() == [2.0, 1.0, 3.0, 4.0, 0.0, 0.0]
    assert before.tolist() == [1.0, 2.0, 1.0, 1.0, 4.0, 0.0]


def test_clipping_and_effective_number():
    assert clipped(WEIGHT, 1.0).tolist() == [1.0, 0.5, 0.0, 1.0]
    assert clipped(WEIGHT, 0.0).tolist() == WEIGHT.tolist()
    assert effective_n(np.ones(7)) == pytest.approx(7)
    assert effective_n(np.array([5.0, 0, 0])) == pytest.approx(1)
    assert effective_n(np.zeros(3)) == 0.0


N_ARMS = 6
RATES = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.05])
LOGGED = np.array([0.3, 0.3, 0.2, 0.1, 0.05, 0.05])
OTHER = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.0])
TRUTH = float(OTHER @ RATES)


def world(seed, n=1_500):
    """A log of single slots: arms drawn by LOGGED, clicks by RATES."""
    random = np.random.default_rng(seed)
    arm = random.choice(N_ARMS, n, p=LOGGED)
    reward = (random.random(n) < RATES[arm]).astype(float)
    slots = Slots(np.arange(n), np.zeros(n, np.int64), reward, OTHER[arm] / LOGGED[arm], n)
    return arm, slots


def estimates(seed):
    """The four estimators; the model is the mean of each arm on the other half, drawn to the mean of all."""
    arm, slots = world(seed)
    even = np.arange(len(arm)) % 2 == 0
    predicted, expected = np.empty(len(arm)), np.empty(len(arm))
    for half in (even, ~even):
        rest = ~half
        shown = np.bincount(arm[rest], minlength=N_ARMS) + 5.0
        model = (np.bincount(arm[rest], weights=slots.reward[rest], minlength=N_ARMS) + 5.0 * slots.reward.mean()) / shown
        predicted[half], expected[half] = model[arm[half]], OTHER @ model
    of_arm = OTHER / np.bincount(arm, minlength=N_ARMS) * len(arm)
    return {
        "IPS": ips(slots),
        "SNIPS": snips(slots),
        "DR": dr(slots, predicted=predicted, expected=expected),
        "DM": dm(slots, predicted=predicted, expected=expected, leverage=of_arm[arm]),
    }


@pytest.fixture(scope="module")
def many():
    return [estimates(seed) for seed in range(120)]


@pytest.mark.parametrize("name", ["IPS", "SNIPS", "DR"])
def test_the_mean_over_worlds_is_the_truth(many, name):
    values = np.array([each[name].value for each in many])
    assert abs(values.mean() - TRUTH) < 4 * values.std() / np.sqrt(len(values))


@pytest.mark.parametrize("name", ["IPS", "SNIPS", "DR", "DM"])
def test_intervals_cover_the_truth(many, name):
    ends = [interval(each[name].influence, seed=1) for each in many]
    covered = np.mean([low <= TRUTH <= high for low, high in ends])
    assert covered >= (0.6 if name == "DM" else 0.88), "the model's drawing to the mean is bias that its interval does not have"


def test_the_order_of_widths(many):
    width = {name: np.std([each[name].value for each in many]) for name in ("IPS", "SNIPS", "DR")}
    assert width["DR"] < width["IPS"]
    assert width["SNIPS"] < width["IPS"]


def test_a_policy_beside_itself_has_no_difference():
    _, slots = world(0)
    same = Slots(slots.decision, slots.position, slots.reward, np.ones(len(slots.reward)), slots.n_decisions)
    real = ips(same)
    assert interval(snips(same).influence - real.influence, seed=1) == pytest.approx((0.0, 0.0), abs=1e-12)


def test_the_normal_interval_of_many_is_the_bootstrap_of_some():
    values = np.random.default_rng(0).exponential(size=30_000)
    low, high = interval(values, seed=1)
    reach = 1.96 * values.std() / np.sqrt(len(values))
    assert (low, high) == pytest.approx((values.mean() - reach, values.mean() + reach), rel=1e-4)
    assert interval(values[:4_900], seed=1) == pytest.approx((low, high), rel=0.05)


def test_no_rows():
    empty = Slots(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), 0)
    assert ips(empty).value == snips(empty).value == 0.0
    assert np.isnan(interval(ips(empty).influence, seed=1)).all()

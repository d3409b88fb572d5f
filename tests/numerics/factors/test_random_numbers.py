import numba
import numpy as np

from shopkeeper.numerics.factors.random_numbers import alias_table, below, random_bits, share_of


@numba.njit
def draw(seed, n, keep, other, counts):
    for number in range(n):
        bits = random_bits(np.uint64(seed), np.uint64(number))
        place = below(bits, len(keep))
        counts[place if share_of(bits) < keep[place] else other[place]] += 1


def test_the_first_numbers_are_those_that_the_authors_publish():
    """SplitMix64 seeded with 1234567, as in the authors' own test values."""
    found = [int(random_bits(np.uint64(1234567), np.uint64(number))) for number in range(3)]
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_places_are_drawn_by_their_weight():
    weight = np.array([5.0, 0.0, 1.0, 3.0, 1.0])
    keep, other = alias_table(weight)
    counts = np.zeros(5, np.int64)
    draw(3, 200_000, keep, other, counts)
    np.testing.assert_allclose(counts / 200_000, weight / 10, atol=0.004)
    assert counts[1] == 0


def test_without_weights_all_are_alike():
    assert alias_table(np.zeros(3))[0].tolist() == [1.0, 1.0, 1.0]

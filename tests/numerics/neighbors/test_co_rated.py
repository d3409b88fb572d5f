import numpy as np
import pytest

from shopkeeper.numerics.neighbors.biases import fit_biases
from shopkeeper.numerics.neighbors.co_rated import Likeness, Measure, centered, column_neighbors, table_of

NAN = np.nan
# Customers × products; the first two products are rated by three in common.
RATINGS = np.array([[5.0, 4.0, NAN], [3.0, 1.0, 2.0], [1.0, 1.0, 5.0], [4.0, NAN, 1.0]])


def triples(ratings):
    row, column = np.nonzero(~np.isnan(ratings))
    return row, column, ratings[row, column]


def alike(ratings, like, biases=None):
    """Dense likeness of columns from the graph."""
    row, column, value = triples(ratings)
    value = centered(row, column, value, like.measure, biases or fit_biases(row, column, value, *ratings.shape, 0.0, 0.0))
    graph = column_neighbors(table_of(row, column, value, *ratings.shape), like, 20)
    found = np.zeros((ratings.shape[1],) * 2)
    for source in range(ratings.shape[1]):
        for edge in range(graph.starts[source], graph.starts[source + 1]):
            found[source, graph.neighbor[edge]] = graph.weight[edge]
    return found


def by_hand(ratings, measure):
    """The same in plain numpy, with means over the common rows."""
    n = ratings.shape[1]
    found = np.zeros((n, n))
    off = ratings - np.nanmean(ratings, axis=1, keepdims=True) if measure == Measure.ADJUSTED_COSINE else ratings
    for s in range(n):
        for t in range(n):
            both = ~np.isnan(ratings[:, s]) & ~np.isnan(ratings[:, t])
            x, y = off[both, s], off[both, t]
            if measure == Measure.PEARSON and len(x):
                x, y = x - x.mean(), y - y.mean()
            below = np.sqrt((x @ x) * (y @ y))
            found[s, t] = x @ y / below if s != t and below > 0 else 0.0
    return np.maximum(found, 0.0)


@pytest.mark.parametrize("measure", [Measure.COSINE, Measure.PEARSON, Measure.ADJUSTED_COSINE])
def test_likeness_over_the_common_rows_by_hand(measure):
    assert alike(RATINGS, Likeness(measure)) == pytest.approx(by_hand(RATINGS, measure), abs=1e-6)
    random = np.random.default_rng(0)
    many = np.where(random.random((30, 12)) < 0.5, random.integers(1, 6, (30, 12)), NAN)
    assert alike(many, Likeness(measure)) == pytest.approx(by_hand(many, measure), abs=1e-6)


def test_pearson_is_numpys_correlation():
    random = np.random.default_rng(1)
    full = random.normal(size=(40, 3))
    assert alike(full, Likeness(Measure.PEARSON)) == pytest.approx(np.maximum(np.corrcoef(full.T) - np.eye(3), 0), abs=1e-6)


def test_few_common_rows_count_less():
    plain = alike(RATINGS, Likeness())
    assert alike(RATINGS, Likeness(cut=6.0))[0, 1] == pytest.approx(plain[0, 1] * 3 / 6)
    assert alike(RATINGS, Likeness(cut=2.0))[0, 1] == pytest.approx(plain[0, 1])
    assert alike(RATINGS, Likeness(shrinkage=9.0))[0, 1] == pytest.approx(plain[0, 1] * 3 / 12)
    both = alike(RATINGS, Likeness(cut=6.0, shrinkage=9.0))
    assert both[0, 1] == pytest.approx(plain[0, 1] * 3 / 6 * 3 / 12)


def test_a_missing_event_is_a_zero():
    bought = np.array([[1.0, 1.0, NAN, NAN], [1.0, 1.0, 1.0, NAN], [1.0, NAN, 1.0, NAN], [NAN, NAN, 1.0, 1.0]])
    cosine = alike(bought, Likeness(only_common=False))
    assert cosine[0, 1] == pytest.approx(2 / np.sqrt(3 * 2))
    assert cosine[2, 3] == pytest.approx(1 / np.sqrt(3))
    pearson = alike(bought, Likeness(Measure.PEARSON, only_common=False))
    assert pearson == pytest.approx(np.maximum(np.corrcoef(np.nan_to_num(bought).T) - np.eye(4), 0), abs=1e-6)


def test_around_the_biases():
    """What is left when customers are kind and products liked says nothing; a taste on top of it is found."""
    kind, liked = np.array([0.5, -0.5, 0.0, 0.2]), np.array([1.0, 0.0, -1.0])
    taste = np.outer([0.6, -0.6, 0.6, -0.6], [1.0, 1.0, 0.0])
    found = alike(3.0 + kind[:, None] + liked + taste, Likeness(Measure.BASELINE))
    assert found[0, 1] > 0.9
    assert found[0, 2] == found[1, 2] == 0.0


def test_the_strongest_are_kept_in_order():
    random = np.random.default_rng(2)
    many = random.integers(1, 6, (50, 8)).astype(float)
    row, column, value = triples(many)
    full = column_neighbors(table_of(row, column, value, 50, 8), Likeness(), 7)
    few = column_neighbors(table_of(row, column, value, 50, 8), Likeness(), 2)
    for source in range(8):
        first = full.starts[source]
        assert (np.diff(full.weight[first : full.starts[source + 1]]) <= 0).all()
        assert few.neighbor[2 * source : 2 * source + 2].tolist() == full.neighbor[first : first + 2].tolist()

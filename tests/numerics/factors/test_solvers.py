import numpy as np
import pytest

from shopkeeper.numerics import compiling
from shopkeeper.numerics.factors import solvers
from shopkeeper.numerics.factors.solvers import solve_one, solve_rows


def world(seed, n_rows=30, n_others=90, k=8, longest=60):
    """Rows of very different lengths, the first empty, and vectors whose squares are diagonal."""
    random = np.random.default_rng(seed)
    sizes = random.integers(1, longest, n_rows)
    sizes[0] = 0
    starts = np.concatenate(([0], np.cumsum(sizes)))
    entry = np.concatenate([random.choice(n_others, size, replace=False) for size in sizes]).astype(np.int32)
    weight = (random.random(len(entry)) + 0.2).astype(np.float32)
    other = np.linalg.qr(random.standard_normal((n_others, k)))[0] * np.linspace(3.0, 0.5, k)
    other = other.astype(np.float32)
    return starts, entry, weight, other, (other * other).sum(axis=0), (random.random(n_rows) + 0.1).astype(np.float32)


def dense(starts, entry, weight, other, gram, l2, unobserved):
    """Hu, Koren & Volinsky's equation (4) as it stands, with all products."""
    result = np.zeros((len(starts) - 1, other.shape[1]))
    for row in range(len(result)):
        confidence, wanted = np.full(len(other), unobserved), np.zeros(len(other))
        chosen = entry[starts[row] : starts[row + 1]]
        confidence[chosen] += weight[starts[row] : starts[row + 1]]
        wanted[chosen] = 1.0
        matrix = other.T @ (confidence[:, None] * other) + l2[row] * np.eye(other.shape[1])
        result[row] = np.linalg.solve(matrix, other.T @ (confidence * wanted))
    return result


@pytest.mark.parametrize("unobserved", [0.01, 1.0])
def test_exact_is_the_solution_of_the_equations(unobserved):
    inputs = world(1)
    np.testing.assert_allclose(solve_rows(*inputs, unobserved=unobserved), dense(*inputs, unobserved), rtol=2e-4, atol=2e-5)


def test_one_row_alone_is_the_same_and_leaves_out_what_says_nothing():
    starts, entry, weight, other, gram, l2 = inputs = world(2)
    expected = solve_rows(*inputs, unobserved=0.1)
    for row in range(len(starts) - 1):
        own = slice(starts[row], starts[row + 1])
        out = np.empty((1, other.shape[1]), np.float32)
        entries = np.concatenate((entry[own], [-1, len(other), 5])).astype(np.int32)
        weights = np.concatenate((weight[own], [1.0, 1.0, 0.0])).astype(np.float32)
        solve_one(entries, weights, other, gram.astype(np.float32), l2[row], np.float32(0.1), out)
        np.testing.assert_allclose(out[0], expected[row], rtol=1e-4, atol=1e-6)


def test_conjugate_gradients_reach_the_exact_solution():
    inputs = world(3)
    exact = solve_rows(*inputs, unobserved=0.1)
    away = [np.abs(solve_rows(*inputs, unobserved=0.1, n_steps=steps) - exact).max() for steps in (1, 3, 12)]
    assert away[0] > away[1] > away[2]
    assert away[2] < 1e-3


def test_conjugate_gradients_go_on_from_before():
    inputs = world(4)
    exact = solve_rows(*inputs, unobserved=0.1)
    np.testing.assert_allclose(solve_rows(*inputs, unobserved=0.1, n_steps=2, before=exact), exact, atol=1e-4)


@pytest.mark.parametrize("n_steps", [0, 3])
def test_any_number_of_threads_gives_the_same(monkeypatch, n_steps):
    inputs, found = world(5), []
    for threads in (1, 2, 7):
        monkeypatch.setattr(compiling, "n_threads", lambda threads=threads: threads)
        monkeypatch.setattr(solvers, "n_threads", lambda threads=threads: threads)
        found.append(solve_rows(*inputs, unobserved=0.1, n_steps=n_steps))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])

"""Choosing while learning, and what other choices would have earned."""

from collections.abc import Mapping

import numpy as np
from numerics_cases.case import N_PRODUCTS, Case, Inputs, together

N_POSITIONS = 4


def arms(random: np.random.Generator, n: int) -> Inputs:
    return {"success": random.integers(1, 30, n).astype(float), "failure": random.integers(1, 900, n).astype(float)}


def close(result, inputs):
    """Arms that are sorted by what they are: equal ones are interchangeable."""
    return np.sort(result)


def slots(random: np.random.Generator, n: int):
    from shopkeeper.numerics.bandits.off_policy import Slots

    decision = np.arange(n) // N_POSITIONS
    weight = np.where(random.random(n) < 0.3, 0.0, random.random(n) * 3)
    return Slots(decision, np.arange(n) % N_POSITIONS, (random.random(n) < 0.2).astype(float), weight, -(-n // N_POSITIONS))


def modeled(random: np.random.Generator, n: int) -> Inputs:
    return {"slots": slots(random, n), "predicted": random.random(n), "expected": random.random(n)}


def shown(random: np.random.Generator, n: int) -> Inputs:
    return {
        "place": random.integers(0, 3, n),
        "product": random.integers(0, N_PRODUCTS, n),
        "reward": (random.random(n) < 0.2).astype(float),
        "n_places": 3,
        "n_products": N_PRODUCTS,
    }


def learned(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.bandits.reward_model import learn_rewards

    rows = shown(random, n)
    return {
        "model": learn_rewards(**rows),
        "place": rows["place"],
        "product": rows["product"],
        "on_product": random.random(N_PRODUCTS),
        "on_place": random.random(3),
    }


def a_belief(random: np.random.Generator, n: int):
    from shopkeeper.numerics.bandits.best import log_of_betas

    return log_of_betas(**arms(random, n))


def a_list(random: np.random.Generator, n: int) -> Inputs:
    n_slots = min(n, 6)
    return {
        "belief": a_belief(random, n), "by_draw": True, "share": 0.4, "floor": 0.1, "draws": random.random((n_slots, 2)),
        "fixed": np.arange(n_slots) == 2,
    }  # fmt: skip


def a_walk(random: np.random.Generator, n: int) -> Inputs:
    n_slots = min(n, 6)
    return {
        "belief": a_belief(random, n), "standing": random.permutation(n)[:n_slots], "fixed": np.zeros(n_slots, bool),
        "by_draw": True, "share": 0.4, "floor": 0.1,
    }  # fmt: skip


def a_log_of_lists(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.bandits.weighing import Lists

    n_slots, n_candidates = 3, 5
    standing = np.array([random.permutation(n_candidates)[:n_slots] for _ in range(n)], np.int64).reshape(-1)
    drawn = arms(random, n * n_candidates)
    return {
        "lists": Lists(np.arange(n + 1) * n_candidates, np.arange(n + 1) * n_slots, standing, random.random(n * n_slots) < 0.1),
        "score": drawn["success"], "failure": drawn["failure"], "share": np.full(n, 0.5), "floor": 0.1,
        "appeals": random.random((n * n_candidates, 2)), "rate": random.random(n * n_slots), "seed": 3,
    }  # fmt: skip


def a_replay(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.bandits.evidence import N_FEATURES, Evidence

    none = np.zeros((3, N_PRODUCTS), np.float32)
    return {
        "start": Evidence(none, none.copy(), np.eye(N_FEATURES), np.zeros(N_FEATURES)),
        "slot_starts": np.arange(n + 1) * 2, "place": random.integers(-1, 2, n), "product": random.integers(-1, N_PRODUCTS, 2 * n),
        "rank": random.integers(-1, 9, 2 * n), "strength": random.random(2 * n), "look": np.tile([1.0, 0.6], n),
        "reward": (random.random(2 * n) < 0.2).astype(float), "rates": np.array([0.1, 0.2, 0.05]),
        "popular": np.ones(N_PRODUCTS), "prior": 1.0,
    }  # fmt: skip


def candidates(random: np.random.Generator, n: int) -> Inputs:
    return {
        "rank": np.arange(n), "strength": random.random(n), "earned": random.random(n) * 3, "shown": random.random(n) * 90,
        "popular": random.random(n) + 0.5, "rate": 0.03, "prior": 1.0,
    }  # fmt: skip


CASES: Mapping[str, Case] = {
    "bandits.best.best_of_betas": Case(arms, together("success", "failure"), close, exact=False),
    "bandits.best.best_of_normals": Case(
        lambda random, n: {"mean": random.normal(size=n), "deviation": random.random(n) + 0.1},
        together("mean", "deviation"),
        close,
        exact=False,
    ),
    "bandits.best.log_of_betas": Case(arms),
    "bandits.evidence.features": Case(candidates),
    "bandits.evidence.looks": Case(
        lambda random, n: {
            "position": random.integers(0, 9, n),
            "reward": (random.random(n) < 0.3).astype(float),
            "n_positions": 8,
        },
        together("position", "reward"),
    ),
    "bandits.evidence.looks_before": Case(lambda random, n: {"n_positions": n}),
    "bandits.evidence.replay": Case(a_replay),
    "bandits.lin_ucb.with_floor": Case(lambda random, n: {"bound": random.random(n), "floor": 0.1}, together("bound"), close),
    "bandits.off_policy.along_lists": Case(
        lambda random, n: {"ratio": random.random(n), "slot_starts": np.minimum(np.arange(n // 3 + 2) * 3, n)}
    ),
    "bandits.off_policy.clipped": Case(lambda random, n: {"weight": 9 * random.random(n), "limit": 3.0}),
    "bandits.off_policy.dm": Case(lambda random, n: {**modeled(random, n), "leverage": random.random(n)}),
    "bandits.off_policy.dr": Case(lambda random, n: {**modeled(random, n), "before": random.random(n), "own": random.random(n)}),
    "bandits.off_policy.effective_n": Case(
        lambda random, n: {"weight": random.random(n)}, together("weight"), lambda result, inputs: np.array([result]), exact=False
    ),
    "bandits.off_policy.interval": Case(lambda random, n: {"influence": random.random(n), "seed": 3}, together("influence")),
    "bandits.off_policy.ips": Case(lambda random, n: {"slots": slots(random, n)}),
    "bandits.off_policy.snips": Case(lambda random, n: {"slots": slots(random, n)}),
    "bandits.reward_model.learn_rewards": Case(shown, together("place", "product", "reward"), exact=False),
    "bandits.reward_model.leverage": Case(learned),
    "bandits.reward_model.most_probable_strength": Case(
        lambda random, n: {"count": random.integers(0, 9, n).astype(float), "expected": random.random(n) * 4},
        together("count", "expected"),
    ),
    "bandits.slots.along": Case(a_walk),
    "bandits.slots.fill": Case(a_list),
    "bandits.thompson.beta_prior": Case(lambda random, n: {"mean": random.random(n) / 10, "clicks": 2.0}),
    "bandits.thompson.drawn": Case(lambda random, n: {"probability": random.random(n), "draw": 0.4}),
    "bandits.weighing.weigh": Case(a_log_of_lists),
}

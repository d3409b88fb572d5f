"""The search moves only where later baskets are met better, and stops when told."""

import pytest

from shopkeeper.capabilities.baskets.together.choosing import choose
from shopkeeper.capabilities.baskets.together.judge import questions
from shopkeeper.capabilities.baskets.together.material import material
from shopkeeper.capabilities.baskets.together.parameters import CHOICES, Parameters, parameters_from

HOW = {"error_share": 0.05, "at_least": 2}


@pytest.fixture(scope="module")
def exam(world):
    every = world.material
    end = int(0.8 * len(every.baskets))
    before = material(every.baskets.between(0, end), every.at[:end], every.visits, every.facts, limit=100, seed=0)
    return before, questions(every.baskets.between(end, len(every.baskets)), 300, seed=0)


def test_what_is_chosen_is_at_least_as_good_as_the_start(exam):
    chosen = choose(*exam, n_trials=8, **HOW)
    assert chosen.n_trials == 8
    assert chosen.after >= chosen.before > 0.0
    for name, choices in CHOICES.items():
        assert getattr(chosen.parameters, name) in choices


def test_the_same_search_ends_the_same(exam):
    assert choose(*exam, n_trials=4, **HOW) == choose(*exam, n_trials=4, **HOW)


def test_too_few_cases_leave_the_defaults(world):
    few = questions(world.material.baskets.between(0, 20), 300, seed=0)
    assert choose(world.material, few, n_trials=8, **HOW).parameters == Parameters()


def test_it_says_how_far_it_is(exam):
    told = []
    choose(*exam, n_trials=3, tell=told.append, **HOW)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_a_card_gives_its_parameters_back():
    assert parameters_from({"parameters": {"shrinkage": 7, "of_another_time": 1}}) == Parameters(shrinkage=7.0)
    assert parameters_from({}) == Parameters()

"""What holds for every method: it beats the share of all where there is something, finds nothing where there is nothing."""

import json

import numpy as np
import pytest

from shopkeeper.capabilities.customers.classifying.exam import prepare
from shopkeeper.capabilities.customers.classifying.judge import compare, sit
from shopkeeper.capabilities.customers.classifying.kept import as_json, from_json
from shopkeeper.capabilities.customers.classifying.methods.baselines import PREVALENCE, given, rule
from shopkeeper.capabilities.customers.classifying.methods.every import CLASSIFIERS
from shopkeeper.numerics.classifying.scores import auc

RULE, GIVEN = rule("rule", "rule", "signal"), given("given", "given", "signal")
METHODS = (PREVALENCE, RULE, GIVEN, *CLASSIFIERS)


def named(method):
    return method.name


@pytest.fixture(scope="module")
def sat(world):
    train, validation, test = world(1500, 1), world(800, 2), world(1500, 3)
    return {method.name: sit(prepare(method, train, validation, 0), test) for method in METHODS}


@pytest.mark.parametrize("method", CLASSIFIERS, ids=named)
def test_it_beats_the_share_of_all_and_the_rule_on_one_feature(method, sat):
    compared = compare([sat["prevalence"], sat["rule"], sat[method.name]], seed=0)
    assert compared.beats(method.name, "prevalence")
    assert compared.beats(method.name, "rule")
    assert sat[method.name].numbers()["auc"] > 0.8


@pytest.mark.parametrize("method", CLASSIFIERS, ids=named)
def test_it_is_calibrated(method, sat):
    numbers = sat[method.name].numbers()
    assert numbers["calibration_slope"] == pytest.approx(1.0, abs=0.2)
    assert sat[method.name].probability.mean() == pytest.approx(sat[method.name].label.mean(), abs=0.05)


@pytest.mark.parametrize("method", CLASSIFIERS, ids=named)
def test_where_there_is_nothing_it_finds_nothing(method, world):
    train, validation, test = (world(600, seed, strength=0.0) for seed in (4, 5, 6))
    compared = compare([sit(prepare(each, train, validation, 0), test) for each in (PREVALENCE, method)], seed=0)
    assert not compared.beats(method.name, "prevalence")
    told = compared.sat[1].probability
    assert np.abs(told - test.label.mean()).mean() < 0.06


@pytest.mark.parametrize("method", METHODS, ids=named)
def test_contributions_sum_to_the_score(method, sat, world):
    x = world(200, 7).features
    classifier = sat[method.name].ready.classifier
    rest = classifier.score(x) - classifier.contributions(x).sum(axis=1)
    assert rest == pytest.approx(np.full(len(x), rest[0]), abs=1e-8)


@pytest.mark.parametrize("method", CLASSIFIERS, ids=named)
def test_the_feature_that_matters_says_most(method, sat, world):
    added = np.abs(sat[method.name].ready.classifier.contributions(world(300, 7).features)).mean(axis=0)
    assert int(np.argmax(added)) == 0
    assert added[1] > 2.0 * max(added[2:])


@pytest.mark.parametrize("method", METHODS, ids=named)
def test_it_is_the_same_after_being_kept_as_json(method, sat, world):
    ready, x = sat[method.name].ready, world(100, 8).features
    again = from_json(json.loads(json.dumps(as_json(ready))), METHODS)
    np.testing.assert_array_equal(again.probability(x), ready.probability(x))
    np.testing.assert_array_equal(again.classifier.contributions(x), ready.classifier.contributions(x))
    assert (again.method, again.threshold) == (ready.method, ready.threshold)


@pytest.mark.parametrize("method", METHODS, ids=named)
def test_the_same_examples_give_the_same(method, world):
    train, validation, x = world(300, 1), world(200, 2), world(50, 3).features
    one, other = (prepare(method, train, validation, 7).probability(x) for _ in range(2))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("method", METHODS, ids=named)
@pytest.mark.parametrize("kept", [np.zeros(0, int), np.arange(1), slice(None)], ids=["nobody", "one", "all alike"])
def test_little_to_learn_from_gives_the_share_of_all(method, kept, world):
    examples = world(60, 1)
    examples.label[:] = False
    few = examples.some(kept)
    told = prepare(method, few, few, 0).probability(examples.features)
    assert np.all(np.isfinite(told))
    assert told.max() < 0.6 or method is GIVEN


def test_the_methods_are_not_alike(sat):
    assert len({round(each.numbers()["auc"], 6) for each in sat.values()}) == len(sat)
    assert auc(sat["given"].label, sat["given"].probability) > sat["rule"].numbers()["auc"]

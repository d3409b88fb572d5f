"""Where parts of a network stand: never on each other, the same places each time, within the picture."""

from __future__ import annotations

import itertools

import pytest

from shopkeeper.server.dashboard.models.baskets.layout import BOX, WIDTH, layout

STAR = [("hub", f"spoke {number}") for number in range(7)]
RING = [(f"r{number}", f"r{(number + 1) % 6}") for number in range(6)]
PAIRS = [(f"a{number}", f"b{number}") for number in range(12)]


def keys_of(edges):
    return sorted({key for edge in edges for key in edge})


@pytest.mark.parametrize(
    "edges", [STAR, RING, PAIRS, STAR + RING + PAIRS, [(a, b) for a, b in itertools.combinations("abcdef", 2)]]
)
def test_no_label_lies_on_another(edges):
    found = layout(keys_of(edges), edges)
    places = list(found.places.values())
    over = [
        (BOX[0] - abs(a[0] - b[0]), BOX[1] - abs(a[1] - b[1]))
        for a, b in itertools.combinations(places, 2)
        if abs(a[0] - b[0]) < BOX[0] - 3 and abs(a[1] - b[1]) < BOX[1] - 3
    ]
    assert over == []


def test_everything_stands_within_the_picture():
    edges = STAR + RING + PAIRS
    found = layout(keys_of(edges), edges)
    assert set(found.places) == set(keys_of(edges))
    assert found.width <= max(WIDTH, found.width)
    assert all(BOX[0] / 2 - 1 <= x <= found.width - BOX[0] / 2 + 1 for x, _ in found.places.values())
    assert all(BOX[1] / 2 - 1 <= y <= found.height - BOX[1] / 2 + 1 for _, y in found.places.values())


def test_the_same_rules_stand_in_the_same_places_whatever_their_order():
    edges = STAR + RING
    turned = [(b, a) for a, b in reversed(edges)]
    assert layout(keys_of(edges), edges).places == layout(list(reversed(keys_of(edges))), turned).places


def test_what_hangs_together_stands_together():
    edges = [("a", "b"), ("b", "c"), ("x", "y")]
    places = layout(keys_of(edges), edges).places
    within = abs(places["a"][0] - places["b"][0]) + abs(places["a"][1] - places["b"][1])
    between = min(abs(places["b"][0] - places[key][0]) + abs(places["b"][1] - places[key][1]) for key in "xy")
    assert within <= between


def test_nothing_has_no_places():
    found = layout([], [])
    assert (found.places, found.width, found.height) == ({}, 0.0, 0)


def test_one_alone_stands_in_its_own_box():
    assert layout(["a"], []).places == {"a": (BOX[0] / 2, BOX[1] / 2)}

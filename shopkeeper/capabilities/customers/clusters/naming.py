"""Names of clusters, made from what sets each apart from the shop's average customer; and names that stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shopkeeper.capabilities.customers.clusters.material import Material
from shopkeeper.capabilities.customers.clusters.vocabulary import VOCABULARY, Feature

STRIKING = 0.45
"""From how many standard deviations on a difference is worth a word."""
WORTH_A_WORD = 0.1
"""Below this a word is not even told to keep two names apart."""
N_WORDS = 3
ONE_ORDER_ONLY = "one order"
ONE_ORDER = float(np.log1p(1.35))
BARELY_MOVED = 0.25
"""A cluster that moved by less than this share of the way to the next one keeps its name."""
AVERAGE = "average customers"
EVERYBODY = "all customers"


def names_of(centers: np.ndarray, used: Sequence[Feature], natural: np.ndarray) -> list[str]:
    """One unlike name a cluster: its largest differences in words.

    ``centers`` float64 [clusters, used] in standard deviations from the mean customer, ``natural`` the same before scaling.
    Of one theme only the larger difference is told. Clusters that would share a name get further words, then a number.
    """
    if len(centers) == 1:
        return [EVERYBODY]
    words = [_words(center, plain, used) for center, plain in zip(centers, natural, strict=True)]
    lengths = [max(1, min(N_WORDS, sum(size >= STRIKING for size, _ in each))) for each in words]
    names = [_joined(each, length) for each, length in zip(words, lengths, strict=True)]
    for _ in range(len(used)):
        shared = [n for n, name in enumerate(names) if names.count(name) > 1 and lengths[n] < len(words[n])]
        if not shared:
            break
        for n in shared:
            lengths[n] += 1
            names[n] = _joined(words[n], lengths[n])
    return _numbered(names)


def _words(center: np.ndarray, natural: np.ndarray, used: Sequence[Feature]) -> list[tuple[float, str]]:
    """(size, word) of each theme's largest difference, the largest first."""
    found: list[tuple[float, str]] = []
    themes: set[str] = set()
    size = np.abs(center) * np.array([feature.telling for feature in used])
    for place in np.argsort(-np.round(size, 6), kind="stable"):
        feature = used[place]
        word = feature.high if center[place] > 0 else feature.low
        if feature.name == "n_orders" and natural[place] <= ONE_ORDER:
            word = ONE_ORDER_ONLY
        if word and feature.theme not in themes and size[place] > WORTH_A_WORD:
            themes.add(feature.theme)
            found.append((float(size[place]), word))
    return found


def _joined(words: list[tuple[float, str]], length: int) -> str:
    return ", ".join(word for _, word in words[:length]) or AVERAGE


def _numbered(names: list[str]) -> list[str]:
    """A number after names that are still taken."""
    taken: dict[str, int] = {}
    found = []
    for name in names:
        taken[name] = taken.get(name, 0) + 1
        found.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
    return found


def kept_names(names: list[str], centers: np.ndarray, material: Material, card: Mapping[str, Any] | None) -> dict[int, str]:
    """Names of clusters that are in service and have barely moved, by the number of the cluster that they have now.

    ``card`` is that of the clusters in service. Two clusters are one when each is the other's nearest and the way between
    them is short beside the distance to the next. None where other features are used than then, and no name with words that
    are no longer in use.
    """
    before = (card or {}).get("clusters") or []
    same = [feature.name for feature in material.used]
    if len(centers) < 2 or len(before) < 2 or any(list(each.get("center", {})) != same for each in before):
        return {}
    old = np.array([material.scaled(np.array(list(each["center"].values()))) for each in before])
    way = np.linalg.norm(centers[:, None, :] - old[None, :, :], axis=2)
    apart = np.linalg.norm(centers[:, None, :] - centers[None, :, :], axis=2) + np.diag(np.full(len(centers), np.inf))
    found: dict[int, str] = {}
    for place in range(len(centers)):
        match = int(way[place].argmin())
        if int(way[:, match].argmin()) == place and way[place, match] <= BARELY_MOVED * apart[place].min():
            found[place] = str(before[match]["cluster_name"])
    found = {place: name for place, name in found.items() if _in_use(name)}
    # A name that another cluster has got meanwhile is not given twice.
    others = {name for place, name in enumerate(names) if place not in found}
    return {place: name for place, name in found.items() if name not in others}


def _in_use(name: str) -> bool:
    """Whether names are still made of these words."""
    words = {word for feature in VOCABULARY for word in (feature.high, feature.low)} | {ONE_ORDER_ONLY, AVERAGE}
    return all(part.split(" (")[0] in words for part in name.split(", "))

"""Baskets to test on: by hand, by chance with planted pairs, and the bakery's; and every set of them by looking at every set."""

import csv
import gzip
from collections import Counter
from itertools import combinations

import numpy as np

from shopkeeper.numerics.itemsets.baskets import baskets_of


def by_hand(rows, n_items=None):
    """Baskets from lists of codes."""
    basket = np.repeat(np.arange(len(rows)), [len(row) for row in rows]) if rows else np.empty(0, np.int64)
    item = np.array([code for row in rows for code in row], np.int64)
    return baskets_of(basket, item, len(rows), n_items or int(item.max(initial=0)) + 1)


def every_set(rows, min_count, max_items, parent=None):
    """{items: baskets} of the frequent sets without an item and one above it."""
    counts = Counter()
    for row in rows:
        for size in range(1, max_items + 1):
            counts.update(combinations(sorted(set(row)), size))
    return {
        items: count
        for items, count in counts.items()
        if count >= min_count and not any(_related(parent, left, right) for left, right in combinations(items, 2))
    }


def _related(parent, left, right):
    return parent is not None and (right in _above(parent, left) or left in _above(parent, right))


def _above(parent, item):
    found = set()
    while parent[item] >= 0:
        item = int(parent[item])
        found.add(item)
    return found


def by_chance(pairs=(), n_baskets=1500, n_items=60, seed=0, share=0.04, spread=0.9):
    """Lists of codes: baskets of very different sizes in which chance rules, but for pairs that are put into a share of them."""
    random = np.random.default_rng(seed)
    sizes = np.clip(np.exp(random.normal(1.6, spread, n_baskets)), 1, n_items // 2).astype(int)
    popular = np.exp(random.normal(0, 0.7, n_items))
    rows = []
    for size in sizes:
        chosen = set(random.choice(n_items, size, replace=False, p=popular / popular.sum()).tolist())
        for pair in pairs:
            if random.random() < share:
                chosen |= set(pair)
        rows.append(sorted(chosen))
    return rows


def bakery(real_data):
    """(lists of codes, names) of the bakery's tickets."""
    with gzip.open(real_data / "bakery" / "BreadBasket_DMS.csv.gz", "rt") as file:
        lines = [(row["Transaction"], row["Item"]) for row in csv.DictReader(file)]
    names = sorted({name for _, name in lines})
    code = {name: place for place, name in enumerate(names)}
    rows = {}
    for ticket, name in lines:
        rows.setdefault(ticket, set()).add(code[name])
    return [sorted(row) for row in rows.values()], names

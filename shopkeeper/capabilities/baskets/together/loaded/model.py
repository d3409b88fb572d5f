"""The learned complements, ready to answer: candidates rung after rung, what may be shown of them, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shopkeeper.capabilities.baskets.together.evidence import COMPLEMENT, RELATED, UNSURE
from shopkeeper.capabilities.baskets.together.listing import Lists
from shopkeeper.capabilities.baskets.together.loaded.packing import learned_from, texts_from
from shopkeeper.capabilities.baskets.together.loaded.shelf import Shelf
from shopkeeper.core.errors import StoreDamaged
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.complements.variety import varied

N_REASONS = 3
BLOCK = 256  # popular products that are looked at at a time
MORE = 4  # times as many candidates as are shown, among which variety may choose
RUNG_OF = {COMPLEMENT: "complement", RELATED: "together", UNSURE: "perhaps", -1: "popular"}

Entry = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What may be shown: how many, codes that may not, only what can be bought, within a price band (NaN: open)."""

    n: int
    excluded: frozenset[int]
    in_stock: bool
    price_low: float
    price_high: float


class TogetherModel:
    """Lists of what goes with each product, category and brand, and the shelf as it is now."""

    def __init__(self, arrays: Mapping[str, Array], card: Mapping[str, Any], view: ShopView) -> None:
        self.card = card
        self.learned = learned_from(arrays)
        words = {}
        for name in ("category", "brand"):
            texts = texts_from(arrays, name)
            words[name] = {texts.text(code): code for code in range(len(texts))}
        self.words = {name: list(codes) for name, codes in words.items()}
        self.shelf = Shelf(texts_from(arrays, "product"), words, view)
        self.n_learned = len(self.learned.products.starts) - 1
        self.variety = float(card["variety"])

    def observe(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """New and changed products and counts of stock hold from the next answer on."""
        if table == "products":
            self.shelf.change(rows)
        elif table == "stock_levels":
            self.shelf.count_stock(rows)

    def listed(self, asking: Sequence[str], wanted: Wanted) -> list[Entry]:
        """What goes with the products ``asking``, best first, each with its rung and reasons; never what asks."""
        sources = [code for code in dict.fromkeys(map(self.shelf.find, asking)) if code >= 0]
        taken = {*sources, *wanted.excluded}
        found: list[Entry] = []
        for entry, code in self._rungs(sources, wanted, taken):
            found.append(self._described(code, entry))
            taken.add(code)
            if len(found) == wanted.n:
                break
        return found

    def _rungs(self, sources: list[int], wanted: Wanted, taken: set[int]) -> Iterator[tuple[Entry, int]]:
        """Candidates that may be shown, rung after rung. ``taken`` grows while they are used."""
        yield from self._of_products([code for code in sources if code < self.n_learned], wanted, taken)
        learned = self.learned
        for rung, lists, of in (
            ("category", learned.categories, self.shelf.category),
            ("brand", learned.brands, self.shelf.brand),
        ):
            known = [group for group in dict.fromkeys(int(of[code]) for code in sources) if group >= 0]
            for code, score, places in self._summed(lists, known, wanted, taken):
                if code not in taken:
                    reasons = [self._of_group(rung, lists, place, code) for place in places]
                    yield {"score": score, "rung": rung, "reasons": reasons}, code
        for low in range(0, len(learned.popular), BLOCK):
            some = learned.popular[low : low + BLOCK]
            for code in some[self._passes(some, wanted)].tolist():
                if code not in taken:
                    yield {"score": 0.0, "rung": "popular", "reasons": []}, code

    def _of_products(self, sources: list[int], wanted: Wanted, taken: set[int]) -> Iterator[tuple[Entry, int]]:
        lists = self.learned.products
        summed = self._summed(lists, sources, wanted, taken, with_popular=True)[: MORE * wanted.n]
        if len(sources) > 1 and self.variety > 0.0 and summed:
            scores = np.array([[score for _, score, _ in summed]])
            kind = self.shelf.category[[code for code, _, _ in summed]][None, :]
            summed = [summed[place] for place in varied(scores, kind, wanted.n, self.variety)[0].tolist() if place >= 0]
        for code, score, places in summed:
            best = max((int(lists.relation[place]) for place in places), default=-1)
            yield {"score": score, "rung": RUNG_OF[best], "reasons": [self._of_pair(lists, place) for place in places]}, code

    def _summed(
        self, lists: Lists, sources: list[int], wanted: Wanted, taken: set[int], with_popular: bool = False
    ) -> list[tuple[int, float, list[int]]]:
        """(code, sum of scores, places in ``lists`` of what speaks most for it), best first, that pass and are not taken.

        ``with_popular``: what is popular counts besides, where any source has a list.
        """
        spans = [(int(lists.starts[source]), int(lists.starts[source + 1])) for source in sources]
        place = np.concatenate([np.arange(low, high) for low, high in spans]) if spans else np.empty(0, np.int64)
        other, score = lists.other[place], lists.score[place].astype(np.float64)
        background = self.learned.background
        if with_popular and len(place) and len(background.product):
            place = np.concatenate((place, np.full(len(background.product), -1)))
            other = np.concatenate((other, background.product))
            score = np.concatenate((score, background.worth))
        kept = np.flatnonzero(self._passes(other, wanted))
        # By product; of each what speaks most first, and what is no pair last.
        order = kept[np.lexsort((-score[kept], place[kept] < 0, other[kept]))]
        place, other, score = place[order], other[order], score[order]
        codes, first = np.unique(other, return_index=True)
        total = np.add.reduceat(score, first) if len(first) else score
        n_pairs = np.add.reduceat((place >= 0).astype(np.int64), first) if len(first) else first
        ends = first + np.minimum(n_pairs, N_REASONS)
        best = np.lexsort((codes, -total))
        rows = zip(codes[best].tolist(), total[best].tolist(), first[best].tolist(), ends[best].tolist(), strict=True)
        return [(code, score, place[low:high].tolist()) for code, score, low, high in rows if code not in taken]

    def _passes(self, codes: Array, wanted: Wanted) -> Array:
        kept = self.shelf.can_be_bought[codes] if wanted.in_stock else np.ones(len(codes), np.bool_)
        if not np.isnan(wanted.price_low):
            kept = kept & (self.shelf.price[codes] >= wanted.price_low)
        if not np.isnan(wanted.price_high):
            kept = kept & (self.shelf.price[codes] <= wanted.price_high)
        return np.asarray(kept)

    def _described(self, code: int, entry: Entry) -> Entry:
        price = float(self.shelf.price[code])
        about = {"product_id": self.shelf.product_id(code), "title": self.shelf.title(code)}
        return {**about, "price": None if np.isnan(price) else price, **entry}

    def _of_pair(self, lists: Lists, place: int) -> Entry:
        code = int(np.searchsorted(lists.starts, place, side="right")) - 1
        n, lift = int(lists.n[place]), round(float(lists.lift[place]), 1)
        about = {"product_id": self.shelf.product_id(code), "title": self.shelf.title(code), "n_together": n, "lift": lift}
        orders = "1 order" if n == 1 else f"{n:,} orders"
        if lists.relation[place] == UNSURE:
            return {**about, "text": f"bought together in {orders}, which may be chance"}
        return {**about, "text": f"bought together in {orders}, {times(lift)} more than chance"}

    def _of_group(self, rung: str, lists: Lists, place: int, code: int) -> Entry:
        source = int(np.searchsorted(lists.starts, place, side="right")) - 1
        n, lift = int(lists.n[place]), round(float(lists.lift[place]), 1)
        words, other = self.words[rung], int((self.shelf.category if rung == "category" else self.shelf.brand)[code])
        own, others = words[source], words[other] if other >= 0 else ""
        text = f"{own} and {others} are bought together in {n:,} orders, {times(lift)} more than chance"
        return {rung: own, "with": others, "n_together": n, "lift": lift, "text": text}


def times(lift: float) -> str:
    """A lift as people say it: 8.14 -> '8×', 2.5 -> '2.5×', 4000 -> 'over 1,000×'."""
    if lift > 1000:
        return "over 1,000×"
    return f"{lift:.0f}×" if lift >= 10 else f"{lift:.1f}×".replace(".0×", "×")


def load_model(folder: Path, view: ShopView) -> TogetherModel:
    """The model saved in ``folder`` with the shelf as ``view`` knows it; raises `StoreDamaged` when it cannot be read."""
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        arrays = {path.stem: np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray) for path in folder.glob("*.npy")}
        return TogetherModel(arrays, card, view)
    except (OSError, ValueError, KeyError, IndexError, UnicodeDecodeError) as error:
        raise StoreDamaged(
            "The learned complements cannot be read.",
            got=f"{folder.name}: {error}",
            wanted="the arrays and the card as they were saved",
            next="learn them again: `shopkeeper learn baskets.together --force`",
        ) from error

"""How often each product and brand was shown of late at each place: counts over a sliding window, in bounded memory."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque

import numpy as np

from shopkeeper.numerics.compiling import Array

PLACES_KEPT = 64
FEWEST_ANSWERS = 50  # before so many were counted, the cap allows as much as for these


class _Place:
    def __init__(self, window: int) -> None:
        self.lists: deque[tuple[tuple[int, ...], tuple[int, ...]]] = deque(maxlen=window)
        self.products: Counter[int] = Counter()
        self.brands: Counter[int] = Counter()
        self.n_shown = 0


class ExposureCounter:
    """The newest ``window`` answers of each place. Thread-safe; the places longest without an answer are forgotten first."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._lock = threading.Lock()
        self._places: OrderedDict[str, _Place] = OrderedDict()

    def add(self, place: str, codes: Array, brands: Array) -> None:
        """Count one answer: int32 codes of what was shown, with their brands (-1: unknown)."""
        entry = (tuple(codes.tolist()), tuple(brands.tolist()))
        with self._lock:
            found = self._places.get(place)
            if found is None:
                found = self._places[place] = _Place(self._window)
                if len(self._places) > PLACES_KEPT:
                    self._places.popitem(last=False)
            self._places.move_to_end(place)
            if len(found.lists) == self._window:
                _count(found, found.lists[0], -1)
            found.lists.append(entry)
            _count(found, entry, 1)

    def over(self, place: str, codes: Array, brands: Array, cap: float, brand_cap: float) -> Array:
        """uint8 [codes]: 1 where showing it once more would be too much; caps of 1.0 are none.

        Too much is a product in more than ``cap`` of the answers, or a brand with more than ``brand_cap`` of the products shown.
        """
        with self._lock:
            found = self._places.get(place)
            n_answers = max(len(found.lists) if found else 0, FEWEST_ANSWERS) + 1
            most = cap * n_answers if cap < 1.0 else np.inf
            a_list = found.n_shown / len(found.lists) if found and found.lists else 1.0
            brand_most = brand_cap * n_answers * a_list if brand_cap < 1.0 else np.inf
            shown = [found.products[code] if found else 0 for code in codes.tolist()]
            of_brand = [found.brands[brand] if found and brand >= 0 else -1 for brand in brands.tolist()]
        return ((np.array(shown, np.int64) + 1 > most) | (np.array(of_brand, np.int64) + 1 > brand_most)).astype(np.uint8)

    def shares(self, place: str) -> dict[int, float]:
        """{product code: share of the place's counted answers that it was in}."""
        with self._lock:
            found = self._places.get(place)
            return {code: n / len(found.lists) for code, n in found.products.items()} if found else {}


def _count(place: _Place, entry: tuple[tuple[int, ...], tuple[int, ...]], step: int) -> None:
    place.n_shown += step * len(entry[0])
    for counter, values in ((place.products, entry[0]), (place.brands, entry[1])):
        for value in values:
            counter[value] += step
            if counter[value] <= 0:
                del counter[value]

"""Texts and lists as the arrays in which they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from shopkeeper.capabilities.baskets.together.listing import Background, Learned, Lists
from shopkeeper.numerics.coding import PackedTexts, pack
from shopkeeper.numerics.compiling import Array

COLUMNS = ("starts", "other", "score", "n", "lift", "co_view", "corrected", "relation")
LISTS = ("products", "categories", "brands")


def arrays_of(learned: Learned, products: pa.LargeStringArray, words: Mapping[str, Iterable[str]]) -> dict[str, Array]:
    """Everything that an answer needs, by name."""
    background = learned.background
    arrays = {"popular": learned.popular, "background_product": background.product, "background_worth": background.worth}
    texts = {"product": PackedTexts.from_arrow(products), **{name: pack(each) for name, each in words.items()}}
    for name, each in texts.items():
        arrays[f"{name}_bytes"], arrays[f"{name}_offsets"] = each.data, each.offsets
    for name in LISTS:
        lists: Lists = getattr(learned, name)
        arrays |= {f"{name}_{column}": getattr(lists, column) for column in COLUMNS}
    return arrays


def learned_from(arrays: Mapping[str, Array]) -> Learned:
    """The lists that were kept. Raises `KeyError` where one is missing."""
    parts = {name: Lists(**{column: arrays[f"{name}_{column}"] for column in COLUMNS}) for name in LISTS}
    background = Background(arrays["background_product"], arrays["background_worth"])
    return Learned(**parts, popular=arrays["popular"], background=background)


def texts_from(arrays: Mapping[str, Array], name: str) -> PackedTexts:
    """Texts that were kept under ``name``. Raises `KeyError` where they are missing."""
    return PackedTexts(arrays[f"{name}_bytes"], arrays[f"{name}_offsets"])

"""The dashboard's words in English and Chinese: every text goes through `Words`, every word lives in `words.toml`."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
LANGUAGES = tuple(LANGUAGE_NAMES)


@cache
def texts() -> Mapping[str, tuple[str, ...]]:
    """Every text by its key ``section.name``, in the order of `LANGUAGES`."""
    raw = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}": tuple(words) for section, names in raw.items() for name, words in names.items()}


class _Filled(string.Formatter):
    """Fills in facts; ``{n:row|rows}`` is the first word where the fact is one, else the second."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        one, mark, many = format_spec.partition("|")
        if mark:
            return one if str(value) == "1" else many
        return super().format_field(value, format_spec)


_FILLED = _Filled()


class Words:
    """The texts in one language: ``t("today.newest", day="9 Dec 2011")``. A key that does not exist is a `KeyError`."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._index = LANGUAGES.index(self.language)

    def __call__(self, key: str, **facts: object) -> str:
        """The text with ``facts`` filled in."""
        text = texts()[key][self._index]
        return _FILLED.vformat(text, (), facts) if facts else text

    def _or(self, key: str, otherwise: str) -> str:
        known = texts().get(key)
        return known[self._index] if known else otherwise

    def table(self, name: str, meaning: str) -> str:
        """What a table means: our words for the schema's tables, the declared ``meaning`` for others."""
        return meaning if self.language == "en" else self._or(f"table_meaning.{name}", meaning)

    def declared(self, name: str, question: str) -> str:
        """What a task or an answer is for: our words for those that come with the shop, its own ``question`` for others."""
        return question if self.language == "en" else self._or(f"declared.{name}", question)

    def event(self, name: str) -> str:
        """What a visitor did, by GA4's name of the event."""
        return self._or(f"event.{name}", name)

    def method(self, name: str, title: str = "") -> str:
        """What a method of recommending is called; its own ``title`` where that says more, or where we have no word for it."""
        ours = self._or(f"method_name.{name}", title or name)
        return title if title and self.language == "en" else ours

    def feature(self, name: str) -> str:
        """A feature of customers in a word or two; its own name where we have none."""
        return self._or(f"feature.{name}", name)

    def cluster(self, name: str) -> str:
        """What a group of customers is called, word by word; words that we do not have stay as they are."""
        if self.language == "en":
            return name
        parts = [part.partition(" (") for part in name.split(", ")]
        words = [self._or(f"cluster_word.{word.replace(' ', '_')}", word) + mark + rest for word, mark, rest in parts]
        return "、".join(words)

    def tag(self, name: str, otherwise: str) -> str:
        """What a segment that comes with Shopkeeper is called, or says, in the reader's language."""
        return otherwise if self.language == "en" else self._or(f"tag.{name}", otherwise)

    def together(self, rung: str) -> str:
        """How sure it is that something goes with a product or a cart, in a word or two."""
        return self._or(f"together.{rung}", rung)

    def rung_name(self, rung: str) -> str:
        """A step of the recommendations' ladder in a word or two."""
        return self._or(f"rung.{rung}", rung)

    def rung(self, rung: str) -> str:
        """From what recommendations were made, as a sentence."""
        return self._or(f"rung.{rung}_under", rung)

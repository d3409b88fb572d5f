"""The dashboard's words in English and Chinese: every text goes through `Words`, every word lives in `words/*.toml`.

What other floors say (errors, scores, headlines, the meaning of a column or a setting) is English; `Words.said` gives it in
the reader's language, from the book in `said/*.toml`.
"""

from __future__ import annotations

import logging
import re
import string
import tomllib
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from shopkeeper.server.dashboard import phrases

log = logging.getLogger(__name__)

LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
LANGUAGES = tuple(LANGUAGE_NAMES)


@cache
def texts() -> Mapping[str, tuple[str, ...]]:
    """Every text by its key ``section.name``, in the order of `LANGUAGES`."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(Path(__file__).with_name("words").glob("*.toml")):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        found.update({f"{section}.{name}": tuple(words) for section, names in raw.items() for name, words in names.items()})
    return found


_ENGLISH = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CLUSTER = re.compile(r"(?P<name>.+?) \((?P<customers>[\d.]+%)(?:, (?P<value>-?[\d.]+%) of the value)?\)")


@cache
def book() -> phrases.Phrasebook:
    """What other floors say, in Chinese; names of methods and policies are known as `words/methods.toml` has them."""
    named = {
        english.lower(): chinese
        for key, (english, chinese) in texts().items()
        if key.partition(".")[0] in ("method_name", "policy_name", "estimator")
    }
    zh = Words("zh")
    knows: dict[str, Callable[[str], str | None]] = {
        "unit": partial(zh.find, "unit"), "month": partial(zh.find, "month"), "feature": zh.feature,
        "cluster": lambda name: zh.cluster(name.strip("'\"")), "clusters": zh.clusters,
    }  # fmt: skip
    return phrases.Phrasebook({**named, **phrases.entries()}, knows)


@cache
def _note(text: str) -> None:
    """Say it once: a sentence of a plug-in, or one of ours that was forgotten."""
    log.warning("no Chinese words for: %s", text)


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

    def find(self, section: str, name: str) -> str | None:
        """The word of that name, or None where there is none."""
        known = texts().get(f"{section}.{name}")
        return known[self._index] if known else None

    def _or(self, key: str, otherwise: str) -> str:
        known = texts().get(key)
        return known[self._index] if known else otherwise

    def said(self, text: str, *, may_be_data: bool = False) -> str:
        """What another floor says, in the reader's language; what there are no words for is marked, and noted in the log.

        ``may_be_data``: what is not known is what somebody sent, and stays as it is.
        """
        if self.language == "en" or not text:
            return text
        told = book().say(text)
        if told is None and not may_be_data and _ENGLISH.search(text) and not _CHINESE.search(text):
            _note(text)
            return self("word.in_english", text=text)
        return text if told is None else told

    def unit(self, unit: str) -> str:
        """A unit of numbers; one that we have no word for as it is."""
        return unit if self.language == "en" else self._or(f"unit.{unit}", unit)

    def table(self, name: str, meaning: str) -> str:
        """What a table means: our words for the schema's tables, the declared ``meaning`` for others."""
        return meaning if self.language == "en" else self.find("table_meaning", name) or self.said(meaning)

    def declared(self, name: str, question: str) -> str:
        """What a task or an answer is for: our words for those that come with the shop, its own ``question`` for others."""
        return question if self.language == "en" else self.find("declared", name) or self.said(question)

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

    def clusters(self, told: str) -> str | None:
        """In Chinese, groups with their shares of customers and value, as a headline lists them; None for anything else."""
        found = [_CLUSTER.fullmatch(part) for part in told.split("; ")]
        if None in found:
            return None
        parts = [(self.cluster(each["name"]), each["customers"], each["value"]) for each in found if each]
        return "；".join(
            f"{name}（{customers}" + (f"，占价值 {value}" if value else "") + "）" for name, customers, value in parts
        )

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

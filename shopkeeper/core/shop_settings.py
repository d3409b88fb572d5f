"""What a shop says about itself in the ``[shop]`` section of `shop.toml`."""

from __future__ import annotations

from dataclasses import dataclass

from shopkeeper.core.settings import setting


@dataclass(frozen=True)
class ShopSettings:
    """The shop's name, money, clock and tongue."""

    name: str = setting("", "what the shop is called")
    currency: str = setting("EUR", "the currency of every amount, ISO 4217")
    time_zone: str = setting("UTC", "in which the shop's day begins and ends, as in the tz database: Europe/London")
    languages: tuple[str, ...] = setting(("en",), "languages of its texts, ISO 639-1")
    seed: int = setting(0, "where all randomness comes from", low=0, high=2**31 - 1)

"""`shop.toml`: what a shop says about itself, and the settings that differ from the defaults."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shopkeeper.core.errors import SettingError, nearest
from shopkeeper.core.registry import REGISTRY, Registry
from shopkeeper.core.settings import resolve, setting

FILE = "shop.toml"


@dataclass(frozen=True)
class ShopSettings:
    """The ``[shop]`` section: its name, money, clock and tongue."""

    name: str = setting("", "what the shop is called")
    currency: str = setting("EUR", "the currency of every amount, ISO 4217")
    time_zone: str = setting("UTC", "in which the shop's day begins and ends, as in the tz database: Europe/London")
    languages: tuple[str, ...] = setting(("en",), "languages of its texts, ISO 639-1")
    seed: int = setting(0, "where all randomness comes from", low=0, high=2**31 - 1)


REGISTRY.add_section("shop", ShopSettings)


def find_shop(start: Path) -> Path | None:
    """The nearest folder with a shop, from ``start`` upwards, or None."""
    return next((folder for folder in (start, *start.parents) if (folder / FILE).is_file()), None)


def known_time_zone(name: str) -> str:
    """``name``, if the tz database knows it; `SettingError` otherwise."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingError(
            "There is no such time zone.",
            got=name,
            wanted="a name of the tz database",
            next="for example Europe/London",
            name="time_zone",
        ) from error
    return name


def write_shop_file(root: Path, settings: ShopSettings) -> None:
    """Write a new `shop.toml` with what differs from the defaults."""
    lines = ["[shop]"]
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if value != field.default:
            shown = list(value) if isinstance(value, tuple) else value
            lines.append(f"{field.name} = {json.dumps(shown, ensure_ascii=False)}")
    (root / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_shop_file(root: Path, registry: Registry) -> dict[str, dict[str, Any]]:
    """The sections of `shop.toml`, each checked against its declaration. Raises `SettingError`."""
    path = root / FILE
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read.", got=str(error), wanted="TOML", next="correct the line it names") from error
    for section, values in raw.items():
        if section not in registry.sections or not isinstance(values, dict):
            close = nearest(section, registry.sections)
            raise SettingError(
                f"{FILE} has an unknown section [{section}].",
                got=section,
                wanted=f"did you mean [{close}]?" if close else "one of " + ", ".join(sorted(registry.sections)),
                next=f"correct {path}",
            )
        resolve(section, registry.sections[section], [(FILE, values)])
    return raw

"""Values of features as a reader expects them: money with its sign, shares in percent, weekdays by name."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from shopkeeper.server.dashboard.format import NOTHING
from shopkeeper.server.dashboard.models.customers.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.customers.profile import Reason

WHOLE, LARGE = 10.0, 100.0
"""From so many days on a part of a day says nothing; from so many of anything a part of one."""


def written(desk: Desk, name: str, value: Any) -> str:
    """The value of the feature ``name``; a dash where there is none."""
    if value is None or value != value:
        return NOTHING
    f, t = desk.f, desk.t
    ways: dict[str, Callable[[Any], str]] = {
        "money": lambda money: f.money(money, whole=abs(money) >= WHOLE),
        "share": f.share,
        "days": lambda days: f.number(
            round(days, 0 if abs(days) >= WHOLE else 1), 0 if abs(days) >= WHOLE or days == round(days) else 1
        ),
        "moment": lambda at: f.day(moment(at).date()),
        "hour": lambda hour: f"{int(hour):02d}:00",
        "weekday": lambda day: t(f"weekday.{min(7, max(1, round(day)))}"),
        "seconds": f.seconds,
        "yes": lambda yes: t("word.yes" if yes else "word.no"),
        "shares": lambda shares: ", ".join(f"{key} {f.share(share)}" for key, share in shares.items()),
        "list": lambda values: ", ".join(map(str, values)),
        "text": str,
        "number": lambda number: f.number(number, _decimals(number)),
    }
    return ways[kind_of(name, value)](value)


def _decimals(number: float) -> int:
    size = abs(number)
    return 0 if float(number).is_integer() or size >= LARGE else 1 if size >= WHOLE else 2


def named(desk: Desk, name: str) -> str:
    """A feature in a word or two; one made from a word of the shop's own (``device=mobile``) names it."""
    of, mark, word = name.partition("=")
    return f"{desk.t.feature(of)}: {word}" if mark else desk.t.feature(name)


def telling(desk: Desk, reasons: Sequence[Reason]) -> Iterator[tuple[Reason, str]]:
    """Each reason with its value beside the usual one; one whose value is the usual one, as written, tells a reader nothing."""
    for reason in reasons:
        value, usual = (written(desk, reason.feature, each) for each in (reason.value, reason.usual))
        if value != usual:
            yield reason, desk.t("customers.beside", value=value, usual=usual)


def moment(value: Any) -> datetime:
    """The moment that a reply tells as text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))

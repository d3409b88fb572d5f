"""Numbers, money, shares, days and moments as a reader of the chosen language expects them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from shopkeeper.numerics.money import MINOR_UNITS, rounded

SYMBOLS = {
    "AUD": "A$", "BRL": "R$", "CAD": "C$", "CNY": "¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "INR": "₹", "JPY": "¥",
    "KRW": "₩", "TWD": "NT$", "USD": "$", "VND": "₫",
}  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TENFOLD = 9.0
MINUS = "−"
NOTHING = "–"


class Format:
    """Writes values for one reader: language ``en`` or ``zh``, the shop's currency and time zone."""

    def __init__(self, language: str = "en", currency: str = "EUR", time_zone: str = "UTC") -> None:
        self.language = language
        self.currency = currency.upper()
        self.zone = ZoneInfo(time_zone)

    def number(self, value: float | None, decimals: int | None = None) -> str:
        """``1,234`` or ``3.14``: thousands separated, as many decimals as the size calls for unless told."""
        if value is None or value != value:
            return NOTHING
        if decimals is None:
            decimals = 0 if float(value).is_integer() or abs(value) >= 1000 else (1 if abs(value) >= 100 else 2)
        return _sign(value) + f"{abs(value):,.{decimals}f}"

    def score(self, value: float) -> str:
        """Four decimals: the precision at which scores are compared."""
        return _sign(value) + f"{abs(value):.4f}"

    def short(self, value: float | None) -> str:
        """``12.3k``, ``4.5M``; in Chinese ``1.2万``, ``3.4亿``."""
        if value is None or value != value:
            return NOTHING
        steps = ((1e8, "亿"), (1e4, "万")) if self.language == "zh" else ((1e9, "B"), (1e6, "M"), (1e3, "k"))
        for step, mark in steps:
            if abs(value) >= step:
                scaled = abs(value) / step
                return _sign(value) + f"{scaled:,.{0 if scaled >= 100 else 1}f}{mark}"
        return self.number(value)

    def money(self, value: float | None, *, whole: bool = False) -> str:
        """The amount with the currency's sign: ``£1,234.50``, ``CHF 12.00``; ``whole`` leaves out the decimals."""
        if value is None or value != value:
            return NOTHING
        decimals = 0 if whole else MINOR_UNITS.get(self.currency, 2)
        amount = abs(value) if whole else rounded(abs(value), self.currency)
        return _sign(value) + self.symbol + f"{amount:,.{decimals}f}"

    def short_money(self, value: float | None) -> str:
        """The amount in few characters: ``£12.3k``."""
        if value is None or value != value:
            return NOTHING
        return _sign(value) + self.symbol + self.short(abs(value))

    @property
    def symbol(self) -> str:
        """The currency's sign, or its letters and a space where it has none of its own."""
        return SYMBOLS.get(self.currency, f"{self.currency} ")

    def share(self, value: float | None, decimals: int = 0) -> str:
        """A 0-1 share as a percentage."""
        return NOTHING if value is None or value != value else _sign(value) + f"{abs(value):.{decimals}%}"

    def change(self, value: float | None) -> str:
        """A relative change with its sign: ``+12%``, ``−3.4%``; from ten times on as ``×12``."""
        if value is None or value != value:
            return NOTHING
        if value >= TENFOLD:
            return f"×{value + 1:,.0f}"
        text = f"{abs(value):.0%}" if abs(value) >= 0.0995 else f"{abs(value):.1%}"
        return text if float(text.rstrip("%")) == 0 else ("+" if value > 0 else MINUS) + text

    def day(self, value: date | None, *, year: bool = True) -> str:
        """``9 Dec 2011`` or ``2011年12月9日``."""
        if value is None:
            return NOTHING
        if self.language == "zh":
            return (f"{value.year}年" if year else "") + f"{value.month}月{value.day}日"
        return f"{value.day} {MONTHS[value.month - 1]}" + (f" {value.year}" if year else "")

    def moment(self, value: datetime | None) -> str:
        """Day and minute in the shop's time zone."""
        if value is None:
            return NOTHING
        local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(self.zone)
        return f"{self.day(local.date())}, {local:%H:%M}" if self.language == "en" else f"{self.day(local.date())} {local:%H:%M}"

    def seconds(self, value: float) -> str:
        """How long something took: ``0.2 ms``, ``340 ms``, ``4.2 s``, ``3 min 20 s``."""
        if value < 0.01:
            return f"{value * 1000:.2g} ms"
        if value < 1:
            return f"{value * 1000:.0f} ms"
        if value < 60:
            return f"{value:.1f} s"
        minutes, rest = divmod(round(value), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"

    def bytes(self, value: float) -> str:
        """A size: ``12 MB``."""
        for unit in ("B", "kB", "MB"):
            if value < 1000:
                return f"{value:.0f} {unit}"
            value /= 1000
        return f"{value:.1f} GB"


def _sign(value: float) -> str:
    return MINUS if value < 0 else ""

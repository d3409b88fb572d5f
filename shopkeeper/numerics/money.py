"""Money: rounding to a currency's minor unit (ISO 4217)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# ISO 4217 lists two decimals for every currency except these.
MINOR_UNITS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip


def rounded(amount: float, currency: str) -> float:
    """``amount`` rounded half up to the currency's minor unit: 2.675 GBP -> 2.68, 2.5 JPY -> 3."""
    step = Decimal(1).scaleb(-MINOR_UNITS.get(currency.upper(), 2))
    return float(Decimal(repr(amount)).quantize(step, rounding=ROUND_HALF_UP))

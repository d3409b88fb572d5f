"""Rounding to the currency's minor unit."""

import pytest

from shopkeeper.numerics.money import MINOR_UNITS, rounded


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (2.675, "GBP", 2.68), (2.674, "GBP", 2.67), (2.5, "JPY", 3.0), (-2.675, "EUR", -2.68), (1.0005, "KWD", 1.001),
        (0.1 + 0.2, "EUR", 0.3), (1.005, "eur", 1.01), (0.0, "USD", 0.0), (1e12 + 0.005, "USD", 1e12 + 0.01), (19.999, "XXX", 20.0),
    ],
)  # fmt: skip
def test_rounded_half_up(amount, currency, expected):
    assert rounded(amount, currency) == expected


def test_the_exceptions_are_those_without_two_decimals():
    assert set(MINOR_UNITS.values()) == {0, 3}
    assert all(len(code) == 3 and code.isupper() for code in MINOR_UNITS)

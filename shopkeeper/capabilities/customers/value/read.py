"""The only place in value/ that reads the shop: days with orders, what they were worth, and which day it is."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from shopkeeper.capabilities.customers.life_cycle.read import Trade, read_trade
from shopkeeper.core.tasks import ShopView

EPOCH = date(1970, 1, 1).toordinal()


def read_orders(view: ShopView) -> Trade:
    """All days on which known customers ordered or sent back; `NotEnoughData` if nobody ordered. Guests are left out."""
    return read_trade(view, "customers.value")


def today(view: ShopView) -> int:
    """The view's day since 1970, by the shop's clocks."""
    return view.as_of.astimezone(ZoneInfo(view.time_zone)).date().toordinal() - EPOCH

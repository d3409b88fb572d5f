"""The shop's rhythm as the settings want it: whose gaps are looked at, and where stages begin."""

from __future__ import annotations

import numpy as np

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.numerics.rhythm.histories import OrderDays
from shopkeeper.numerics.rhythm.stages import Borders, Rhythm, Stages, borders, learn_rhythm, stages

MOST_CUSTOMERS = 50_000
"""Of more customers every so manieth by id is looked at: their gaps say what is usual as well as all of them do."""


def sample(history: OrderDays) -> OrderDays:
    """At most `MOST_CUSTOMERS` of the customers, evenly spread over their ids."""
    n = history.n_customers
    if n <= MOST_CUSTOMERS:
        return history
    return history.some(np.linspace(0, n - 1, MOST_CUSTOMERS).astype(np.int64))


def learned(some: OrderDays, moment: int, settings: CustomersSettings) -> tuple[Rhythm, Borders]:
    """The rhythm of ``some`` customers as known at ``moment`` (microseconds), and where stages begin by it."""
    rhythm = learn_rhythm(some, moment)
    second = settings.second_at_risk_quantile, settings.second_lapsed_quantile
    return rhythm, borders(rhythm, second, (settings.at_risk_quantile, settings.lapsed_quantile))


def stages_at(history: OrderDays, some: OrderDays, moment: int, settings: CustomersSettings) -> tuple[Rhythm, Borders, Stages]:
    """What is known at ``moment`` (microseconds): rhythm, borders and everybody's stage, from orders up to it alone."""
    rhythm, limits = learned(some, moment, settings)
    return rhythm, limits, stages(history, rhythm.prior, limits, moment, settings.loyal_orders)

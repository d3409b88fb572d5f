"""Shopkeeper (掌柜): the decisions of an online store, from one folder of tables.

``from shopkeeper import Shop`` is the way in. Names are loaded when they are first used, so that importing the
package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopkeeper.core.answers import answer, parameter
    from shopkeeper.core.columns import Table
    from shopkeeper.core.errors import ShopkeeperError
    from shopkeeper.core.results import Reply, Result, Score
    from shopkeeper.core.settings import setting
    from shopkeeper.core.tasks import ShopView, task
    from shopkeeper.shop import Shop

__version__ = "0.1.0"

__all__ = [
    "Reply", "Result", "Score", "Shop", "ShopView", "ShopkeeperError", "Table", "__version__", "answer", "parameter",
    "setting", "task",
]  # fmt: skip

_HOME = {
    "Reply": "core.results",
    "Result": "core.results",
    "Score": "core.results",
    "Shop": "shop",
    "ShopView": "core.tasks",
    "ShopkeeperError": "core.errors",
    "Table": "core.columns",
    "answer": "core.answers",
    "parameter": "core.answers",
    "setting": "core.settings",
    "task": "core.tasks",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'shopkeeper' has no attribute {name!r}")
    return getattr(importlib.import_module(f"shopkeeper.{_HOME[name]}"), name)

"""Every method, in the order in which a comparison shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shopkeeper.capabilities.recommend.methods.item_graph import ITEM_GRAPH
from shopkeeper.capabilities.recommend.methods.method import Method
from shopkeeper.capabilities.recommend.methods.popularity import BOUGHT_AGAIN, POPULARITY

BASELINES: tuple[Method[Any], ...] = (POPULARITY, BOUGHT_AGAIN)
METHODS: Mapping[str, Method[Any]] = {method.name: method for method in (*BASELINES, ITEM_GRAPH)}

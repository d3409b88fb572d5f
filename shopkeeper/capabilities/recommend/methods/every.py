"""Every method, in the order in which a comparison shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shopkeeper.capabilities.recommend.deep.sasrec import SASREC
from shopkeeper.capabilities.recommend.methods.als import ALS
from shopkeeper.capabilities.recommend.methods.bpr import BPR
from shopkeeper.capabilities.recommend.methods.content import CONTENT
from shopkeeper.capabilities.recommend.methods.customer_neighbors import CUSTOMER_NEIGHBORS
from shopkeeper.capabilities.recommend.methods.ease import EASE
from shopkeeper.capabilities.recommend.methods.item_graph import ITEM_GRAPH
from shopkeeper.capabilities.recommend.methods.method import Method
from shopkeeper.capabilities.recommend.methods.popularity import BOUGHT_AGAIN, POPULARITY
from shopkeeper.capabilities.recommend.methods.product_neighbors import PRODUCT_NEIGHBORS
from shopkeeper.capabilities.recommend.methods.session_neighbors import SESSION_NEIGHBORS
from shopkeeper.capabilities.recommend.ranking.hybrid import HYBRIDS

BASELINES: tuple[Method[Any], ...] = (POPULARITY, BOUGHT_AGAIN)
OURS: tuple[Method[Any], ...] = (
    ITEM_GRAPH,
    EASE,
    CONTENT,
    PRODUCT_NEIGHBORS,
    CUSTOMER_NEIGHBORS,
    SESSION_NEIGHBORS,
    ALS,
    BPR,
    SASREC,
    *HYBRIDS.values(),
)
METHODS: Mapping[str, Method[Any]] = {method.name: method for method in (*BASELINES, *OURS)}

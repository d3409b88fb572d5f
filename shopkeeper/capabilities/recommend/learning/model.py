"""All that is learned from everything, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopkeeper.capabilities.recommend.methods.content import LearnedContent
from shopkeeper.capabilities.recommend.methods.item_graph import Parameters
from shopkeeper.capabilities.recommend.methods.method import Known
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Rows

if TYPE_CHECKING:
    from shopkeeper.capabilities.recommend.ranking.hybrid import LearnedHybrid


@dataclass(frozen=True)
class Model:
    """What answers ask. ``hybrid`` where it is better than the item graph alone beyond doubt."""

    known: Known
    rows: Rows
    graph: Graph
    content: LearnedContent
    trend: Array
    degree: Array
    source_factor: Array
    parameters: Parameters
    hybrid: LearnedHybrid | None = None

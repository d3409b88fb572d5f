"""All that is learned from everything, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass

from shopkeeper.capabilities.recommend.methods.content import LearnedContent
from shopkeeper.capabilities.recommend.methods.item_graph import Parameters
from shopkeeper.capabilities.recommend.methods.method import Known, Learned
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Rows


@dataclass(frozen=True)
class Model:
    """What answers ask. ``other`` is what orders lists in the item graph's place, where it is better beyond doubt."""

    known: Known
    rows: Rows
    graph: Graph
    content: LearnedContent
    trend: Array
    degree: Array
    source_factor: Array
    parameters: Parameters
    other: Learned | None = None

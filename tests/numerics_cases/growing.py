"""The formulas of a graph that grows."""

from numerics_cases.case import Case
from numerics_cases.top import a_graph


def graph(random, n):
    from shopkeeper.numerics.co_occurrence import product_graph

    return {"graph": product_graph(**a_graph(random, n))}


CASES = {"growing.growing_graph.still": Case(graph)}

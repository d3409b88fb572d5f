"""The formulas of a graph that grows."""

import numpy as np
from numerics_cases.case import N_CUSTOMERS, N_PRODUCTS, Case, together
from numerics_cases.top import a_graph


def graph(random, n):
    from shopkeeper.numerics.co_occurrence import product_graph

    return {"graph": product_graph(**a_graph(random, n))}


def lists(random, n):
    from shopkeeper.numerics.co_occurrence import product_graph

    inputs = a_graph(random, n)
    rows = inputs["rows"]
    return {
        "rows": rows,
        "row_share": rows.weight,
        "graph": product_graph(**inputs),
        "chosen": np.arange(0, N_CUSTOMERS, 2),
        "listed": np.argsort(random.random((N_CUSTOMERS // 2, N_PRODUCTS)))[:, :6].astype(np.int32),
        "history": 4,
        "n_reasons": 3,
    }


CASES = {
    "growing.growing_graph.still": Case(graph),
    "growing.explaining.explain_lists": Case(
        lists,
        together("chosen", "listed"),
        lambda result, inputs: [part[np.argsort(inputs["chosen"])] for part in result],
    ),
}

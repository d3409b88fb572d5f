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


def last_events(random, n):
    from numerics_cases.case import a_log

    from shopkeeper.numerics.sparse_rows import merge

    log = a_log(random, n)
    return {"log": log, "rows": merge(log, np.ones(4), 1, np.inf), "kind": 2, "now": 50 * 86_400_000_000}


CASES = {
    "growing.last_events.days_since": Case(last_events),
    "growing.growing_graph.still": Case(graph),
    "growing.explaining.explain_lists": Case(
        lists,
        together("chosen", "listed"),
        lambda result, inputs: [part[np.argsort(inputs["chosen"])] for part in result],
    ),
}

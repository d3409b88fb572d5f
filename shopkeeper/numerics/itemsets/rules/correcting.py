"""p-values corrected for how many hypotheses were looked at, kept or not."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array


def corrected(log_p: Array, layer: Array, n_tried: Array) -> Array:
    """float64 [rules]: the family-wise p-value of each; of those below a, any one is wrong with chance a at most.

    ``log_p`` float64 [rules], ``layer`` int [rules] (the antecedent's size), ``n_tried`` int64 [layers] how many rules of each
    layer were looked at, those that are not given here with p = 1. Holm's (1979) steps within a layer, layers by Bonferroni
    (layered critical values, Webb 2008), so that the many long rules do not cost the short ones their power. Both hold whatever
    depends on what, and rules that share products do; Benjamini & Yekutieli's false discovery rate would too, but allows some
    of the shown rules to be chance.
    """
    result = np.ones(len(log_p))
    n_layers = max(1, int((np.asarray(n_tried) > 0).sum()))
    for number in np.unique(layer):
        mine = np.flatnonzero(layer == number)
        order = mine[np.argsort(log_p[mine], kind="stable")]
        left = np.maximum(int(n_tried[number]) - np.arange(len(order)), 1)
        stepped = np.minimum(log_p[order] + np.log(left) + np.log(n_layers), 0.0)
        result[order] = np.exp(np.maximum.accumulate(stepped))
    return result

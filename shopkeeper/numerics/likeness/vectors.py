"""The nearest by cosine of given vectors (pictures, factors), exactly, in blocks."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, Tell, chunks, quiet
from shopkeeper.numerics.linear.strongest import strongest_of_dense

BLOCK_BYTES = 64_000_000


def nearest_vectors(vectors: Array, k: int, *, tell: Tell = quiet) -> Graph:
    """The ``k`` products with the largest positive cosine of each product, best first; a vector of zeros has and is none.

    ``vectors`` float [products, dimensions]. Exact; its cost is the square of the products, so for up to about 100,000.
    Memory: 64 MB and the result.
    """
    n_products = len(vectors)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, length, out=np.zeros(vectors.shape, np.float32), where=length > 0, casting="same_kind")
    size = max(1, BLOCK_BYTES // (4 * max(1, n_products)))
    parts, one = [], np.ones(n_products, np.float32)
    for low, high in chunks(n_products, size):
        cosine = np.maximum(unit[low:high] @ unit.T, 0.0)
        cosine[np.arange(high - low), np.arange(low, high)] = 0.0
        parts.append(strongest_of_dense(cosine, one, k))
        tell(high / n_products)
    sizes = [np.diff(part.starts) for part in parts]
    starts = np.concatenate([np.zeros(1, np.int64), *(sizes and [np.cumsum(np.concatenate(sizes))])])
    empty = Graph(starts, np.empty(0, np.int32), np.empty(0, np.float32))
    neighbor = np.concatenate([empty.neighbor, *(part.neighbor for part in parts)])
    return Graph(starts, neighbor, np.concatenate([empty.weight, *(part.weight for part in parts)]))

"""How sure a share is: Wilson's interval (1927), which stays within 0 and 1 and is right for few cases too."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array


def wilson(n: Array, of: Array, confidence: float = 0.95) -> tuple[Array, Array]:
    """(low, high) float64 of the shares ``n`` / ``of``; (0, 1) where there is no case."""
    from scipy.special import ndtri

    z = float(ndtri(0.5 + confidence / 2.0))
    n, of = np.asarray(n, np.float64), np.asarray(of, np.float64)
    cases = np.maximum(of, 1.0)
    share = n / cases
    middle = share + z**2 / (2.0 * cases)
    reach = z * np.sqrt(share * (1.0 - share) / cases + z**2 / (4.0 * cases**2))
    known = of > 0
    low = np.where(known & (n > 0), (middle - reach) / (1.0 + z**2 / cases), 0.0)
    high = np.where(known & (n < of), (middle + reach) / (1.0 + z**2 / cases), 1.0)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)

"""Living libraries on the same counts, each in a Python of its own: ``peers.py LIBRARY COUNTS.npz HORIZON`` prints JSON."""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

Found = dict[str, Any]


def timed(steps: Found, name: str, call: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    try:
        result = call()
    except Exception as error:  # noqa: BLE001 - what a peer cannot do is a result
        steps[name] = {"failed": f"{type(error).__name__}: {str(error).splitlines()[0][:120]}"}
        return None
    steps[name] = {"seconds": round(time.perf_counter() - started, 3)}
    return result


def tell(steps: Found) -> None:
    """Print what is known so far: a peer may be stopped before its end."""
    status = Path("/proc/self/status")  # ru_maxrss would be the peak of the process that started this one, if that was larger
    peak = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")] if status.exists() else []
    print("RESULT " + json.dumps(steps | {"peak_mb": round(int(peak[0]) / 1024) if peak else None}), flush=True)


def lifetimes(data: Found, horizon: float) -> Found:
    """lifetimes' fitters, as its documentation uses them (times scaled by the library itself)."""
    import lifetimes as library
    from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter

    steps: Found = {"version": library.__version__}
    columns = data["n_repeats"], data["last"], data["age"]

    def learn(name: str, model: Any) -> None:
        if timed(steps, f"{name} fit", lambda: model.fit(*columns)) is not None:
            steps[f"{name} fit"]["parameters"] = [float(value) for value in model.params_]
            ask = model.conditional_expected_number_of_purchases_up_to_time
            timed(steps, f"{name} orders", lambda: ask(horizon, *columns))
            timed(steps, f"{name} p_alive", lambda: model.conditional_probability_alive(*columns))
        tell(steps)

    learn("BG/NBD", BetaGeoFitter())
    worth, told = GammaGammaFitter(), data["n_orders"] > 0
    if timed(steps, "Gamma-Gamma fit", lambda: worth.fit(data["n_orders"][told], data["mean_value"][told])) is not None:
        steps["Gamma-Gamma fit"]["parameters"] = [float(value) for value in worth.params_]
    tell(steps)
    learn("Pareto/NBD", ParetoNBDFitter())
    return steps


def pymc_marketing(data: Found, horizon: float) -> Found:
    """pymc-marketing's models at their mode (``method="map"``), with its own priors; intervals would need its sampler."""
    import pandas as pd
    import pymc_marketing as library
    from pymc_marketing.clv import BetaGeoModel, GammaGammaModel, ParetoNBDModel

    steps: Found = {"version": library.__version__}
    frame = pd.DataFrame({
        "customer_id": np.arange(len(data["age"])), "frequency": data["n_repeats"], "recency": data["last"], "T": data["age"],
    })  # fmt: skip

    def learn(name: str, model: Any, parameters: tuple[str, ...]) -> None:
        if timed(steps, f"{name} fit", lambda: model.fit(method="map", progressbar=False) or True) is not None:
            fitted = [float(model.fit_result[each].values.ravel()[0]) for each in parameters]
            steps[f"{name} fit"]["parameters"] = fitted
            if "frequency" in model.data and "T" in model.data:
                timed(steps, f"{name} orders", lambda: model.expected_purchases(future_t=horizon))
                timed(steps, f"{name} p_alive", model.expected_probability_alive)
        tell(steps)

    learn("BG/NBD", BetaGeoModel(data=frame), ("r", "alpha", "a", "b"))
    told = data["n_orders"] > 0
    spent = pd.DataFrame({
        "customer_id": np.flatnonzero(told), "frequency": data["n_orders"][told], "monetary_value": data["mean_value"][told],
    })  # fmt: skip
    learn("Gamma-Gamma", GammaGammaModel(data=spent), ("p", "q", "v"))
    learn("Pareto/NBD", ParetoNBDModel(data=frame), ("r", "alpha", "s", "beta"))
    return steps


def btyd(_data: Found, _horizon: float) -> Found:
    """btyd does not import on Python 3.11 or newer (its aesara needs ``inspect.getargspec``)."""
    import btyd as library

    return {"version": library.__version__}


LIBRARIES = {"lifetimes": lifetimes, "pymc-marketing": pymc_marketing, "btyd": btyd}


def main() -> None:
    name, path, horizon = sys.argv[1], sys.argv[2], float(sys.argv[3])
    with np.load(path) as loaded:
        data = {key: loaded[key] for key in loaded.files}
    try:
        found = LIBRARIES[name](data, horizon)
    except ImportError as error:
        found = {"failed": f"{type(error).__name__}: {str(error).splitlines()[0][:120]}"}
    tell(found)


if __name__ == "__main__":
    main()

"""How well each method says which visits end in revenue, by repeated cross-validation on real visits. See README.md."""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import platform
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from shopkeeper.capabilities.customers.classifying.exam import prepare  # noqa: E402
from shopkeeper.capabilities.customers.classifying.methods.baselines import PREVALENCE, rule  # noqa: E402
from shopkeeper.capabilities.customers.classifying.methods.every import CLASSIFIERS  # noqa: E402
from shopkeeper.capabilities.customers.classifying.methods.method import Examples  # noqa: E402
from shopkeeper.numerics.classifying.calibration import calibration_line  # noqa: E402
from shopkeeper.numerics.classifying.scores import auc, best_threshold, brier, precision_recall_f1  # noqa: E402

NAME = "online_shoppers_intention.csv"
LABEL = "Revenue"
WORDS = ("Month", "OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType", "Weekend")
LEAKS = "PageValues"  # Google Analytics works it out from pages that led to a purchase, this visit's own among them
PUBLISHED = "87-89 % accuracy, with PageValues (Sakar et al. 2019 and those after it; protocols differ, most oversample)"
Told = Callable[[Examples, Examples, int], tuple[np.ndarray, float]]


def read(folder: Path) -> Examples:
    """Every visit: numbers as they are, words one column a value."""
    places = [folder / part / (NAME + end) for part in ("", "online_shoppers_intention") for end in ("", ".gz")]
    path = next((place for place in places if place.exists()), None)
    if path is None:
        raise SystemExit(f"{folder} has no {NAME}, packed or not")
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text[:400] else ","))
    names, columns = [], []
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name in WORDS:
            for value in sorted(set(values)):
                names.append(f"{name}={value}")
                columns.append(np.array([each == value for each in values], np.float64))
        elif name != LABEL:
            names.append(name)
            columns.append(np.array([float(value) for value in values]))
    label = np.array([row[LABEL].upper() == "TRUE" for row in rows])
    return Examples(np.column_stack(columns), label, tuple(names))


def without(examples: Examples, name: str) -> Examples:
    """The examples without one feature."""
    kept = [place for place, each in enumerate(examples.names) if each != name]
    return Examples(examples.features[:, kept], examples.label, tuple(examples.names[place] for place in kept))


def stratified(label: np.ndarray, n_folds: int, seed: int) -> np.ndarray:
    """The fold of each case: every fold has the same share of yes."""
    random, fold = np.random.default_rng(seed), np.zeros(len(label), np.int64)
    for kind in (False, True):
        place = random.permutation(np.flatnonzero(label == kind))
        fold[place] = np.arange(len(place)) % n_folds
    return fold


def ours(method: Any) -> Told:
    """A method of ours: settings, calibration and threshold from a fifth of what it may learn from."""

    def tell(train: Examples, test: Examples, seed: int) -> tuple[np.ndarray, float]:
        held = stratified(train.label, 5, seed) == 0
        ready = prepare(method, train.some(~held), train.some(held), seed)
        return ready.probability(test.features), ready.threshold

    return tell


def theirs(make: Callable[[int], Any]) -> Told:
    """scikit-learn's or LightGBM's classifier with its default settings; the threshold for F1 from a fifth held out."""

    def tell(train: Examples, test: Examples, seed: int) -> tuple[np.ndarray, float]:
        held = stratified(train.label, 5, seed) == 0
        first = make(seed).fit(train.features[~held], train.label[~held])
        threshold = best_threshold(train.label[held], first.predict_proba(train.features[held])[:, 1])
        return make(seed).fit(train.features, train.label).predict_proba(test.features)[:, 1], threshold

    return tell


def peers() -> dict[str, Told]:
    """Classifiers as they come."""
    import lightgbm
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    return {
        "scikit-learn LogisticRegression (scaled)": theirs(lambda _: make_pipeline(StandardScaler(), LogisticRegression())),
        "scikit-learn DecisionTreeClassifier": theirs(lambda seed: DecisionTreeClassifier(random_state=seed)),
        "scikit-learn RandomForestClassifier": theirs(lambda seed: RandomForestClassifier(random_state=seed)),
        "scikit-learn HistGradientBoostingClassifier": theirs(lambda seed: HistGradientBoostingClassifier(random_state=seed)),
        "LightGBM LGBMClassifier": theirs(lambda seed: lightgbm.LGBMClassifier(random_state=seed, n_jobs=1, verbose=-1)),
    }


def numbers(label: np.ndarray, told: np.ndarray, threshold: float) -> dict[str, float]:
    """One fold's scores."""
    slope, _ = calibration_line(label, np.clip(told, 1e-4, 1 - 1e-4))
    return {
        "auc": auc(label, told), "accuracy": float(np.mean((told >= 0.5) == label)),
        "f1": precision_recall_f1(label, told >= threshold)[2], "f1_at_half": precision_recall_f1(label, told >= 0.5)[2],
        "brier": brier(label, told), "calibration_slope": slope,
    }  # fmt: skip


def summed(folds: list[dict[str, float]], n_folds: int) -> dict[str, Any]:
    """Means with intervals: Nadeau & Bengio's (2003) correction, since folds share what they learned from."""
    from scipy import stats

    found: dict[str, Any] = {}
    for name in folds[0]:
        values = np.array([fold[name] for fold in folds])
        spread = float(np.sqrt(values.var(ddof=1) * (1 / len(values) + 1 / (n_folds - 1))))
        half = float(stats.t.ppf(0.975, len(values) - 1)) * spread
        found[name] = {"mean": round(float(values.mean()), 4), "low": round(float(values.mean()) - half, 4),
                       "high": round(float(values.mean()) + half, 4)}  # fmt: skip
    return found


def compared(examples: Examples, n_folds: int, n_repeats: int) -> dict[str, Any]:
    """Every method on the same folds."""
    has_values = LEAKS in examples.names
    baselines = [PREVALENCE, rule("rule", "rule", LEAKS if has_values else "ProductRelated")]
    tellers = {f"ours: {method.name}": ours(method) for method in (*baselines, *CLASSIFIERS)} | peers()
    folds: dict[str, list[dict[str, float]]] = {name: [] for name in tellers}
    seconds = dict.fromkeys(tellers, 0.0)
    for repeat in range(n_repeats):
        fold = stratified(examples.label, n_folds, repeat)
        for number in range(n_folds):
            train, test = examples.some(fold != number), examples.some(fold == number)
            for name, tell in tellers.items():
                began = time.perf_counter()
                told, threshold = tell(train, test, repeat)
                seconds[name] += time.perf_counter() - began
                folds[name].append(numbers(test.label, told, threshold))
            print(f"repeat {repeat + 1} fold {number + 1} done", file=sys.stderr)
    return {
        name: {**summed(each, n_folds), "seconds_a_fold": round(seconds[name] / len(each), 2)} for name, each in folds.items()
    }


def show(title: str, found: dict[str, Any]) -> None:
    """The table as the README has it."""
    print(f"\n{title}\n| method | AUC | accuracy | F1 | Brier | seconds a fold |\n|---|---|---|---|---|---|")
    for name, each in found.items():
        cells = [
            f"{each[key]['mean']:.3f} ({each[key]['low']:.3f} to {each[key]['high']:.3f})" for key in ("auc", "accuracy", "f1")
        ]
        print(f"| {name} | {' | '.join(cells)} | {each['brier']['mean']:.3f} | {each['seconds_a_fold']:.2f} |")


def main() -> None:
    """Read, compare with and without the feature that leaks, write result.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--out", type=Path, default=HERE / "result.json")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    examples = read(given.data)
    result: dict[str, Any] = {
        "data": {"n_visits": len(examples), "share": round(float(examples.label.mean()), 4), "n_features": len(examples.names)},
        "n_folds": given.folds, "n_repeats": given.repeats, "published": PUBLISHED,
    }  # fmt: skip
    for key, some in (("with_page_values", examples), ("without_page_values", without(examples, LEAKS))):
        result[key] = compared(some, given.folds, given.repeats)
        show(key.replace("_", " "), result[key])
    result["machine"] = {"cpu": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
    given.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

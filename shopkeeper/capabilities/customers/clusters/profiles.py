"""Means of every cluster beside the shop's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.customers.clusters.clustered import table_of
from shopkeeper.capabilities.customers.clusters.learning import group
from shopkeeper.capabilities.customers.clusters.naming import AVERAGE
from shopkeeper.capabilities.customers.clusters.read import Buyers, read_buyers
from shopkeeper.capabilities.customers.clusters.vocabulary import DESCRIBING, VOCABULARY, Feature
from shopkeeper.capabilities.customers.read import source_of
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.progress import Part
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.clustering.scaling import robust_scale


@dataclass(frozen=True)
class Members:
    """``label`` int64 [customers], -1 where a customer is in no cluster, and the ``names`` by number."""

    label: np.ndarray
    names: tuple[str, ...]

    def means(self, values: np.ndarray) -> np.ndarray:
        """float64 [clusters]: the mean of the known values, NaN where none is."""
        known = ~np.isnan(values) & (self.label >= 0)
        count = np.bincount(self.label[known], minlength=len(self.names))
        total = np.bincount(self.label[known], weights=values[known], minlength=len(self.names))
        return np.asarray(np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0))


def profiles_result(view: ShopView, settings: CustomersSettings) -> Result:
    """The result of `customers.cluster_profiles`."""
    view.progress.step(0.0, "reading clusters")
    clusters = view.table("customer_clusters", ("customer_id", "cluster", "cluster_name"))
    if not clusters.num_rows or source_of(view) == "customer_state":  # they are of another moment than the view
        clusters = table_of(group(view, settings, None, Part(view.progress, 0.0, 0.6)))
    view.progress.step(0.6, "reading features")
    buyers = read_buyers(view, tuple(feature.name for feature in (*VOCABULARY, *DESCRIBING)))
    members = _members(buyers, clusters)
    table = _table(buyers, members)
    view.progress.step(1.0, "done")
    return Result(table, headline=_headline(table, members))


def _members(buyers: Buyers, clusters: pa.Table) -> Members:
    place = pc.index_in(buyers.customer_id.cast(pa.string()), value_set=clusters["customer_id"].combine_chunks())
    label = pc.fill_null(clusters["cluster"].combine_chunks().take(place), -1)
    named = clusters.group_by(["cluster", "cluster_name"]).aggregate([])
    names = dict(zip(named["cluster"].to_pylist(), named["cluster_name"].to_pylist(), strict=True))
    return Members(np.asarray(label, np.int64), tuple(names.get(n, AVERAGE) for n in range(max(names, default=-1) + 1)))


def _table(buyers: Buyers, members: Members) -> pa.Table:
    """A row a cluster and feature, the features that set it apart most first."""
    value = buyers.column("value")
    inside = members.label >= 0
    count = np.bincount(members.label[inside], minlength=len(members.names))
    worth = np.bincount(members.label[inside], weights=value[inside], minlength=len(members.names))
    total = float(value.sum())
    rows = []
    told = _told(buyers, members)
    for cluster, name in enumerate(members.names):
        mine = [(feature, means[cluster], shop, apart[cluster]) for feature, means, shop, apart in told]
        mine.sort(key=lambda each: -round(abs(each[3]), 6) if np.isfinite(each[3]) else 1.0)
        for rank, (feature, mean, shop, apart) in enumerate(mine):
            rows.append({
                "cluster": cluster, "cluster_name": name, "n_customers": int(count[cluster]),
                "customers_share": float(count[cluster] / max(1, len(buyers))), "value": float(worth[cluster]),
                "value_share": float(worth[cluster] / total) if total > 0 else None, "feature": feature.name,
                "mean": _known(mean), "shop_mean": _known(shop), "difference": _known(apart), "rank": rank + 1,
            })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _told(buyers: Buyers, members: Members) -> list[tuple[Feature, np.ndarray, float, np.ndarray]]:
    """(feature, means, the shop's mean, differences) of every feature in which customers differ."""
    found = []
    for feature in (*VOCABULARY, *DESCRIBING):
        values = buyers.column(feature.name)
        known = values[~np.isnan(values)]
        formed = feature.formed(values)
        scale = robust_scale(formed)
        if len(known) and np.ptp(known) > 0.0:
            cut = np.clip(formed, scale.low, scale.high)
            apart = (members.means(cut) - scale.mean) / scale.deviation if scale.deviation else np.zeros(len(members.names))
            found.append((feature, members.means(values), float(known.mean()), apart))
    return found


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


SCHEMA = pa.schema([
    ("cluster", pa.int64()), ("cluster_name", pa.string()), ("n_customers", pa.int64()), ("customers_share", pa.float64()),
    ("value", pa.float64()), ("value_share", pa.float64()), ("feature", pa.string()), ("mean", pa.float64()),
    ("shop_mean", pa.float64()), ("difference", pa.float64()), ("rank", pa.int64()),
])  # fmt: skip


def _headline(table: pa.Table, members: Members) -> str:
    if len(members.names) < 2:
        return "There is one group only: all customers are in it, and nothing sets it apart."
    strongest = [row for row in table.to_pylist() if row["cluster"] == 0 and row["rank"] == 1]
    if not strongest:
        return f"{len(members.names)} groups in which all is alike."
    first = strongest[0]
    return (
        f"The most valuable of {len(members.names)} groups, {first['cluster_name']!r}, is {first['customers_share']:.0%} of the "
        f"customers; most apart in {first['feature']}: {_short(first['mean'])} against {_short(first['shop_mean'])}."
    )


def _short(number: float | None) -> str:
    return "unknown" if number is None else (f"{number:,.0f}" if abs(number) >= 100 else f"{number:.2g}")

"""Groups: clusters with what sets them apart, how their number was chosen, their map; RFM segments with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shopkeeper.server.dashboard import cards, charts, pictures
from shopkeeper.server.dashboard.models.customers import groups
from shopkeeper.server.dashboard.models.memory import RUNS
from shopkeeper.server.dashboard.pages import tabs, unlearned
from shopkeeper.server.dashboard.pages.customers.writing import written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.customers.groups import Cluster, Point, RfmSegment, Score

OF = (RUNS,)
TABLES = ("customer_clusters", "cluster_profiles", "customer_rfm")
MOST_IN_ROW = 4
MOST = 2.0
"""Standard deviations at the end of a bar: what is further away fills it."""


async def build(desk: Desk) -> None:
    """Lay out the page."""
    found = await desk.read(("clusters",), groups.clusters, of=OF)
    on_map = await desk.read(("cluster-map",), groups.points, of=OF)
    grid = await desk.read(("rfm-grid",), groups.rfm_grid, of=OF)
    clusters = await desk.read(("clusters-card",), lambda _view: groups.card(desk.shop, groups.CLUSTERS), of=OF)
    rfm = await desk.read(("rfm-card",), lambda _view: groups.card(desk.shop, groups.RFM), of=OF)
    with tabs.head(desk, "clusters", TABLES):
        pass
    await _clusters(desk, found, clusters)
    if len(found) > 1:
        with cards.box("sk-grid sk-2"):
            _map(desk, found, on_map, clusters.get("map", {}))
            _choice(desk, clusters)
    await _rfm(desk, grid, groups.rfm_segments(rfm))


async def _clusters(desk: Desk, found: Sequence[Cluster], card: Mapping[str, Any]) -> None:
    t = desk.t
    with cards.box():
        cards.text(t("groups.title"), tag="h2")
        cards.text(_why(desk, card) if found else t("groups.under"), "sk-muted")
        if found:
            cards.text(t("groups.legend"), "sk-muted sk-small")
    if not found:
        with cards.card():
            await unlearned.show(desk, groups.CLUSTERS, "bubble_chart", t("groups.none"), t("customers.none_next"))
        return
    with cards.box("sk-groups"):
        for cluster, width in zip(found, _widths(len(found)), strict=True):
            with cards.card() as element:
                element.style(f"grid-column: span {width}")
                _cluster(desk, cluster)


def _why(desk: Desk, card: Mapping[str, Any]) -> str:
    """Why there are so many groups, in a sentence."""
    found = groups.why(card)
    numbers = {
        name: str(value) if name in ("n", "best", "elbow") else desk.f.number(value, 2) for name, value in found.facts.items()
    }
    told = desk.t(f"groups.why_{found.kind}", **numbers)
    if found.kind != "found":
        return told
    bend = "groups.why_here" if found.facts["elbow"] == found.facts["n"] else "groups.why_elsewhere"
    return f"{told} {desk.t(bend, **numbers)}"


def _widths(n: int) -> list[int]:
    """How many of twelve columns each card takes, so that every row is full: at most four in a row."""
    n_rows = -(-n // MOST_IN_ROW)
    sizes = [n // n_rows + (row < n % n_rows) for row in range(n_rows)] if n else []
    return [12 // size for size in sizes for _ in range(size)]


def _cluster(desk: Desk, cluster: Cluster) -> None:
    t, f = desk.t, desk.f
    with cards.box("sk-row sk-nowrap"):
        cards.text("", "sk-dot").style(f"background: {_color(cluster.number)}")
        cards.text(t.cluster(cluster.name), "sk-strong")
    with cards.box():
        cards.text(t("groups.size", n=f.number(cluster.n_customers), share=f.share(cluster.customers_share)), "sk-small")
        share = f.share(cluster.value_share) if cluster.value_share is not None else "–"
        cards.text(t("groups.worth", value=f.money(cluster.value, whole=True), share=share), "sk-small sk-muted")
    for feature in cluster.features:
        _feature(desk, feature)


def _color(number: int) -> str:
    """The color of a group on the map; the first is the accent, which each mode has its own of."""
    color = charts.SERIES[number % len(charts.SERIES)]
    return "var(--accent)" if color == charts.ACCENT else color


def _feature(desk: Desk, feature: groups.Feature) -> None:
    width = min(abs(feature.difference) / MOST, 1.0) * 50
    with cards.box("sk-bar"):
        with cards.box("sk-row sk-between sk-nowrap"):
            cards.text(desk.t.feature(feature.name), "sk-clip")
            mean, usual = (written(desk, feature.name, value) for value in (feature.mean, feature.shop_mean))
            cards.text(f"{mean} / {usual}", "num")
        with cards.box("track is-centered"):
            left = 50.0 if feature.difference >= 0 else 50.0 - width
            fill = cards.text("", "fill" + ("" if feature.difference >= 0 else " is-below"))
            fill.style(f"margin-left: {left:.1f}%; width: {width:.1f}%")


def _map(desk: Desk, found: Sequence[Cluster], on_map: Sequence[Point], meaning: Mapping[str, Any]) -> None:
    t = desk.t
    drawn = [
        (
            t.cluster(cluster.name),
            [
                (point.x, point.y, f"{point.customer_id}\n{t.cluster(cluster.name)}")
                for point in on_map
                if point.cluster == cluster.number
            ],
        )
        for cluster in found
    ]
    across, up = (_axis(desk, meaning.get(name)) for name in ("x", "y"))
    total, drawn_n = sum(cluster.n_customers for cluster in found), len(on_map)
    under = t("groups.map_of" if drawn_n < total else "groups.map_under", n=desk.f.number(drawn_n), total=desk.f.number(total))
    with cards.card(t("groups.map"), under):
        cards.chart(pictures.points(drawn, across=across, up=up), "sk-tall")


def _axis(desk: Desk, meaning: Any) -> str:
    """What an axis of the map goes up with, its strongest features first; those it goes down with have a minus."""
    strongest = meaning.get("features", {}) if isinstance(meaning, dict) else {}
    first = list(strongest.items())[:3]
    return ", ".join(("− " if strength < 0 else "") + desk.t.feature(str(name)) for name, strength in first)


def _choice(desk: Desk, card: Mapping[str, Any]) -> None:
    """The three curves by which the number of groups was chosen."""
    t, curves = desk.t, card.get("curves", {})
    if not curves:
        return
    numbers = [str(number) for number in curves["n_clusters"]]
    chosen = str(card.get("n_clusters", ""))
    marked = numbers.index(chosen) if chosen in numbers else None
    first = max((value for value in curves["inertia"] if value), default=0.0) or 1.0
    with cards.card(t("groups.choice"), t("groups.choice_under")):
        lines = {
            t("groups.elbow"): [None if value is None else value / first for value in curves["inertia"]],
            t("groups.silhouette"): curves["silhouette"],
            t("groups.noise"): curves["silhouette_of_noise"],
            t("groups.stability"): curves["stability"],
        }
        cards.chart(
            pictures.curves(numbers, lines, name=t("groups.number"), marked=marked, dashed=(t("groups.noise"),)), "sk-tall"
        )


async def _rfm(desk: Desk, grid: Sequence[Score], segments: Sequence[RfmSegment]) -> None:
    t, f = desk.t, desk.f
    with cards.card(t("rfm.title"), t("rfm.under")):
        if not grid:
            await unlearned.show(desk, groups.RFM, "grid_view", t("rfm.none"), t("customers.none_next"))
            return
        total = sum(score.n_customers for score in grid) or 1
        cells = [
            pictures.Cell(
                score.frequency - 1, 5 - score.recency, float(score.n_customers), f.number(score.n_customers),
                f"{t(f'rfm_name.{score.segment}')}\n{f.number(score.n_customers)} · {f.share(score.n_customers / total, 1)}",
            )
            for score in grid
        ]  # fmt: skip
        columns = [t("rfm.frequency", n=number) for number in range(1, 6)]
        rows = [t("rfm.recency", n=number) for number in range(5, 0, -1)]
        with cards.box("sk-grid sk-2"):
            cards.drawing(pictures.heat(columns, rows, cells, max(cell.value for cell in cells)), "sk-scroll-x is-square")
            with cards.box("sk-stack-tight"):
                for segment in segments:
                    _segment(desk, segment)


def _segment(desk: Desk, segment: RfmSegment) -> None:
    t, f = desk.t, desk.f
    with cards.box("sk-part"):
        with cards.box("sk-row sk-between"):
            cards.link(
                t(f"rfm_name.{segment.name}"), f"/customers/segments?expression={quote(f'rfm is {segment.name}')}", "sk-strong"
            )
            share = f.share(segment.value_share) if segment.value_share is not None else "–"
            cards.text(t("rfm.size", n=f.number(segment.n_customers), share=share), "sk-small", "span")
        cards.text(t(f"rfm_do.{segment.name}"), "sk-muted sk-small")

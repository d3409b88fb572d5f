"""Pictures of groups, flows and nets as ECharts options: heat maps, Sankey diagrams, maps of points, networks, curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from shopkeeper.server.dashboard.charts import ACCENT, ACCENT_SOFT, GREY, INK, LINE, SERIES, TEXT

LABEL = {"color": TEXT, "fontSize": 12}
TOOLTIP = {
    "trigger": "item", "confine": True, "backgroundColor": "#1f2937", "borderWidth": 0,
    "textStyle": {"color": "#f3f4f6", "fontSize": 12},
}  # fmt: skip
GRID = {"left": 4, "right": 12, "top": 12, "bottom": 4, "containLabel": True}
AXIS: dict[str, Any] = {
    "axisLabel": {**LABEL, "hideOverlap": True},
    "axisLine": {"lineStyle": {"color": LINE}},
    "axisTick": {"show": False},
}
VALUES = {"type": "value", "axisLabel": LABEL, "splitLine": {"lineStyle": {"color": LINE}}, "splitNumber": 4}
TOLD = "(p) => p.data.told || ''"
"""What a tooltip says: the text that came with the point."""


HEAT_LEAST, HEAT_MOST = 3.0, 55.0
"""How much of the accent's color the emptiest and the fullest cell of a heat map have, in percent."""


@dataclass(frozen=True)
class Cell:
    """A cell of a heat map: where it stands, its value, what stands in it, and what it says more."""

    column: int
    row: int
    value: float
    shown: str
    told: str = ""


@dataclass(frozen=True)
class Node:
    """A bar of a Sankey diagram; ``color`` is a place in SERIES, ``label`` what stands beside it, ``told`` what it says more."""

    key: str
    label: str
    told: str
    depth: int
    color: int


@dataclass(frozen=True)
class Dot:
    """A point of a network at its place in pixels; ``size`` is 0 to 1."""

    key: str
    label: str
    told: str
    size: float
    x: float
    y: float


def safe(text: str) -> str:
    """The text as a tooltip may show it: ECharts reads tooltips as HTML, and titles are the world's."""
    return escape(text).replace("\n", "<br>")


def heat(columns: Sequence[str], rows: Sequence[str], cells: Sequence[Cell], top: float, *, corner: str = "") -> str:
    """A heat map as an HTML table: read by eye, by a screen reader, and in either mode; ``top`` has the fullest color.

    A cell never gets so full that the text on it could not be read (`static/dashboard.css` mixes the color).
    """
    found = {(cell.column, cell.row): cell for cell in cells}
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(_heat_cell(found.get((x, y)), top) for x in range(len(columns)))}</tr>'
        for y, name in enumerate(rows)
    )
    return (
        f'<table class="sk-heat"><thead><tr><th scope="col">{escape(corner)}</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _heat_cell(cell: Cell | None, top: float) -> str:
    if cell is None:
        return "<td></td>"
    full = HEAT_LEAST + (HEAT_MOST - HEAT_LEAST) * min(1.0, max(0.0, cell.value / (top or 1.0)))
    return f'<td class="is-full" style="--full: {full:.1f}%" title="{escape(cell.told)}">{escape(cell.shown)}</td>'


def flows(nodes: Sequence[Node], links: Sequence[tuple[str, str, float, str]]) -> dict[str, Any]:
    """A Sankey diagram; nodes stand below each other as they come, links are (from key, to key, size, tooltip)."""
    return {
        "animation": False,
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "series": [
            {"type": "sankey", "left": 8, "right": 96, "top": 4, "bottom": 8, "nodeGap": 12, "nodeWidth": 14, "draggable": False,
             "layoutIterations": 0, "emphasis": {"focus": "adjacency"},
             "label": {**LABEL, ":formatter": "(p) => p.data.label_text"},
             "lineStyle": {"color": "source", "opacity": 0.3, "curveness": 0.5},
             "data": [{"name": node.key, "label_text": node.label, "told": safe(node.told), "depth": node.depth,
                       "itemStyle": {"color": SERIES[node.color % len(SERIES)]}} for node in nodes],
             "links": [{"source": source, "target": target, "value": size, "told": safe(told)}
                       for source, target, size, told in links]}
        ],
    }  # fmt: skip


def points(groups: Sequence[tuple[str, Sequence[tuple[float, float, str]]]], *, across: str, up: str) -> dict[str, Any]:
    """A map of points; groups are (name, points as (x, y, tooltip)); the axes carry their meaning as a name."""
    series = [
        {"type": "scatter", "name": name, "symbolSize": 5, "itemStyle": {"color": SERIES[place % len(SERIES)], "opacity": 0.6},
         "data": [{"value": [x, y], "told": safe(told)} for x, y, told in found]}
        for place, (name, found) in enumerate(groups)
    ]  # fmt: skip
    axis = {**VALUES, "nameLocation": "middle", "nameTextStyle": LABEL, "axisLabel": {"show": False}, "scale": True,
            "axisTick": {"show": False}, "axisLine": {"lineStyle": {"color": LINE}, "onZero": False}}  # fmt: skip
    return {
        "animation": False,
        "grid": {"left": 26, "right": 8, "top": 8, "bottom": 28},
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "xAxis": {**axis, "name": across, "nameGap": 12},
        "yAxis": {**axis, "name": up, "nameGap": 12},
        "series": series,
    }  # fmt: skip


def network(dots: Sequence[Dot], edges: Sequence[tuple[str, str, float, str]], *, width: float, height: float) -> dict[str, Any]:
    """A network; dots stand where they are told to, edges are (from, to, strength 0-1, tooltip).

    Two corners that nobody sees hold the picture to its size: without them ECharts would stretch it, and the dots with it.
    """
    corners = [
        {"name": f"corner {x:.0f} {y:.0f}", "label_text": "", "told": "", "x": x, "y": y, "symbolSize": 0}
        for x, y in ((0.0, 0.0), (width, height))
    ]
    return {
        "animation": False,
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "series": [
            {"type": "graph", "layout": "none", "left": 0, "right": 0, "top": 0, "bottom": 0, "roam": False,
             "edgeSymbol": ["none", "arrow"], "edgeSymbolSize": 7, "emphasis": {"focus": "adjacency"},
             "label": {**LABEL, "fontSize": 11, "lineHeight": 13, "show": True, "position": "bottom",
                       "backgroundColor": "#ffffff", "padding": [1, 2], ":formatter": "(p) => p.data.label_text"},
             "data": [{"name": dot.key, "label_text": dot.label, "told": safe(dot.told), "x": dot.x, "y": dot.y,
                       "symbolSize": 9 + 15 * dot.size, "itemStyle": {"color": ACCENT}} for dot in dots] + corners,
             "links": [{"source": source, "target": target, "told": safe(told),
                        "lineStyle": {"width": 1 + 3 * strength, "color": GREY, "opacity": 0.55, "curveness": 0.14}}
                       for source, target, strength, told in edges]}
        ],
    }  # fmt: skip


def steps(names: Sequence[str], values: Sequence[float], shown: Sequence[str], told: Sequence[str]) -> dict[str, Any]:
    """A funnel from left to right: a bar a step with what stands on it and what its tooltip says."""
    data = [{"value": value, "shown": text, "told": safe(more)} for value, text, more in zip(values, shown, told, strict=True)]
    return {
        "animation": False,
        "grid": {**GRID, "top": 44},
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "xAxis": {"type": "category", "data": list(names), **AXIS},
        "yAxis": {**VALUES, "splitNumber": 3},
        "series": [{"type": "bar", "data": data, "barWidth": "62%", "itemStyle": {"color": ACCENT_SOFT},
                    "label": {"show": True, "position": "top", **LABEL, "color": INK, "lineHeight": 16,
                              ":formatter": "(p) => p.data.shown"}}],
    }  # fmt: skip


def reliability(seen: Sequence[tuple[float, float, str]], *, across: str, up: str) -> dict[str, Any]:
    """What was told (across, 0-1) beside what came (upwards); on the dashed line both agree. Points are (told, came, tooltip)."""
    axis = {**VALUES, "min": 0, "max": 1, "interval": 0.2, "nameLocation": "middle", "nameTextStyle": LABEL,
            "axisLabel": {**LABEL, ":formatter": "(v) => Math.round(100 * v) + '%'"}}  # fmt: skip
    diagonal = {
        "type": "line", "data": [[0, 0], [1, 1]], "showSymbol": False, "silent": True,
        "lineStyle": {"color": GREY, "type": "dashed", "width": 1.5}, "tooltip": {"show": False},
    }  # fmt: skip
    data = [{"value": [x, y], "told": safe(told)} for x, y, told in seen]
    return {
        "animation": False,
        "grid": {"left": 22, "right": 22, "top": 12, "bottom": 28, "containLabel": True},
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "xAxis": {"type": "value", **axis, "name": across, "nameGap": 28},
        "yAxis": {**axis, "name": up, "nameGap": 42},
        "series": [diagonal, {"type": "line", "data": data, "symbolSize": 8, "lineStyle": {"color": ACCENT, "width": 2},
                              "itemStyle": {"color": ACCENT}}],
    }  # fmt: skip


def curves(
    across: Sequence[str], lines: Mapping[str, Sequence[float | None]], *, name: str = "", marked: int | None = None,
    dashed: Sequence[str] = (), has_points: bool = True, written: str = "(v) => v == null ? '–' : Number(v).toPrecision(4)",
    is_share: bool = False, every: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """Lines over named places; ``marked`` is the place with a vertical line, ``name`` what the axis counts.

    ``is_share``: the values are shares of one whole, 0-1; ``every``: only each so many-th place is named.
    """
    series: list[dict[str, Any]] = []
    for place, (title, values) in enumerate(lines.items()):
        color = GREY if title in dashed else SERIES[place % len(SERIES)]
        series.append(
            {"type": "line", "name": title, "data": list(values), "symbolSize": 6, "showSymbol": has_points,
             "connectNulls": True,
             "lineStyle": {"color": color, "width": 2, "type": "dashed" if title in dashed else "solid"},
             "itemStyle": {"color": color}}
        )  # fmt: skip
    if marked is not None and series:
        series[0]["markLine"] = {
            "silent": True, "symbol": "none", "label": {"show": False},
            "lineStyle": {"color": GREY, "type": "dashed"}, "data": [{"xAxis": marked}],
        }  # fmt: skip
    up = (
        {"min": 0, "max": 1, "interval": 0.25, "axisLabel": {**LABEL, ":formatter": "(v) => Math.round(100 * v) + '%'"}}
        if is_share
        else {}
    )
    label = {**AXIS["axisLabel"], **({"interval": every - 1} if every else {})}
    return {
        "animation": False,
        "grid": {**GRID, "top": 36, "bottom": 26 if name else 4},
        "legend": {"top": 0, "left": 0, "textStyle": LABEL, "itemWidth": 16, "itemHeight": 8, "type": "scroll",
                   "pageIconColor": GREY, "pageTextStyle": LABEL},
        "tooltip": {**TOOLTIP, "trigger": "axis", ":valueFormatter": written},
        "xAxis": {"type": "category", "data": list(across), "name": name, "nameLocation": "middle", "nameGap": 28,
                  "nameTextStyle": LABEL, **AXIS, "axisLabel": label},
        "yAxis": {**VALUES, "scale": True, **up},
        "series": series,
    }  # fmt: skip


def bars(
    names: Sequence[str], values: Sequence[float], told: Sequence[str], *, name: str = "", money: str = ""
) -> dict[str, Any]:
    """Bars, a tooltip each; ``name`` is what stands below them, ``money`` the currency's sign before the axis labels."""
    data = [{"value": value, "told": safe(text)} for value, text in zip(values, told, strict=True)]
    label = {**LABEL, **({":formatter": f"(v) => '{money}' + v.toLocaleString('en')"} if money else {})}
    return {
        "animation": False,
        "grid": {**GRID, "bottom": 26 if name else 4},
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "xAxis": {"type": "category", "data": list(names), "name": name, "nameLocation": "middle", "nameGap": 28,
                  "nameTextStyle": LABEL, **AXIS},
        "yAxis": {**VALUES, "axisLabel": label},
        "series": [{"type": "bar", "data": data, "itemStyle": {"color": ACCENT}, "barCategoryGap": "30%"}],
    }  # fmt: skip

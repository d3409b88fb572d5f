"""Pictures of groups, flows and nets as ECharts options: heat maps, Sankey diagrams, maps of points, networks, curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from shopkeeper.server.dashboard.charts import ACCENT, ACCENT_SOFT, GREY, LINE, SERIES, TEXT

LABEL = {"color": TEXT, "fontSize": 12}
TOOLTIP = {
    "trigger": "item", "confine": True, "backgroundColor": "#1f2937", "borderWidth": 0,
    "textStyle": {"color": "#f3f4f6", "fontSize": 12},
}  # fmt: skip
GRID = {"left": 4, "right": 12, "top": 12, "bottom": 4, "containLabel": True}
AXIS = {"axisLabel": {**LABEL, "hideOverlap": True}, "axisLine": {"lineStyle": {"color": LINE}}, "axisTick": {"show": False}}
VALUES = {"type": "value", "axisLabel": LABEL, "splitLine": {"lineStyle": {"color": LINE}}, "splitNumber": 4}
TOLD = "(p) => p.data.told || ''"
"""What a tooltip says: the text that came with the point."""


def safe(text: str) -> str:
    """The text as a tooltip may show it: ECharts reads tooltips as HTML, and titles are the world's."""
    return escape(text).replace("\n", "<br>")


def heat(
    columns: Sequence[str], rows: Sequence[str], cells: Sequence[tuple[int, int, float, str, str]], top: float
) -> dict[str, Any]:
    """A heat map; cells are (column, row, value, what stands in it, what its tooltip says); ``top`` is the fullest color."""
    data = [
        {"value": [column, row, value], "told": safe(told),
         "label": {"formatter": shown, "color": "#ffffff" if value > 0.55 * top else "#16202e"}}
        for column, row, value, shown, told in cells
    ]  # fmt: skip
    return {
        "animation": False,
        "grid": {**GRID, "top": 4},
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "xAxis": {"type": "category", "data": list(columns), "position": "top", **AXIS, "axisLine": {"show": False}},
        "yAxis": {"type": "category", "data": list(rows), "inverse": True, **AXIS, "axisLine": {"show": False}},
        "visualMap": {"show": False, "min": 0, "max": top or 1.0, "inRange": {"color": ["#f0f7f6", ACCENT_SOFT, ACCENT]}},
        "series": [{"type": "heatmap", "data": data, "label": {"show": True, "fontSize": 11},
                    "itemStyle": {"borderColor": "rgba(128,128,128,0.12)", "borderWidth": 1}}],
    }  # fmt: skip


def flows(nodes: Sequence[tuple[str, str, int, int]], links: Sequence[tuple[str, str, float, str]]) -> dict[str, Any]:
    """A Sankey diagram; nodes are (key, label, depth, place in SERIES), links (from key, to key, size, tooltip)."""
    colors = {key: SERIES[place % len(SERIES)] for key, _, _, place in nodes}
    return {
        "animation": False,
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "series": [
            {"type": "sankey", "left": 8, "right": 110, "top": 8, "bottom": 8, "nodeGap": 10, "nodeWidth": 14, "draggable": False,
             "layoutIterations": 0, "emphasis": {"focus": "adjacency"},
             "label": {**LABEL, ":formatter": "(p) => p.data.label_text"},
             "lineStyle": {"color": "source", "opacity": 0.28, "curveness": 0.5},
             "data": [{"name": key, "label_text": label, "told": safe(label), "depth": depth, "itemStyle": {"color": colors[key]}}
                      for key, label, depth, _ in nodes],
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
    axis = {**VALUES, "nameLocation": "middle", "nameTextStyle": LABEL, "axisLabel": {"show": False}, "scale": True}
    return {
        "animation": False,
        "grid": {"left": 30, "right": 12, "top": 56, "bottom": 30},
        "legend": {"top": 0, "left": 0, "textStyle": LABEL, "itemWidth": 10, "itemHeight": 10, "type": "scroll",
                   "pageIconColor": GREY, "pageTextStyle": LABEL},
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "xAxis": {**axis, "name": across, "nameGap": 12},
        "yAxis": {**axis, "name": up, "nameGap": 12},
        "series": series,
    }  # fmt: skip


def network(nodes: Sequence[tuple[str, str, float, int, str]], edges: Sequence[tuple[str, str, float, str]]) -> dict[str, Any]:
    """A network; nodes are (key, label, size 0-1, group, tooltip), edges (from, to, strength 0-1, tooltip)."""
    return {
        "animation": False,
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "series": [
            {"type": "graph", "layout": "force", "roam": True, "draggable": True, "edgeSymbol": ["none", "arrow"],
             "edgeSymbolSize": 6, "force": {"repulsion": 140, "edgeLength": [40, 120], "gravity": 0.08, "layoutAnimation": False},
             "emphasis": {"focus": "adjacency"}, "labelLayout": {"hideOverlap": True},
             "label": {**LABEL, "show": True, "position": "right", ":formatter": "(p) => p.data.label_text"},
             "data": [{"name": key, "label_text": label, "told": safe(told), "symbolSize": 8 + 22 * size,
                       "itemStyle": {"color": SERIES[group % len(SERIES)]}} for key, label, size, group, told in nodes],
             "links": [{"source": source, "target": target, "told": safe(told),
                        "lineStyle": {"width": 1 + 4 * strength, "color": GREY, "opacity": 0.45, "curveness": 0.12}}
                       for source, target, strength, told in edges]}
        ],
    }  # fmt: skip


def steps(names: Sequence[str], values: Sequence[float], told: Sequence[str]) -> dict[str, Any]:
    """A funnel from left to right: a bar a step with what it says."""
    data = [{"value": value, "told": safe(text), "itemStyle": {"color": ACCENT, "opacity": 1 - 0.16 * place}}
            for place, (value, text) in enumerate(zip(values, told, strict=True))]  # fmt: skip
    return {
        "animation": False,
        "grid": {**GRID, "top": 24},
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "xAxis": {"type": "category", "data": list(names), **AXIS},
        "yAxis": VALUES,
        "series": [{"type": "bar", "data": data, "barWidth": "58%",
                    "label": {"show": True, "position": "top", **LABEL, ":formatter": "(p) => p.data.told"}}],
    }  # fmt: skip


def curves(
    across: Sequence[str], lines: Mapping[str, Sequence[float | None]], *, name: str = "", marked: int | None = None,
    dashed: Sequence[str] = (), has_points: bool = True, written: str = "(v) => v == null ? '–' : Number(v).toPrecision(4)",
) -> dict[str, Any]:  # fmt: skip
    """Lines over named places; ``marked`` is the place with a vertical line, ``name`` what the axis counts."""
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
    return {
        "animation": False,
        "grid": {**GRID, "top": 36, "bottom": 26 if name else 4},
        "legend": {"top": 0, "left": 0, "textStyle": LABEL, "itemWidth": 16, "itemHeight": 8},
        "tooltip": {**TOOLTIP, "trigger": "axis", ":valueFormatter": written},
        "xAxis": {"type": "category", "data": list(across), "name": name, "nameLocation": "middle", "nameGap": 28,
                  "nameTextStyle": LABEL, **AXIS},
        "yAxis": {**VALUES, "scale": True},
        "series": series,
    }  # fmt: skip


def bars(names: Sequence[str], values: Sequence[float], told: Sequence[str], *, is_lying: bool = False) -> dict[str, Any]:
    """Bars, a tooltip each; ``is_lying`` draws them from left to right, the first on top."""
    data = [{"value": value, "told": safe(text)} for value, text in zip(values, told, strict=True)]
    category = {"type": "category", "data": list(names), **AXIS, "inverse": is_lying}
    return {
        "animation": False,
        "grid": GRID,
        "tooltip": {**TOOLTIP, ":formatter": TOLD},
        "xAxis": VALUES if is_lying else category,
        "yAxis": category if is_lying else VALUES,
        "series": [{"type": "bar", "data": data, "itemStyle": {"color": ACCENT}, "barCategoryGap": "30%"}],
    }

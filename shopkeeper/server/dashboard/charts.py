"""Options of the ECharts pictures and small SVG drawings, made from the models' dataclasses. Pure: no browser here.

Charts are drawn as SVG in a few fixed colors; `static/dashboard.css` turns exactly these into the mode's own, so one
chart reads well in light and in dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

ACCENT = "#0f766e"
ACCENT_SOFT = "#a8d5cf"
GREY = "#8a97a8"
TEXT = "#5b6776"
INK = "#16202e"
LINE = "#e4e7ec"
# Of middling lightness, so that each can be told from the others and from both grounds.
SERIES = (ACCENT, "#c2760c", "#4a7fd0", "#a05fc0", "#c94f7c", "#5f9a3a", "#9a6b4f", "#2f9fb8", "#7d7fd6", GREY)

_LABEL = {"color": TEXT, "fontSize": 12}
_TOOLTIP = {
    "trigger": "axis", "confine": True, "backgroundColor": "#1f2937", "borderWidth": 0,
    "textStyle": {"color": "#f3f4f6", "fontSize": 12}, "axisPointer": {"lineStyle": {"color": GREY}},
}  # fmt: skip


def course(
    days: Sequence[str],
    bars: Sequence[float],
    lines: Sequence[tuple[str, Sequence[float | None], bool]],
    *,
    bar_name: str,
    money: str,
) -> dict[str, Any]:
    """Bars a day with smooth lines over them; ``lines`` are (name, values, whether dashed and grey).

    ``money`` is the currency's sign, put before the axis labels and the tooltip's numbers.
    """
    series: list[dict[str, Any]] = [
        {"type": "bar", "name": bar_name, "data": list(bars), "itemStyle": {"color": ACCENT_SOFT}, "barCategoryGap": "25%",
         "large": False, "silent": True}
    ]  # fmt: skip
    for name, values, is_before in lines:
        style = {"color": GREY, "width": 2, "type": "dashed"} if is_before else {"color": ACCENT, "width": 2.4}
        series.append(
            {"type": "line", "name": name, "data": [None if value is None else round(value, 2) for value in values],
             "showSymbol": False, "lineStyle": style, "itemStyle": {"color": style["color"]}, "connectNulls": False}
        )  # fmt: skip
    number = f"(v) => v == null ? '–' : '{money}' + Math.round(v).toLocaleString('en')"
    short = (
        "(v) => { const [step, mark] = Math.abs(v) >= 1e6 ? [1e6, 'M'] : Math.abs(v) >= 1e3 ? [1e3, 'k'] : [1, '']; "
        f"return '{money}' + +(v / step).toFixed(2) + mark }}"
    )
    return {
        "animation": False,
        "grid": {"left": 4, "right": 8, "top": 36, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "textStyle": _LABEL, "itemWidth": 16, "itemHeight": 8, "itemGap": 14},
        "tooltip": {**_TOOLTIP, ":valueFormatter": number},
        "xAxis": {"type": "category", "data": list(days), "axisLabel": {**_LABEL, "hideOverlap": True},
                  "axisLine": {"lineStyle": {"color": LINE}}, "axisTick": {"show": False}},
        "yAxis": {"type": "value", "axisLabel": {**_LABEL, ":formatter": short}, "splitLine": {"lineStyle": {"color": LINE}},
                  "splitNumber": 4},
        "series": series,
    }  # fmt: skip


def over_time(moments: Sequence[str], lines: Mapping[str, Sequence[float | None]], baselines: Sequence[str]) -> dict[str, Any]:
    """Scores of run after run; the names in ``baselines`` are drawn dashed and grey."""
    series = []
    for name, values in lines.items():
        color = GREY if name in baselines else ACCENT
        line = {"color": color, "width": 2, "type": "dashed" if name in baselines else "solid"}
        series.append(
            {"type": "line", "name": name, "data": list(values), "symbolSize": 7, "lineStyle": line,
             "itemStyle": {"color": color}, "connectNulls": True}
        )  # fmt: skip
    return {
        "animation": False,
        "grid": {"left": 4, "right": 12, "top": 36, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "textStyle": _LABEL, "itemWidth": 16, "itemHeight": 8},
        "tooltip": {**_TOOLTIP, ":valueFormatter": "(v) => v == null ? '–' : Number(v).toFixed(4)"},
        "xAxis": {"type": "category", "data": list(moments), "axisLabel": {**_LABEL, "hideOverlap": True},
                  "axisLine": {"lineStyle": {"color": LINE}}, "axisTick": {"show": False}},
        "yAxis": {"type": "value", "scale": False, "axisLabel": _LABEL, "splitLine": {"lineStyle": {"color": LINE}},
                  "splitNumber": 4},
        "series": series,
    }  # fmt: skip


def searches(lines: Sequence[tuple[str, Sequence[float]]], *, of_trials: str) -> dict[str, Any]:
    """The best value so far after each trial, a stepped line for each of (name, values); ``of_trials`` names the axis."""
    longest = max((len(values) for _, values in lines), default=0)
    series = [
        {"type": "line", "step": "end", "name": name, "data": [round(value, 5) for value in values], "symbolSize": 5,
         "showSymbol": len(values) == 1, "lineStyle": {"color": color, "width": 2}, "itemStyle": {"color": color}}
        for (name, values), color in zip(lines, _colors(len(lines)), strict=True)
    ]  # fmt: skip
    return {
        "animation": False,
        "grid": {"left": 4, "right": 12, "top": 36, "bottom": 26, "containLabel": True},
        "legend": {"top": 0, "left": 0, "textStyle": _LABEL, "itemWidth": 14, "itemHeight": 8, "type": "scroll",
                   "pageIconColor": GREY, "pageTextStyle": _LABEL},
        "tooltip": {**_TOOLTIP, "order": "valueDesc", ":valueFormatter": "(v) => v == null ? '–' : Number(v).toFixed(4)"},
        "xAxis": {"type": "category", "data": [str(number) for number in range(1, longest + 1)], "name": of_trials,
                  "nameLocation": "middle", "nameGap": 28, "nameTextStyle": _LABEL, "axisLabel": {**_LABEL, "hideOverlap": True},
                  "axisLine": {"lineStyle": {"color": LINE}}, "axisTick": {"show": False}},
        "yAxis": {"type": "value", "scale": True, "axisLabel": _LABEL, "splitLine": {"lineStyle": {"color": LINE}},
                  "splitNumber": 4},
        "series": series,
    }  # fmt: skip


def _colors(n: int) -> list[str]:
    return [SERIES[place % len(SERIES)] for place in range(n)]


def whisker(measured: tuple[float, float, float], span: tuple[float, float], *, reference: float | None = None,
            is_strong: bool = False, is_bar: bool = False) -> str:  # fmt: skip
    """(low, value, high) on a line that goes over ``span``, as SVG; ``is_bar`` fills it from the left end to the value.

    ``reference`` is drawn as a dashed line from top to bottom, so that rows below each other share it.
    """
    low, value, high = measured
    left, right = span

    def x(number: float) -> str:
        return f"{min(100.0, max(0.0, 100.0 * (number - left) / ((right - left) or 1.0))):.2f}%"

    color = "var(--accent)" if is_strong else "var(--series-2)"
    parts = ['<svg class="sk-whisker" aria-hidden="true">']
    if is_bar:
        parts.append(f'<rect x="0" y="30%" width="{x(value)}" height="40%" rx="2" fill="{color}" opacity="0.28"></rect>')
    else:
        parts.append('<line x1="0" x2="100%" y1="50%" y2="50%" stroke="var(--line)" stroke-width="1"></line>')
    if reference is not None:
        parts.append(
            f'<line x1="{x(reference)}" x2="{x(reference)}" y1="0" y2="100%" stroke="var(--series-3)" stroke-width="1.5" '
            'stroke-dasharray="3 3"></line>'
        )
    if high > low:
        parts.append(f'<line x1="{x(low)}" x2="{x(high)}" y1="50%" y2="50%" stroke="{color}" stroke-width="2"></line>')
        parts += [
            f'<line x1="{x(end)}" x2="{x(end)}" y1="26%" y2="74%" stroke="{color}" stroke-width="2"></line>'
            for end in (low, high)
        ]
    if not is_bar:
        parts.append(f'<circle cx="{x(value)}" cy="50%" r="4.5" fill="{color}"></circle>')
    return "".join((*parts, "</svg>"))


def arrows(lines: Sequence[tuple[float, float, float, float]], width: float, height: float) -> str:
    """Curves from (x, y) to (x, y) with arrowheads at their ends, as an SVG of this size in pixels."""
    drawn = []
    for x1, y1, x2, y2 in lines:
        bend = max(24.0, (x2 - x1) / 2)
        path = f"M{x1:.0f} {y1:.0f} C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2 - 6:.0f} {y2:.0f}"
        drawn.append(f'<path d="{path}" fill="none" stroke="var(--line-strong)" stroke-width="1.5"></path>')
        head = f"M{x2:.0f} {y2:.0f} l-8 -4 l0 8 z"
        drawn.append(f'<path d="{head}" fill="var(--line-strong)"></path>')
    return f'<svg width="{width:.0f}" height="{height:.0f}" aria-hidden="true">{"".join(drawn)}</svg>'


def spark(values: Sequence[float]) -> str:
    """A line without axes as SVG in the text's color, its area lightly filled; nothing for fewer than two values."""
    if len(values) < 2:
        return ""
    low, high = min(*values, 0.0), max(values)
    span = (high - low) or 1.0
    width, height = 200.0, 40.0
    points = [
        (index * width / (len(values) - 1), height - 3 - (value - low) / span * (height - 6))
        for index, value in enumerate(values)
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" preserveAspectRatio="none" aria-hidden="true">'
        f'<polygon points="0,{height} {path} {width},{height}" fill="currentColor" opacity="0.10"></polygon>'
        f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="1.6" vector-effect="non-scaling-stroke" '
        'stroke-linejoin="round"></polyline></svg>'
    )


def interval(ours: tuple[float, float, float], baseline: float, labels: tuple[str, str, str]) -> str:
    """Value with its interval (low, value, high) and the baseline on one line from zero, as SVG.

    ``labels`` are the texts of the zero end, the value and the baseline.
    """
    low, value, high = ours
    left, right = min(0.0, low, baseline), max(high, baseline, 1e-12)
    span = (right - left) * 1.06

    def x(number: float) -> str:
        return f"{2 + 96 * (number - left) / span:.2f}%"

    def text(number: float, y: int, label: str, style: str) -> str:
        place = (number - left) / span
        anchor = "start" if place < 0.4 else "end" if place > 0.6 else "middle"  # names are long, phones narrow
        return f'<text x="{x(number)}" y="{y}" text-anchor="{anchor}" font-size="12" {style}>{label}</text>'

    return (
        '<svg role="img">'
        f'<line x1="{x(left)}" x2="{x(right)}" y1="31" y2="31" stroke="var(--line)" stroke-width="2"></line>'
        f'<line x1="{x(low)}" x2="{x(high)}" y1="31" y2="31" stroke="var(--accent)" stroke-width="3"></line>'
        f'<line x1="{x(low)}" x2="{x(low)}" y1="25" y2="37" stroke="var(--accent)" stroke-width="2"></line>'
        f'<line x1="{x(high)}" x2="{x(high)}" y1="25" y2="37" stroke="var(--accent)" stroke-width="2"></line>'
        f'<circle cx="{x(value)}" cy="31" r="6" fill="var(--accent)"></circle>'
        f'<circle cx="{x(baseline)}" cy="31" r="5" fill="var(--surface)" stroke="var(--series-2)" stroke-width="2.5"></circle>'
        + text(left, 56, labels[0] if abs(baseline - left) > span / 4 else "", 'fill="var(--faint)"')
        + text(value, 15, labels[1], 'font-weight="600" fill="var(--ink)"')
        + text(baseline, 56, labels[2], 'fill="var(--muted)"')
        + "</svg>"
    )


def signed(share: float) -> str:
    """A bar from the middle to the right (or, below zero, to the left), ``share`` -1 to 1 of its half, as SVG."""
    share = min(1.0, max(-1.0, share))
    left, width = (50.0, 50.0 * share) if share >= 0 else (50.0 + 50.0 * share, -50.0 * share)
    color = "var(--series-3)" if share >= 0 else "var(--accent)"
    return (
        '<svg aria-hidden="true" style="height:10px"><line x1="50%" x2="50%" y1="0" y2="10" stroke="var(--line-strong)"></line>'
        f'<rect x="{left:.2f}%" y="2" width="{width:.2f}%" height="6" rx="2" fill="{color}"></rect></svg>'
    )


def day_labels(days: Sequence[date], write: Any) -> list[str]:
    """The days as the reader's language writes them, for an axis."""
    return [write(day) for day in days]

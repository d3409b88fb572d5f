"""How cost grows, as a picture: both axes logarithmic, drawn as SVG that any page shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 920, 380, 70, 350, 30, 50
COLORS = ("#0f766e", "#b45309", "#4338ca", "#be123c", "#4d7c0f", "#6b7280")


def drawn(title: str, unit: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """An SVG of lines through (interactions, value) points, one for each name; values must be above 0."""
    points = [point for line in series.values() for point in line]
    x_low, x_high = (math.log10(edge(x for x, _ in points)) for edge in (min, max))
    y_low, y_high = math.floor(math.log10(min(y for _, y in points))), math.ceil(math.log10(max(y for _, y in points)))

    def at(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (math.log10(x) - x_low) / max(x_high - x_low, 1e-9) * (WIDTH - LEFT - RIGHT)
        return across, TOP + (y_high - math.log10(y)) / max(y_high - y_low, 1e-9) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<text x="{LEFT}" y="18" font-weight="600">{title}</text>']
    for power in range(y_low, y_high + 1):
        _, y = at(10**x_low, 10.0**power)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for x_value in sorted({x for x, _ in points}):
        x, _ = at(x_value, 10.0**y_low)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 28}" text-anchor="middle">10^{math.log10(x_value):g}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">interactions ({unit})</text>')
    for number, (name, line) in enumerate(series.items()):
        color = COLORS[number % len(COLORS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>' for x, y in (at(*point) for point in line)]
        parts.append(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 16 + 20 * number}" fill="{color}">{name}</text>')
    style = "font-family:system-ui,sans-serif;font-size:13px;background:#fff"
    body = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" style="{style}">\n{body}\n</svg>\n'

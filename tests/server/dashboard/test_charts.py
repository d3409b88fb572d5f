"""Pictures made from numbers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from shopkeeper.server.dashboard import charts
from shopkeeper.server.dashboard.mounting import STATIC


def points(svg):
    path = re.search(r'<polyline points="([^"]+)"', svg).group(1)
    return [tuple(map(float, pair.split(","))) for pair in path.split()]


def test_a_spark_goes_from_edge_to_edge_and_up_where_the_values_do():
    drawn = points(charts.spark([0, 5, 10]))
    assert [x for x, _ in drawn] == [0, 100, 200]
    assert drawn[0][1] > drawn[1][1] > drawn[2][1]


def test_a_spark_of_equal_or_few_values_does_not_divide_by_zero():
    assert len(points(charts.spark([0, 0, 0]))) == 3
    assert charts.spark([1]) == charts.spark([]) == ""


def places(svg):
    tree = ElementTree.fromstring(svg)
    ours, theirs = tree.findall("circle")
    return tuple(float(circle.get("cx").rstrip("%")) for circle in (ours, theirs))


def test_an_interval_puts_value_and_baseline_to_scale():
    ours, theirs = places(charts.interval((0.18, 0.2, 0.22), 0.1, ("0", "ours", "popularity")))
    assert abs((ours - 2) / (theirs - 2) - 2.0) < 0.01


def test_an_interval_stays_inside_its_frame_whatever_the_numbers():
    for numbers, baseline in (((-0.5, -0.2, 0.1), 0.3), ((0.0, 0.0, 0.0), 0.0), ((1e-9, 2e-9, 3e-9), 1e9)):
        assert all(0 <= place <= 100 for place in places(charts.interval(numbers, baseline, ("0", "a", "b"))))


def test_the_colors_of_charts_are_turned_into_the_modes_by_the_style_sheet():
    sheet = (STATIC / "dashboard.css").read_text()
    for color in (charts.ACCENT, charts.ACCENT_SOFT, charts.GREY, charts.TEXT, charts.INK, charts.LINE):
        assert f'="{color}"]' in sheet, color


def test_the_course_has_the_line_of_the_period_before_dashed():
    options = charts.course(
        ["a", "b"], [1, 2], [("now", [None, 1.234], False), ("before", [1, 1], True)], bar_name="day", money="£"
    )
    now, before = options["series"][1:]
    assert now["data"] == [None, 1.23]
    assert now["lineStyle"].get("type") is None
    assert before["lineStyle"]["type"] == "dashed"


def test_arrows_go_from_box_to_box():
    tree = ElementTree.fromstring(charts.arrows([(190, 18, 260, 70)], 450, 100))
    curve, head = tree.findall("path")
    assert curve.get("d").startswith("M190 18 C")
    assert head.get("d").startswith("M260 70 ")
    assert (tree.get("width"), tree.get("height")) == ("450", "100")


def test_a_whisker_reaches_from_low_to_high_within_its_span():
    tree = ElementTree.fromstring(charts.whisker((0.2, 0.4, 0.6), (0.0, 0.8), reference=0.5))
    lines = [(line.get("x1"), line.get("x2")) for line in tree.findall("line")]
    assert ("25.00%", "75.00%") in lines
    assert ("62.50%", "62.50%") in lines, "the reference"
    assert tree.find("circle").get("cx") == "50.00%"


def test_a_bar_goes_to_its_value_and_has_no_ends_where_there_is_no_interval():
    tree = ElementTree.fromstring(charts.whisker((0.4, 0.4, 0.4), (0.0, 0.8), is_bar=True))
    assert tree.find("rect").get("width") == "50.00%"
    assert tree.findall("line") == []


def test_a_whisker_stays_inside_whatever_the_numbers():
    for measured in ((-9.0, 0.0, 9.0), (0.0, 0.0, 0.0)):
        tree = ElementTree.fromstring(charts.whisker(measured, (0.0, 0.0)))
        places = [
            float(line.get(end).rstrip("%")) for line in tree.findall("line") for end in ("x1", "x2") if line.get(end) != "0"
        ]
        assert all(0 <= place <= 100 for place in places)


def test_searches_have_a_stepped_line_each_in_a_color_of_its_own():
    options = charts.searches([("a", [0.1, 0.2]), ("b", [0.15])], of_trials="trials")
    assert options["xAxis"]["data"] == ["1", "2"]
    assert [(line["name"], line["data"], line["showSymbol"]) for line in options["series"]] == [
        ("a", [0.1, 0.2], False), ("b", [0.15], True),
    ]  # fmt: skip
    assert len({line["lineStyle"]["color"] for line in options["series"]}) == 2
    assert charts.searches([], of_trials="trials")["series"] == []

"""Pictures of groups and flows: what they show is what they were given, and titles are never read as HTML."""

import pytest

from shopkeeper.server.dashboard import pictures
from shopkeeper.server.dashboard.charts import SERIES

EVIL = "<img src=x onerror=alert(1)>"


def texts(options):
    if isinstance(options, dict):
        for name, value in options.items():
            yield from [value] if name == "told" else texts(value)
    elif isinstance(options, list):
        for value in options:
            yield from texts(value)


@pytest.mark.parametrize(
    "options",
    [
        pictures.flows([pictures.Node("a", EVIL, EVIL, 0, 0), pictures.Node("b", "b", "b", 1, 1)], [("a", "b", 3.0, EVIL)]),
        pictures.points([(EVIL, [(0.0, 1.0, EVIL)])], across="x", up="y"),
        pictures.network([pictures.Dot("p", EVIL, EVIL, 1.0, 0.0, 0.0)], [("p", "p", 1.0, EVIL)], width=9, height=9),
        pictures.steps(["view"], [3.0], [EVIL], [EVIL]),
        pictures.bars([EVIL], [3.0], [EVIL]),
        pictures.reliability([(0.2, 0.3, EVIL)], across="told", up="came"),
    ],
)
def test_what_a_tooltip_says_is_text(options):
    told = list(texts(options))
    assert told
    assert all("<img" not in text for text in told)
    assert any("&lt;img" in text for text in told)


def test_a_heat_map_is_a_table_whose_texts_are_text():
    drawn = pictures.heat([EVIL], [EVIL], [pictures.Cell(0, 0, 1.0, EVIL, f'{EVIL} "quoted"')], 1.0, corner=EVIL)
    assert "<img" not in drawn
    assert drawn.count("&lt;img") == 5
    assert '<th scope="row">' in drawn
    assert "&quot;quoted&quot;" in drawn


def test_cells_of_a_heat_map_are_filled_by_their_value_and_never_so_full_that_they_cannot_be_read():
    drawn = pictures.heat(["0", "1"], ["Jan"], [pictures.Cell(0, 0, 1.0, "100 %"), pictures.Cell(1, 0, 0.0, "0 %")], 1.0)
    assert f"--full: {pictures.HEAT_MOST:.1f}%" in drawn
    assert f"--full: {pictures.HEAT_LEAST:.1f}%" in drawn
    assert "--full: 55.0%" in pictures.heat(["0"], ["Jan"], [pictures.Cell(0, 0, 3.0, "3")], 1.0), "beyond the top is the top"


def test_a_place_without_a_cell_is_empty_and_not_filled():
    assert pictures.heat(["0", "1"], ["Jan"], [pictures.Cell(1, 0, 1.0, "all")], 1.0).count("<td></td>") == 1


def test_links_of_a_flow_meet_its_nodes_in_their_order():
    nodes = [pictures.Node("a", "A", "A", 0, 0), pictures.Node("b", "B", "B", 1, 1)]
    series = pictures.flows(nodes, [("a", "b", 3.0, "3 of 4")])["series"][0]
    assert {link[end] for link in series["links"] for end in ("source", "target")} <= {node["name"] for node in series["data"]}
    assert series["links"][0]["value"] == 3.0
    assert [node["itemStyle"]["color"] for node in series["data"]] == list(SERIES[:2])


def test_dots_of_a_network_stand_where_they_are_told_to():
    dots = [pictures.Dot("p", "P", "P", 0.5, 10.0, 20.0)]
    series = pictures.network(dots, [("p", "p", 1.0, "")], width=300.0, height=60.0)["series"][0]
    assert (series["layout"], series["data"][0]["x"], series["data"][0]["y"]) == ("none", 10.0, 20.0)
    assert [(corner["x"], corner["y"], corner["symbolSize"]) for corner in series["data"][1:]] == [(0, 0, 0), (300, 60, 0)]


def test_curves_mark_one_place_and_dash_what_is_naive():
    made = pictures.curves(["1", "2"], {"ours": [1.0, 2.0], "chance": [0.5, None]}, marked=1, dashed=("chance",))["series"]
    assert made[0]["markLine"]["data"] == [{"xAxis": 1}]
    assert [line["lineStyle"]["type"] for line in made] == ["solid", "dashed"]


def test_curves_of_shares_end_at_one_and_name_each_so_many_th_place():
    made = pictures.curves(["0%", "50%", "100%"], {"share": [0.0, 0.9, 1.0]}, is_share=True, every=2)
    assert (made["yAxis"]["min"], made["yAxis"]["max"]) == (0, 1)
    assert made["xAxis"]["axisLabel"]["interval"] == 1


def test_what_was_told_stands_beside_what_came_on_the_same_scale():
    diagonal, ours = pictures.reliability([(0.2, 0.3, "few")], across="told", up="came")["series"]
    assert diagonal["data"] == [[0, 0], [1, 1]]
    assert ours["data"][0]["value"] == [0.2, 0.3]


def test_nothing_to_draw_is_a_picture_without_points():
    assert pictures.curves([], {})["series"] == []
    assert "<td" not in pictures.heat([], [], [], 0.0)
    assert len(pictures.network([], [], width=0.0, height=0.0)["series"][0]["data"]) == 2

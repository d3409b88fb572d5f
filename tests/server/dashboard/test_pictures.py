"""Pictures of groups and flows: what they show is what they were given, and titles are never read as HTML."""

import pytest

from shopkeeper.server.dashboard import pictures

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
        pictures.heat(["0"], ["Jan"], [(0, 0, 0.5, "50 %", EVIL)], 1.0),
        pictures.flows([("a", EVIL, 0, 0), ("b", "b", 1, 1)], [("a", "b", 3.0, EVIL)]),
        pictures.points([(EVIL, [(0.0, 1.0, EVIL)])], across="x", up="y"),
        pictures.network([("p", EVIL, 1.0, 0, EVIL)], [("p", "p", 1.0, EVIL)]),
        pictures.steps(["view"], [3.0], [EVIL]),
        pictures.bars([EVIL], [3.0], [EVIL], is_lying=True),
    ],
)
def test_what_a_tooltip_says_is_text(options):
    told = list(texts(options))
    assert told
    assert all("<img" not in text for text in told)
    assert any("&lt;img" in text for text in told)


def test_links_of_a_flow_meet_its_nodes():
    series = pictures.flows([("a", "A", 0, 0), ("b", "B", 1, 1)], [("a", "b", 3.0, "3 of 4")])["series"][0]
    assert {link[end] for link in series["links"] for end in ("source", "target")} <= {node["name"] for node in series["data"]}
    assert series["links"][0]["value"] == 3.0


def test_cells_of_a_heat_map_can_be_read_on_their_ground():
    cells = pictures.heat(["0", "1"], ["Jan"], [(0, 0, 1.0, "100 %", "all"), (1, 0, 0.1, "10 %", "few")], 1.0)["series"][0][
        "data"
    ]
    assert [cell["label"]["color"] for cell in cells] == ["#ffffff", "#16202e"]


def test_curves_mark_one_place_and_dash_what_is_naive():
    made = pictures.curves(["1", "2"], {"ours": [1.0, 2.0], "chance": [0.5, None]}, marked=1, dashed=("chance",))["series"]
    assert made[0]["markLine"]["data"] == [{"xAxis": 1}]
    assert [line["lineStyle"]["type"] for line in made] == ["solid", "dashed"]


def test_nothing_to_draw_is_a_picture_without_points():
    assert pictures.curves([], {})["series"] == []
    assert pictures.heat([], [], [], 0.0)["series"][0]["data"] == []

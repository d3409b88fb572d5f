"""segments: count, save, list, export, remove."""

import csv
import io

import pytest

from shopkeeper.shop import Shop


@pytest.fixture(scope="module")
def learned_folder(tmp_path_factory):
    """A shop with three customers who have profiles."""
    folder = tmp_path_factory.mktemp("segments") / "shop"
    with Shop.create(folder) as shop:
        shop.upsert("customers", [{"customer_id": "anna", "country": "DE"}, {"customer_id": "ben", "accepts_marketing": False}])
        shop.append("order_lines", [
            {"line_id": f"l{n}", "order_id": f"o{n}", "at": f"2026-01-{n + 1:02}T10:00:00Z", "customer_id": customer, "product_id": "p",
             "quantity": 1, "price": 10.0} for n, customer in enumerate(["anna", "anna", "ben", "cleo"])])  # fmt: skip
        shop.run("customers.features")
        shop.run("customers.profiles")
    return folder


@pytest.fixture
def segments(shopkeeper, learned_folder):
    return lambda *arguments: shopkeeper("--shop", learned_folder, "segments", *arguments)


def test_a_count_while_thinking(segments):
    said = segments("count", "n_orders >= 1 and not country is DE")
    assert said.code == 0
    assert "2 (66.7%)" in said.out
    assert segments("count", "everyone", "--json").json["n_reachable"] == 2
    noted = segments("count", 'bought category "Lamps"')
    assert "no category 'Lamps'" in noted.err


def test_a_mistake_has_its_place(segments):
    said = segments("count", "n_orders >= 1 and valu > 3")
    assert said.code == 2
    assert "    n_orders >= 1 and valu > 3\n                      ^^^^\n" in said.err
    assert "did you mean value?" in said.err
    assert segments("count", "valu > 3", "--json").problem["position"] == 0


def test_what_waits_for_a_result_says_what_to_do(segments):
    said = segments("count", "lapsed")
    assert said.code == 3
    assert "shopkeeper learn customers.life_cycle customers.profiles" in said.err


def test_saved_listed_exported_removed(segments, tmp_path):
    assert "Saved: Germans" in segments("save", "de", "country is de", "--title", "Germans").out
    rows = {row["segment_id"]: row for row in segments("list", "--json").json}
    assert rows["de"]["expression"] == "country is de"
    assert rows["de"]["n_customers"] is None
    assert "newcomer" in segments("list").out
    exported = list(csv.DictReader(io.StringIO(segments("export", "Germans").out)))
    assert [row["customer_id"] for row in exported] == ["anna"]
    target = tmp_path / "members.csv"
    said = segments("export", "--expression", "everyone", "--reachable-only", "--csv", target)
    assert "2 customers written" in said.err
    assert [row["customer_id"] for row in csv.DictReader(target.read_text().splitlines())] == ["anna", "cleo"]
    assert segments("export", "de", "--json").json[0]["n_orders"] == 2
    assert "Removed: de" in segments("remove", "de").out
    assert "de" not in [row["segment_id"] for row in segments("list", "--json").json]


def test_a_segment_that_others_name_stays(segments):
    segments("save", "inner", "new or value > 0")
    segments("save", "outer", "in segment inner", "--no-tag")
    said = segments("remove", "inner")
    assert said.code == 2
    assert "part of others" in said.err
    assert "outer" in said.err
    circle = segments("save", "inner", "in segment outer")
    assert "outer → inner" in circle.err
    assert segments("remove", "outer", "--json").json["enabled"] is False
    assert segments("remove", "inner").code == 0


def test_which_segment(segments):
    assert segments("export").code == 2
    assert "did you mean 'newcomer'?" in segments("export", "newcomr").err
    assert segments("save", " ", "new").code == 2


def test_every_word_is_listed(segments):
    assert "value_12m in top 10 %" in segments("words").out
    assert [word["text"] for word in segments("words", "value_12m", "--json").json] == ["value_12m"]


def test_a_file_that_cannot_be_written_is_told(segments, tmp_path):
    said = segments("export", "--expression", "everyone", "--csv", tmp_path / "missing" / "x.csv")
    assert said.code == 2
    assert "x.csv cannot be written." in said.err
    assert "Traceback" not in said.err


def test_nobody_is_not_counted_in_silence(segments):
    assert "no visits" in segments("count", "viewed").err
    assert "No customer has country 'ED'" in segments("export", "--expression", "country is ED").err


@pytest.mark.parametrize("given", ["value_12m > 2000", "lapsed", "valu > 3"])
def test_an_expression_where_a_name_is_wanted_is_led_on(segments, given):
    said = segments("export", given)
    assert said.code == 2
    quoted = f"'{given}'" if " " in given else given
    assert f"shopkeeper segments export --expression {quoted}" in said.err
    assert "did you mean" in segments("export", "hihg_value").err

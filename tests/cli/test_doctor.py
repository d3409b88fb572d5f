"""doctor: a well shop, changed settings and who said so, and what is wrong."""

import counting
import pytest

from shopkeeper.core.tasks import ShopView, task


def test_a_well_shop(shopkeeper, corner_shop):
    said = shopkeeper("doctor")
    assert said.code == 0, said.out + said.err
    for words in ("shopkeeper", "duckdb", "GBP", "events 5", "shop.currency", "shop.toml", "Nothing is wrong."):
        assert words in said.out


def test_for_programs(shopkeeper, corner_shop):
    found = shopkeeper("doctor", "--json").json
    assert found["problems"] == [] and found["store"]["unsealed_rows"]["events"] == 5
    assert {"section": "shop", "name": "currency", "value": "GBP", "default": "EUR", "origin": "shop.toml"} in found["settings"]


def test_every_section_may_be_set(shopkeeper, corner_shop):
    with (corner_shop / "shop.toml").open("a") as file:
        file.write("[server]\nport = 8123\n[store]\nseal_rows = 5000\n[counting]\nleast = 2\n")
    said = shopkeeper("doctor")
    assert all(name in said.out for name in ("server.port", "store.seal_rows", "counting.least"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[server]\nprot = 1\n", "did you mean 'port'"),
        ("[store]\nseal_rows = 1\n", "100 to"),
        ("[servr]\n", "did you mean [server]"),
    ],
)
def test_a_wrong_setting_is_named(shopkeeper, corner_shop, text, words):
    with (corner_shop / "shop.toml").open("a") as file:
        file.write(text)
    said = shopkeeper("doctor")
    assert said.code == 2 and words in said.err and "duckdb" in said.out


def test_outside_a_shop_it_tells_the_versions(shopkeeper, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = shopkeeper("doctor")
    assert said.code == 4 and "duckdb" in said.out and "shopkeeper init" in said.err


def test_a_missing_segment_and_a_stray_file_are_problems(shopkeeper, corner_shop):
    shopkeeper("seal", "--minimum-rows", "1")
    (segment,) = (corner_shop / "facts" / "events").glob("*.parquet")
    away = segment.rename(corner_shop / "away.parquet")
    said = shopkeeper("doctor")
    assert said.code != 0 and segment.name in said.out + said.err
    away.rename(segment)
    assert shopkeeper("doctor").code == 0


def test_a_failed_task_is_a_problem(shopkeeper, corner_shop, declared):
    def broken(shop: ShopView, settings: counting.CountingSettings):
        """What breaks?"""
        raise ValueError("a fault of the task")

    declared.append("counting.broken")
    columns = counting.Table("broken_rows", "result", "Nothing.", counting.SUMMARY.columns)
    task("counting.broken", reads=("events",), writes=columns)(broken)
    assert shopkeeper("run", "counting.broken").code == 1
    said = shopkeeper("doctor")
    assert said.code == 1 and "counting.broken failed" in said.out


def test_a_rule_and_a_placement_that_cannot_be_meant_are_problems(shopkeeper, corner_shop, tmp_path):
    (tmp_path / "rules.csv").write_text("rule_id,action,brand\nempty,boost,\nfine,boost,Acme\n")
    (tmp_path / "placements.csv").write_text("placement_id,mix\nhome,17\nbasket,\n")
    for name in ("rules", "placements"):
        said = shopkeeper("import", str(tmp_path / f"{name}.csv"))
        assert said.code == 0, said.out + said.err
    said = shopkeeper("doctor")
    assert said.code == 1
    assert "Rule 'empty' names no product." in said.out + said.err
    assert "'home'" in said.out + said.err and "fine" not in said.out + said.err and "'basket'" not in said.out + said.err

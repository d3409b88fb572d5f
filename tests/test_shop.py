from __future__ import annotations

from pathlib import Path

import counting
import pytest

from shopkeeper.core.errors import BadRequest, NotLearned, SettingError, ShopExists, ShopNotFound, UnknownName
from shopkeeper.shop import Shop

EVENTS = [{"event_id": f"e{n}", "at": f"2026-01-0{n}T10:00:00Z", "event": "view_item", "customer_id": "anna", "product_id": p}
          for n, p in enumerate("AABAC", 1)]  # fmt: skip


def test_a_new_shop_is_a_folder_with_a_file_that_says_what_it_is(tmp_path: Path):
    with Shop.create(
        tmp_path / "shop", name="Corner shop", currency="jpy", time_zone="Asia/Tokyo", languages=("ja", "en")
    ) as shop:
        assert (shop.name, shop.currency, shop.time_zone, shop.languages) == ("Corner shop", "JPY", "Asia/Tokyo", ("ja", "en"))
    with Shop.open(tmp_path / "shop") as shop:
        assert (shop.name, shop.currency, shop.time_zone, shop.languages) == ("Corner shop", "JPY", "Asia/Tokyo", ("ja", "en"))
        assert [change.name for _, change in shop.changes()] == ["currency", "languages", "name", "time_zone"]


def test_a_shop_is_found_from_a_folder_inside_it(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    (shop.folder / "deep" / "inside").mkdir(parents=True)
    monkeypatch.chdir(shop.folder / "deep" / "inside")
    with Shop.open() as again:
        assert again.folder == shop.folder


def test_where_there_is_no_shop_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ShopNotFound, match="shopkeeper init"):
        Shop.open()
    with pytest.raises(ShopNotFound):
        Shop.open(tmp_path / "nowhere")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ShopExists):
        Shop.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[shop]\ncurency = 'EUR'\n", "did you mean 'currency'"),
        ("[shpo]\nname = 'x'\n", r"did you mean \[shop\]"),
        ("[recommend]\nneighbours = 5\n", "did you mean 'neighbors'"),
        ("[recommend]\nneighbors = -5\n", "cannot be -5"),
        ("[shop\n", "cannot be read"),
        ("[shop]\ntime_zone = 'Mars/Olympus'\n", "no such time zone"),
    ],
)
def test_a_wrong_shop_file_is_refused_and_names_the_right_word(shop: Shop, text: str, words: str):
    (shop.folder / "shop.toml").write_text(text)
    with pytest.raises(SettingError, match=words):
        Shop.open(shop.folder)


def test_learn_runs_in_order_and_refuses_by_name(shop: Shop, declared: list[str]):
    counting.declare(declared)
    by_name = {run.task: run for run in shop.learn(["counting.summarize"])}
    assert [run.state for run in by_name.values()] == ["refused", "refused"]
    assert by_name["counting.count"].problem["title"] == "'counting.count' needs more in table 'events'."
    assert by_name["counting.summarize"].problem["next"] == "run 'counting.count' first"
    shop.append("events", EVENTS)
    assert [(run.task, run.state) for run in shop.learn(["counting.summarize"])] == [
        ("counting.count", "done"), ("counting.summarize", "done")]  # fmt: skip
    assert shop.table("count_summary").to_pylist() == [{"n_events": 5}]
    assert shop.sql("select product_id from product_counts where n_events = 3").to_pylist() == [{"product_id": "A"}]


def test_a_setting_of_a_run_stands_by_its_name_or_in_a_mapping(shop: Shop, declared: list[str]):
    counting.declare(declared)
    shop.append("events", EVENTS)
    assert shop.run("counting.count").n_rows == 3
    assert shop.run("counting.count", {"least": 2}).n_rows == 1
    assert shop.run("counting.count", least=2).n_rows == 1
    assert shop.run("counting.count", {"least": 1, "value": 0.4}, least=2).n_rows == 1
    with pytest.raises(SettingError, match="did you mean 'least'"):
        shop.run("counting.count", leasd=2)


def test_a_shop_shows_its_name_its_folder_and_how_many_rows(shop: Shop):
    shop.append("events", EVENTS)
    assert repr(shop) == f"<Shop {shop.name!r} in {shop.folder}, 5 rows>"
    shop.close()
    assert repr(shop) == f"<Shop {shop.name!r} in {shop.folder}, closed>"


def test_a_result_that_was_never_made_says_how_to_make_it(shop: Shop, declared: list[str]):
    counting.declare(declared)
    with pytest.raises(NotLearned, match=r"shopkeeper learn counting\.count"):
        shop.table("product_counts")
    with pytest.raises(UnknownName, match="did you mean 'product_counts'"):
        shop.table("product_count")


def test_tables_tell_their_rows_and_freshness(shop: Shop, declared: list[str]):
    counting.declare(declared)
    shop.append("events", EVENTS)
    shop.run("counting.count")
    states = {state.name: state for state in shop.tables()}
    assert (states["events"].n_rows, states["events"].newest_at.isoformat()) == (5, "2026-01-05T10:00:00+00:00")
    assert (states["product_counts"].kind, states["product_counts"].n_rows) == ("result", 3)
    assert states["orders"].n_rows == 0 and states["orders"].newest_at is None


def test_a_run_gives_its_table_and_settings_by_name(shop: Shop, declared: list[str]):
    counting.declare(declared)
    shop.append("events", EVENTS)
    run = shop.run("counting.count", {"least": 2})
    assert run.table.to_pylist() == [{"product_id": "A", "n_events": 3}]
    assert run.provenance.changes == {"least": (2, "given")}
    assert run.headline == "1 products were met."
    with pytest.raises(SettingError, match="did you mean 'least'"):
        shop.run("counting.count", {"leest": 2})


def test_rooms_answer_by_name(shop: Shop, declared: list[str]):
    counting.declare(declared)
    shop.append("events", EVENTS)
    shop.run("counting.count")
    assert shop.counting.how_many(product="A")["n_events"] == 3
    assert shop.counting.how_many("A")["n_events"] == 3
    assert "how_many" in dir(shop.counting) and "counting" in dir(shop)
    with pytest.raises(AttributeError, match=r"rooms: .*counting"):
        shop.nonsense  # noqa: B018


def test_a_dataframe_is_as_good_as_dicts(shop: Shop):
    import pyarrow as pa

    assert shop.append("events", pa.Table.from_pylist(EVENTS)).n_new == 5
    assert shop.append("events", EVENTS).n_known == 5
    assert shop.upsert("products", pa.table({"product_id": ["A"], "title": ["Red cup"]})).n_new == 1
    with pytest.raises(BadRequest, match="a list of dicts or a dataframe"):
        shop.append("events", 5)


def test_every_floor_may_be_set_in_the_shop_file(shop: Shop):
    (shop.folder / "shop.toml").write_text("[server]\nport = 9000\n[store]\nseal_rows = 500\n")
    with Shop.open(shop.folder) as again:
        assert again.settings("server").values.port == 9000
        assert again.store.settings.seal_rows == 500

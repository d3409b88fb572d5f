"""Other stores' files, as a new user would try them: imported with a sensible recognition, or told what is missing."""

from __future__ import annotations

import pytest

from shopkeeper.core.errors import ImportProblem
from shopkeeper.store.importers import import_file, inspect

pytestmark = [pytest.mark.realdata, pytest.mark.slow]


def test_tmall_events(store, real_data, bring, rows):
    report = bring(real_data / "tmall_behaviour" / "train.parquet")
    assert report.kept == {"events": 357_412}
    found = dict(rows("SELECT event, count(*) FROM events GROUP BY 1"))
    assert set(found) == {"add_to_wishlist", "add_to_cart", "purchase"} and sum(found.values()) == 357_412
    assert rows("SELECT min(at)::DATE::VARCHAR, max(at)::DATE::VARCHAR FROM events")[0][0].startswith("2017")
    assert report.recognition.ignored == ("__index_level_0__",)


def test_tmall_test_period_lacks_a_moment_and_says_so(store, real_data, bring):
    path = real_data / "tmall_behaviour" / "test.parquet"
    problem = inspect(path).problem()
    assert problem is not None and problem.facts["missing"] == ["events.at"] and "'2024-01-31'=events.at" in problem.next
    assert bring(path, map={"'2017-12-03'": "events.at"}).kept == {"events": 10_000}


def test_bigbasket_catalog(real_data, bring, rows):
    report = bring(real_data / "bigbasket_catalog" / "BigBasket_Products.csv.gz", currency="INR")
    assert report.kept == {"products": 27_555}
    found = rows("SELECT title, brand, product_type, price, sale_price FROM products WHERE product_id = '1'")
    assert found == [
        (
            "Garlic Oil - Vegetarian Capsule 500 mg",
            "Sri Sri Ayurveda",
            "Beauty & Hygiene > Hair Care > Hair Oil & Serum",
            220.0,
            220.0,
        )
    ]


def test_flipkart_catalog(real_data, bring, rows):
    [path] = (real_data / "flipkart_catalog").glob("*.csv.gz")
    assert bring(path).kept == {"products": 1_050}
    [(title, product_type, price, link)] = rows(
        "SELECT title, product_type, price, link FROM products WHERE product_id = 'CRNEG7BKMFFYHQ8Z'"
    )
    assert title.startswith("Elegance Polyester") and product_type.startswith("Home Furnishing > Curtains & Accessories > ")
    assert price == 1899.0 and link.startswith("http://www.flipkart.com/")


def test_olist_order_items_lack_a_moment_and_the_line_to_type_works(store, real_data, bring, rows):
    path = real_data / "olist" / "order_items.parquet"
    with pytest.raises(ImportProblem) as raised:
        import_file(store, path)
    assert raised.value.facts["missing"] == ["order_lines.at"] and "--map shipping_limit_date=order_lines.at" in raised.value.next
    report = bring(path, map={"shipping_limit_date": "order_lines.at"}, time_zone="America/Sao_Paulo")
    assert report.kept == {"order_lines": 112_650} and report.tables["orders"].n_new == 98_666
    assert rows("SELECT count(DISTINCT line_id), count(DISTINCT product_id) FROM order_lines") == [(112_650, 32_951)]


def test_olist_products_customers_sellers_reviews(real_data, bring, rows):
    olist = real_data / "olist"
    assert bring(olist / "products.parquet").kept == {"products": 32_951}
    assert rows("SELECT product_type, weight_kg FROM products WHERE product_id = '1e9e8ef04dbcff4541ed26657ea517e5'") == [
        ("perfumaria", 0.225)
    ]
    assert bring(olist / "customers.parquet").tables["identities"].n_new == 99_441
    assert bring(olist / "sellers.parquet").kept == {"suppliers": 3_095}
    report = bring(olist / "order_reviews_sample_6k.csv")
    assert report.n_rows == 6_123 and report.rejected == {"duplicate": 2}


def test_olist_files_that_lack_something_say_what(real_data):
    assert inspect(real_data / "olist" / "order_payments.parquet").missing == ("orders.at",)
    problem = inspect(real_data / "olist" / "product_category_name_translation.parquet").problem()
    assert problem is not None and "belong to no table" in problem.what


def test_yoochoose_needs_one_word(real_data, bring):
    path = real_data / "yoochoose_100k" / "yoochoose-clicks-100k_train_full.txt.gz"
    problem = inspect(path).problem()
    assert problem is not None and "--map \"'view_item'=events.event\"" in problem.next
    report = bring(path, map={"'view_item'": "events.event"})
    assert report.kept == {"events": 70_278} and report.recognition.opened.layout.delimiter == "\t"


def test_cdnow_has_no_header_and_can_be_mapped(real_data, bring, rows):
    path = real_data / "cdnow_sample" / "CDNOW_sample.txt"
    found = inspect(path)
    assert found.problem() is not None and found.names == ("column1", "column2", "column3", "column4", "column5")
    report = bring(path, map={"column1": "orders.customer_id", "column3": "orders.at", "column5": "orders.value"})
    assert report.kept == {"orders": 6_919} and report.tables["customers"].n_new == 2_357
    assert rows("SELECT round(sum(value), 2) FROM orders") == [
        (round(sum(float(line.split()[4]) for line in path.read_text().splitlines()), 2),)
    ]


def test_abt_and_buy(real_data, bring):
    assert bring(real_data / "abt_buy" / "abt.csv.gz").kept == {"products": 1_076}
    assert inspect(real_data / "abt_buy" / "buy.csv.gz").opened.layout.delimiter == "|"


def test_a_bakery_lacks_prices(real_data, bring):
    path = real_data / "bakery" / "BreadBasket_DMS.csv.gz"
    assert inspect(path).missing == ("order_lines.price",)
    report = bring(path, map={"'0'": "order_lines.price"})
    assert report.kept == {"order_lines": 21_293} and report.tables["orders"].n_new == 9_531


def test_movielens_ratings_are_reviews(real_data, bring):
    assert bring(real_data / "movielens_100k" / "ml-100k.inter.gz").kept == {"reviews": 100_000}


@pytest.mark.parametrize(
    "name", ["walmart/stores.csv", "hillstrom_email/hillstrom.csv.gz", "weekly_sales/Sales_Transactions_Dataset_Weekly.csv.gz"]
)
def test_files_that_are_no_shop_tables_are_refused_in_words(real_data, name):
    problem = inspect(real_data / name).problem()
    assert problem is not None and "--map" in problem.next and problem.got

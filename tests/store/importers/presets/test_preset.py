"""Known forms, with the column names that those systems really write."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from shopkeeper.core import schema
from shopkeeper.core.errors import UnknownName
from shopkeeper.store.importers import pseudonym
from shopkeeper.store.importers.presets.preset import preset_named, presets, recognized_preset

KEY = bytes(range(32))

SHOPIFY_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Id,"
    "Tags,Risk Level,Source,Lineitem discount,Phone\n"
    "#1001,Ada@Example.com,paid,2024-01-05 10:00:00 +0100,fulfilled,,yes,EUR,30.00,4.90,5.57,34.90,,0.00,Standard,"
    "2024-01-05 10:00:00 +0100,2,Blue cup,10.00,12.00,CUP-B,true,true,fulfilled,Ada Lovelace,Main St 1,Main St 1,London,E1,,GB,,"
    "Ada Lovelace,Main St 1,London,E1,ENG,GB,,,,Credit card,c1,0.00,Acme,5001,,Low,web,0.00,+44 1\n"
    "#1001,ada@example.com,,,,,,,,,,,,,,,1,Spoon,10.00,,,true,true,fulfilled,,,,,,,,,,,,,,,,,,,,,Acme,,,,,0.00,\n"
    "#1002,bob@example.com,refunded,2024-01-06 10:00:00 +0100,,,no,EUR,5.00,0,0,5.00,,0.00,,2024-01-06 10:00:00 +0100,1,Fork,5.00,,"
    "FORK,true,true,pending,Bob,,,,,,FR,,,,,,,FR,,,2024-01-07 09:00:00 +0100,,,5.00,Acme,5002,,Low,web,0.00,\n"
)


def test_shopify_orders(bring, rows):
    report = bring(SHOPIFY_ORDERS)
    assert report.recognition.preset.name == "shopify_orders"
    assert report.n_rows == 3 and report.kept == {"order_lines": 3}
    lines = rows("SELECT order_id, product_id, quantity, price, at FROM order_lines ORDER BY at, product_id")
    assert lines == [
        ("#1001", "CUP-B", 2.0, 10.0, datetime(2024, 1, 5, 9)),
        ("#1001", "Spoon", 1.0, 10.0, datetime(2024, 1, 5, 9)),  # without a SKU the name stands for it; moment from the first row
        ("#1002", "FORK", 1.0, 5.0, datetime(2024, 1, 6, 9)),
    ]
    states = rows("SELECT order_id, at, status FROM order_status")
    assert states == [("#1002", datetime(2024, 1, 7, 8), "cancelled")]
    assert rows("SELECT order_id FROM customer_orders") == [("#1001",)]
    ada = pseudonym("ada@example.com", KEY)
    assert rows("SELECT DISTINCT customer_id FROM order_lines WHERE order_id = '#1001'") == [(ada,)]
    assert rows("SELECT order_id, value, shipping, country FROM orders ORDER BY 1") == [
        ("#1001", 30.0, 4.9, "GB"),
        ("#1002", 5.0, 0.0, "FR"),
    ]
    assert rows(f"SELECT email, name, phone FROM identities WHERE customer_id = '{ada}'") == [
        ("ada@example.com", "Ada Lovelace", "+44 1")
    ]
    assert rows(f"SELECT country, region, accepts_marketing FROM customers WHERE customer_id = '{ada}'") == [("GB", "ENG", True)]
    assert rows("SELECT title, brand, price FROM products WHERE product_id = 'CUP-B'") == [("Blue cup", "Acme", 12.0)]


def test_shopify_orders_that_are_broken_keep_no_personal_data(bring, rows):
    broken = SHOPIFY_ORDERS.replace(",2,Blue cup,10.00,", ",two,Blue cup,10.00,") + "Ada Lovelace,ada@example.com\n"
    report = bring(broken)
    assert report.rejected == {"type": 1, "columns": 1}
    for raw, message in rows("SELECT raw, message FROM rejected"):
        assert "ada" not in (raw + message).lower() and "lovelace" not in raw.lower() and "main st" not in raw.lower()
    [(raw,)] = rows("SELECT raw FROM rejected WHERE rule = 'type'")
    assert json.loads(raw)["Lineitem quantity"] == "two" and json.loads(raw)["Email"] == "***"


SHOPIFY_PRODUCTS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
    "Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,"
    "Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Position,Cost per item,Variant Image,Status\n"
    'cup,Cup,"<p>A <b>cup</b>,\nblue</p>",Acme,Home > Kitchen,Cups,,TRUE,Color,Blue,,,,,CUP-B,250,shopify,7,deny,10.00,12.00,'
    "'4006381333931,https://x.test/1.png,1,4.50,,active\n"
    "cup,,,,,,,,,Red,,,,,CUP-R,250,shopify,0,deny,10.00,,,,,4.50,,active\n"
    "cup,,,,,,,,,,,,,,,,,,,,,,https://x.test/2.png,2,,,\n"
)


def test_shopify_products(bring, rows):
    report = bring(SHOPIFY_PRODUCTS)
    assert report.recognition.preset.name == "shopify_products"
    assert report.kept == {"products": 2} and sum(report.ignored.values()) == 1
    blue, red = rows(
        "SELECT product_id, title, description, brand, product_type, price, sale_price, cost, availability, image_link, gtin, "
        "item_group_id, weight_kg FROM products ORDER BY 1"
    )
    assert blue == (
        "CUP-B", "Cup - Blue", "A cup , blue", "Acme", "Home > Kitchen", 12.0, 10.0, 4.5, "in_stock", "https://x.test/1.png",
        "4006381333931", "cup", 0.25,
    )  # fmt: skip
    assert red[:2] == ("CUP-R", "Cup - Red") and red[5:7] == (10.0, None) and red[8] == "out_of_stock"
    assert rows("SELECT product_id, quantity FROM stock_levels ORDER BY 1") == [("CUP-B", 7.0), ("CUP-R", 0.0)]


WOOCOMMERCE_ORDERS = (
    "order_id,order_number,order_number_formatted,date,status,shipping_total,shipping_tax_total,fee_total,tax_total,discount_total,"
    "order_total,refunded_total,order_currency,payment_method,shipping_method,customer_id,customer_user,customer_email,billing_first_name,"
    "billing_last_name,billing_company,billing_email,billing_phone,billing_address_1,billing_address_2,billing_postcode,billing_city,"
    "billing_state,billing_country,shipping_first_name,shipping_last_name,shipping_address_1,shipping_postcode,shipping_city,"
    "shipping_state,shipping_country,customer_note,item_id,item_product_id,item_name,item_sku,item_quantity,item_subtotal,item_total,"
    "item_refunded,download_permissions\n"
    "77,77,77,2024-03-01 12:00:00,completed,5.00,0,0,3.00,0,27.00,0,EUR,paypal,Flat,12,12,eve@x.test,Eve,Ng,,eve@x.test,555,"
    "Rue 1,,75001,Paris,,FR,Eve,Ng,Rue 1,75001,Paris,,FR,,1,9,Lamp,LAMP,2,22.00,22.00,0,1\n"
    "78,78,78,2024-03-02 12:00:00,cancelled,0,0,0,0,0,11.00,0,EUR,paypal,Flat,0,,guest@x.test,Gus,T,,guest@x.test,,,,,,,DE,,,,,,,DE,,"
    "2,9,Lamp,LAMP,1,11.00,11.00,0,1\n"
    "79,79,79,2024-03-03 12:00:00,wc-refunded,0,0,0,0,0,11.00,11.00,EUR,paypal,Flat,12,12,eve@x.test,Eve,Ng,,eve@x.test,555,"
    "Rue 1,,75001,Paris,,FR,Eve,Ng,Rue 1,75001,Paris,,FR,,3,9,Lamp,LAMP,1,11.00,11.00,0,1\n"
)


def test_woocommerce_orders(bring, rows):
    report = bring(WOOCOMMERCE_ORDERS)
    assert report.recognition.preset.name == "woocommerce_orders"
    guest = pseudonym("guest@x.test", KEY)
    lines = rows("SELECT order_id, customer_id, product_id, quantity, price FROM order_lines ORDER BY order_id, quantity DESC")
    assert lines == [
        ("77", "12", "LAMP", 2.0, 11.0),
        ("78", guest, "LAMP", 1.0, 11.0),
        ("79", "12", "LAMP", 1.0, 11.0),
        ("79", "12", "LAMP", -1.0, 11.0),
    ]
    states = rows("SELECT order_id, status FROM order_status ORDER BY 1")
    assert states == [("77", "delivered"), ("78", "cancelled"), ("79", "refunded")]
    assert rows("SELECT order_id FROM customer_orders ORDER BY 1") == [("77",), ("79",)]
    assert rows("SELECT n_orders, revenue, returned FROM customer_state WHERE customer_id = '12'") == [(2, 33.0, 11.0)]
    assert rows("SELECT shipping, tax, country, payment_method FROM orders WHERE order_id = '77'") == [(5.0, 3.0, "FR", "paypal")]
    assert rows("SELECT name, address FROM identities WHERE customer_id = '12'") == [("Eve Ng", "Rue 1, 75001, Paris, FR")]


WOOCOMMERCE_PRODUCTS = (
    'ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,"Is featured?","Visibility in catalog","Short description",Description,'
    '"Tax status","In stock?",Stock,"Low stock amount","Weight (kg)","Sale price","Regular price",Categories,Tags,Images,Parent,Brands\n'
    '9,simple,LAMP,4006381333931,Lamp,1,0,visible,Short,"<p>Long\\n text</p>",taxable,1,5,,1.2,9.00,11.00,"Home > Light, Sale",,'
    '"https://x.test/a.jpg, https://x.test/b.jpg",,Acme\n'
    "10,variable,,,Shirt,1,0,visible,,,taxable,1,,,,,,Clothes,,,,\n"
    "11,variation,SHIRT-S,,Shirt - S,1,0,visible,,,taxable,0,0,,,,20.00,,,,SHIRT,\n"
)


def test_woocommerce_products(bring, rows):
    report = bring(WOOCOMMERCE_PRODUCTS)
    assert report.recognition.preset.name == "woocommerce_products"
    assert report.kept == {"products": 2} and sum(report.ignored.values()) == 1
    lamp, shirt = rows(
        "SELECT product_id, description, product_type, price, sale_price, availability, image_link, gtin, weight_kg, brand FROM products "
        "ORDER BY 1"
    )
    assert lamp == (
        "LAMP", "Long text", "Home > Light", 11.0, 9.0, "in_stock", "https://x.test/a.jpg", "4006381333931", 1.2, "Acme",
    )  # fmt: skip
    assert shirt[0] == "SHIRT-S" and shirt[5] == "out_of_stock"
    assert rows("SELECT product_id, quantity FROM stock_levels ORDER BY 1") == [("LAMP", 5.0), ("SHIRT-S", 0.0)]


def ga4_event(name: str, at_us: int, items: list[dict] | None = None, **more: object) -> str:
    event = {
        "event_date": "20210101",
        "event_timestamp": str(at_us),
        "event_name": name,
        "event_params": [
            {"key": "ga_session_id", "value": {"int_value": "42"}},
            {"key": "search_term", "value": {"string_value": "socks"}}
            if name == "view_search_results"
            else {"key": "x", "value": {}},
        ],
        "event_bundle_sequence_id": "7",
        "user_pseudo_id": "1.2",
        "device": {"category": "mobile"},
        "geo": {"country": "Spain", "region": "Madrid"},
        "traffic_source": {"medium": "organic"},
        "items": items or [],
        **more,
    }
    return json.dumps(event) + "\n"


def test_ga4_export(bring, rows):
    t = 1_609_459_200_000_000  # 2021-01-01 00:00 UTC
    item = {"item_id": "A", "item_name": "Cup", "item_brand": "Acme", "item_category": "Home", "item_category2": "Cups", "price": "2.5",
            "quantity": "2", "item_list_name": "(not set)"}  # fmt: skip
    other = {"item_id": "B", "item_name": "Pan", "price": 10, "quantity": 1}
    content = (
        ga4_event("view_item", t, [item])
        + ga4_event("purchase", t + 1, [item, other], user_id="c9", ecommerce={"transaction_id": "T1", "purchase_revenue": 15})
        + ga4_event("view_search_results", t + 2)
        + ga4_event("user_engagement", t + 3)
        + "{ broken\n"
    )
    report = bring(content, "events.jsonl")
    assert report.recognition.preset.name == "ga4"
    assert report.kept == {"events": 4} and report.rejected == {"json": 1} and sum(report.ignored.values()) == 1
    found = rows(
        "SELECT event, product_id, order_id, value, customer_id, session_id, device, channel, at FROM events ORDER BY at, 2"
    )
    assert found[0] == ("view_item", "A", None, 5.0, None, "1.2.42", "mobile", "organic", datetime(2021, 1, 1))
    assert [row[:5] for row in found[1:3]] == [("purchase", "A", "T1", 5.0, "c9"), ("purchase", "B", "T1", 10.0, "c9")]
    assert rows("SELECT search_term FROM events WHERE event = 'view_search_results'") == [("socks",)]
    assert rows("SELECT title, brand, product_type, price FROM products WHERE product_id = 'A'") == [
        ("Cup", "Acme", "Home > Cups", 2.5)
    ]
    assert rows("SELECT customer_id, country FROM customers") == [("c9", "Spain")]


def test_ga4_export_twice_with_another_name_of_the_file_adds_nothing(bring):
    content = ga4_event("view_item", 1_609_459_200_000_000, [{"item_id": "A"}])
    bring(content, "a.jsonl")
    later = bring(content + ga4_event("view_cart", 1_609_459_300_000_000), "b.jsonl")
    assert later.kept == {"events": 1, "already in the shop": 1}


MERCHANT_TSV = (
    "id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\tsale_price\tbrand\tgtin\tgoogle_product_category\tshipping_weight\n"
    'A1\tPipe 12" long\tSteel, grey\thttps://x.test/a\thttps://x.test/a.jpg\tin stock\t12.99 USD\t9.99 USD\tAcme\t4006381333931\tTools\t500 g\n'
    "A2\tBolt\t\thttps://x.test/b\t\tout_of_stock\t1,200.00 USD\t\tAcme\t\tTools\t1.5 kg\n"
)


def test_merchant_tsv(bring, rows):
    report = bring(MERCHANT_TSV, "feed.txt", currency="EUR")
    assert report.recognition.preset.name == "merchant"
    found = rows("SELECT product_id, title, price, sale_price, availability, product_type, weight_kg FROM products ORDER BY 1")
    assert found == [
        ("A1", 'Pipe 12" long', 12.99, 9.99, "in_stock", "Tools", 0.5),
        ("A2", "Bolt", 1200.0, None, "out_of_stock", "Tools", 1.5),
    ]
    assert any("USD" in note and "EUR" in note for note in report.recognition.notes)


def test_merchant_xml_rss_and_atom(bring, rows):
    rss = (
        '<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title><item>'
        "<g:id>X1</g:id><title>Cup &amp; saucer</title><g:price>12.99 USD</g:price><link>https://x.test</link>"
        "<g:image_link>https://x.test/1.jpg</g:image_link><g:availability>in_stock</g:availability><g:brand>Acme</g:brand>"
        "<g:shipping><g:country>US</g:country><g:price>5 USD</g:price></g:shipping></item></channel></rss>"
    )
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><entry><g:id>X2</g:id><title>茶杯</title>'
        '<link href="https://y.test"/><g:image_link>i</g:image_link><g:price>3 CNY</g:price><g:availability>preorder</g:availability></entry></feed>'
    )
    assert bring(rss, "feed.xml").recognition.preset.name == "merchant"
    bring(atom, "atom.xml")
    assert rows("SELECT product_id, title, price, link, availability FROM products ORDER BY 1") == [
        ("X1", "Cup & saucer", 12.99, "https://x.test", "in_stock"),
        ("X2", "茶杯", 3.0, "https://y.test", "preorder"),
    ]


def test_every_preset_names_columns_that_the_schema_has():
    for preset in presets().values():
        for table, columns in preset.tables.items():
            declared = schema.table(table)
            assert set(columns) - {"returned_at"} <= set(declared.names), (preset.name, table)
        assert {rule.do for rule in preset.rows} <= {"reject", "ignore", "order"}


def test_a_misspelled_preset_is_told_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'shopify_orders'"):
        preset_named("shopify_order")
    assert preset_named("online-retail").name == "online_retail"


def test_nothing_is_recognized_in_columns_that_no_preset_has():
    assert recognized_preset(["a", "b"]) is None

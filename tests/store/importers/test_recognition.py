"""The recognition says what it understood, and exactly what is missing and what to type."""

from __future__ import annotations

import pytest

from shopkeeper.core.errors import ImportProblem, UnknownName
from shopkeeper.store.importers import import_file, inspect
from shopkeeper.store.importers.recognition import references


def test_it_prints_what_it_understood_and_what_it_guessed(write):
    found = inspect(write("id|name|price|color of box\n1|Cup|2.5|red\n"))
    lines = "\n".join(found.lines())
    assert "→ products" in lines and "product_id ← id   (guessed)" in lines and "not used: color of box" in lines
    assert found.as_dict()["columns"]["products.price"] == "price" and found.as_dict()["guessed"] == [
        "products.product_id",
        "products.title",
    ]


def test_what_is_missing_comes_with_the_line_to_type(store, write):
    path = write("order_id,product_id,price,shipping_limit_date\n1,p,2,2024-01-01\n")
    assert inspect(path).needs_orders
    with pytest.raises(ImportProblem) as raised:
        import_file(store, path, pseudonym_key=b"k")
    assert raised.value.facts["missing"] == ["order_lines.at"]
    assert "--map shipping_limit_date=order_lines.at" in raised.value.next
    assert raised.value.next.startswith("import the file of orders first") and "shipping_limit_date" in raised.value.got
    report = import_file(store, path, map={"shipping_limit_date": "order_lines.at"})
    assert report.tables["order_lines"].n_new == 1


def test_only_columns_that_could_be_it_are_advised(write):
    payments = "order_id,payment_sequential,payment_type,payment_installments,payment_value\n"
    problem = inspect(write(payments + "a,1,card,8,99.33\nb,2,voucher,1,24.39\n")).problem()
    assert problem is not None
    assert problem.next.startswith("export it again with orders.at: no column of this file can be that")
    assert "payment_" not in problem.next
    problem = inspect(write(payments.replace("sequential", "entered") + "a,2024-01-05,card,8,99.33\n")).problem()
    assert problem is not None
    assert problem.next == "type --map COLUMN=orders.at   (COLUMN is one of: payment_entered)"
    problem = inspect(write("order_id,at,product_id,note,gulden\na,2024-01-05,p,nice,€ 12.50\n"), table="order_lines").problem()
    assert problem is not None
    assert problem.facts["suggestions"] == ["--map COLUMN=order_lines.price   (COLUMN is one of: gulden)"]


def test_the_line_to_type_for_a_constant_works_as_it_is_printed(store, write):
    path = write("SessionId\tItemId\tTime\n3\t214\t1396437466.94\n")
    problem = inspect(path).problem()
    assert problem is not None and "--map \"'view_item'=events.event\"" in problem.next
    assert import_file(store, path, map={"'view_item'": "events.event"}).tables["events"].n_new == 1


def test_columns_of_no_table_say_what_would_be_understood(write):
    problem = inspect(write("a,b\nx,y\n")).problem()
    assert problem is not None and "belong to no table" in problem.what and "--map a=events.product_id" in problem.next


@pytest.mark.parametrize(
    ("map", "words"),
    [
        ({"prise": "order_lines.price"}, "did you mean 'price'"),
        ({"price": "order_lines.prize"}, "did you mean 'price'"),
        ({"price": "order_linez.price"}, "did you mean 'order_lines'"),
        ({"price": "rejected.rule"}, "table to import into"),
        ({"price": "recommendations.score"}, "table"),
    ],
)
def test_a_typing_mistake_is_told_the_nearest(write, map, words):
    with pytest.raises(UnknownName, match=words):
        inspect(write("order_id,product_id,price,at\n1,p,2,2024-01-01\n"), map=map)


def test_the_table_can_be_said_and_is_told_when_it_does_not_exist(write):
    path = write("id,name,date\n1,a,2024-01-01\n")
    assert inspect(path, table="suppliers").primary == "suppliers"
    with pytest.raises(UnknownName, match="did you mean 'orders'"):
        inspect(path, table="order")


def test_a_header_can_be_denied_and_a_delimiter_said(store, write):
    path = write("a;1,5\nb;2,5\n")
    found = inspect(path, header=False, delimiter=";", map={"column1": "products.product_id", "column2": "products.price"})
    assert found.names == ("column1", "column2") and found.missing == ()


def test_one_column_makes_one_of_ours_in_a_table(write):
    found = inspect(write("product_id,title,category,sub_category,type\np,t,a,b,c\n"))
    assert found.uses["products.product_type"].columns == ("category", "sub_category", "type")


def test_references_of_a_template():
    assert references("upper({Stock Code}) ~ '[0-9]{5}x{2,3}' || {items[].id}") == ["Stock Code", "items[].id"]

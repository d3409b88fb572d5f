"""ask: made from the registry."""

import pytest

from shopkeeper.cli.asking import body_out


def test_a_declared_answer_has_its_command(shopkeeper, corner_shop):
    assert "counting.how_many" in shopkeeper("ask", "--help").out
    shown = shopkeeper("ask", "counting.how_many", "--help").out
    assert "--product" in shown and "1 to 10" in shown


def test_ask_for_people_and_programs(shopkeeper, corner_shop):
    shopkeeper("learn", "counting.count")
    body = shopkeeper("ask", "counting.how_many", "--product", "A", "--json").json
    assert body["n_events"] == 3 and body["model_version"] and body["decision_id"]
    said = shopkeeper("ask", "counting.how_many", "--product", "A")
    assert "n_events       3" in said.out
    chosen = shopkeeper("show", "decisions", "--json").json
    assert len(chosen) == 2 and chosen[0]["answer"] == "counting.how_many"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["counting.how_manny"], 2, "did you mean 'counting.how_many'"),
        (["counting.how_many", "--n", "11"], 2, "1 to 10"),
        (["counting.how_many", "--prodct", "A"], 2, "did you mean '--product'"),
        (["counting.how_many"], 3, "shopkeeper learn counting.count"),
    ],
)
def test_ask_refuses(shopkeeper, corner_shop, arguments, code, words):
    if code == 2:
        shopkeeper("learn", "counting.count")
    said = shopkeeper("ask", *arguments)
    assert said.code == code and words in said.err


def test_reasons_are_words(capsys):
    reasons = [{"product_id": "P2", "title": "Blue plate", "share": 0.43}, {"product_id": "P3", "share": 0.1}]
    body_out({"products": [{"product_id": "P1", "score": 0.5, "reasons": reasons}], "rung": "customer", "none": []})
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == ["1", "P1", "0.5", "Blue", "plate", "(43%),", "P3", "(10%)"]
    assert lines[-2].split() == ["rung", "customer"]


def test_an_explanation_is_sentences(capsys):
    explanation = {
        "products": [{"product_id": "p1", "words": "What is bought now; rule 7: raised."}],
        "left_out": [{"product_id": "p9", "title": "A lamp", "rules": [{"rule_id": "8", "words": "rule 8: taken out"}]}],
    }
    body_out({"products": [{"product_id": "p1", "rules": [{"rule_id": "7", "action": "boost"}]}], "explanation": explanation})
    told = capsys.readouterr().out
    assert "boost (7)" in told
    assert "  1  p1: What is bought now; rule 7: raised." in told
    assert "  left out  A lamp: rule 8: taken out" in told


def test_a_group_of_many_facts_stands_below_its_name(capsys):
    money = {"revenue": 20.0, "returned": 0.0, "value": 20.0, "value_90d": None, "n_returns": 0}
    body_out({"customer_id": "anna", "money": money, "since": {"orders": 1, "events": 0}})
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[:4] == [["customer_id", "anna"], ["since", "orders", "1,", "events", "0"], [], ["money"]]
    assert lines[4:] == [["revenue", "20"], ["returned", "0"], ["value", "20"], ["n_returns", "0"]]

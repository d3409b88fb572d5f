"""Why a product is shown, in words and as data: the rung, the products that speak for it, the rules and factors that moved it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopkeeper.capabilities.recommend.steering.steered import Steered
    from shopkeeper.capabilities.recommend.steering.steering import Steering

RUNGS = {
    "session": "what was done in this visit",
    "customer": "what the customer bought, put in the cart or looked at before",
    "product": "what the same customers choose with this product",
    "content": "it reads like something that the customer touched",
    "trending": "it is bought much at the moment",
    "newest": "it came to the catalog last",
    "rule": "the shop's people put it here",
}
ACTIONS = {
    "pin": "put at a fixed position",
    "boost": "raised",
    "bury": "lowered",
    "block": "taken out",
    "cap": "left out, because the list has enough like it",
}


def explain(
    products: Sequence[Mapping[str, Any]], steered: Steered, steering: Steering, tried: Sequence[bool] = ()
) -> dict[str, Any]:
    """{"products": one explanation each, in order; "left_out": what rules kept from the list}.

    ``products`` are the answer's entries (product_id, rung, reasons) after anything that came after steering; what steering did
    not choose (a product tried out) is explained by its rung and reasons alone. ``tried`` says which slots were left to the
    bandit (none given: none).
    """
    place_of = {code: place for place, code in enumerate(steered.codes.tolist())}
    return {
        "products": [
            _one(entry, steered, place_of.get(steering.catalog.find(entry["product_id"])), (place, was_tried), steering)
            for place, (entry, was_tried) in enumerate(zip(products, tried or [False] * len(products), strict=True))
        ],
        "left_out": [
            {**_about(code, steering), "rules": [_rule(moved, steering) for moved in rules]}
            for code, rules in steered.left_out.items()
        ],
    }


def _one(
    entry: Mapping[str, Any], steered: Steered, chosen: int | None, slot: tuple[int, bool], steering: Steering
) -> dict[str, Any]:
    rung = str(entry["rung"])
    own = [{**reason, "words": f"{_named(reason)} speaks for {reason['share']:.0%} of it"} for reason in entry.get("reasons", ())]
    found: dict[str, Any] = {
        "product_id": entry["product_id"],
        "position": slot[0] + 1,
        "tried_out": slot[1],
        "rung": {"rung": rung, "words": RUNGS.get(rung, rung)},
        "own_products": own,
        "rules": [],
        "factors": {},
    }
    if chosen is not None:
        code = int(steered.codes[chosen])
        origin = int(steered.origin[chosen])
        found["position_before"] = origin + 1 if origin >= 0 else None
        found["rules"] = [_rule(moved, steering) for moved in steered.moved.get(code, ())]
        found["factors"] = _factors(steered, chosen, code, steering)
    found["words"] = _sentence(found)
    return found


def _factors(steered: Steered, chosen: int, code: int, steering: Steering) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, values in steered.factors.items():
        value = float(values[chosen])
        if value != 1.0:
            found[name] = {"factor": value, "words": _factor_words(name, value, code, steering)}
    if steered.likeness is not None:
        like = float(steered.likeness[chosen])
        found["diversity"] = {"likeness": like, "words": f"{like:.0%} like something shown before it" if like >= 0.005 else ""}
    if steered.late is not None and steered.late[chosen]:
        found["exposure"] = {"words": "shown often of late, so it comes after all others"}
    return found


def _factor_words(name: str, value: float, code: int, steering: Steering) -> str:
    if name == "price":
        return f"its price is {'near' if value > 0.5 else 'far from'} what the customer usually pays (times {value:.2g})"
    if name == "rules":
        return f"the shop's rules multiply its score with {value:.3g}"
    words = f"bought before, in its category or itself (times {value:.2g})"
    if steering.buy_again is not None:
        category = int(steering.catalog.category[code])
        rhythm = steering.buy_again.rhythm(code, category)
        words = (
            f"{words}: {rhythm.share:.0%} of customers who come back buy the same again, half of them within "
            f"{rhythm.days:.0f} days"
        )
    return words


def _rule(moved: Mapping[str, Any], steering: Steering) -> dict[str, Any]:
    rule = steering.rulebook.rules.get(moved["rule_id"])
    words = f"rule {moved['rule_id']}: {ACTIONS[moved['action']]}"
    if moved["from"] is not None and moved["to"] is not None and moved["from"] != moved["to"]:
        words += f", from position {moved['from']} to {moved['to']}"
    note, made_by = (rule.note, rule.made_by) if rule else ("", "")
    return {**moved, "note": note or None, "made_by": made_by or None, "words": f"{words} ({note})" if note else words}


def _sentence(found: Mapping[str, Any]) -> str:
    parts = [found["rung"]["words"]]
    if found["tried_out"]:
        parts.append("tried out here, to learn how it is liked")
    parts += [own["words"] for own in found["own_products"]]
    parts += [rule["words"] for rule in found["rules"]]
    parts += [factor["words"] for name, factor in found["factors"].items() if name != "rules" and factor["words"]]
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "."


def _about(code: int, steering: Steering) -> dict[str, Any]:
    about = steering.catalog.describe(code)
    return {"product_id": about.product_id, "title": about.title}


def _named(reason: Mapping[str, Any]) -> str:
    return str(reason.get("title") or reason["product_id"])

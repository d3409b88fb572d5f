"""What to do today: a short list made from facts only, most urgent first; empty when there is nothing to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from shopkeeper.running import newest_moment, only_moving
from shopkeeper.server.dashboard.models.recommending import placements, rules

if TYPE_CHECKING:
    from datetime import date

    from shopkeeper.core.tasks import ShopView, Task
    from shopkeeper.shop import Shop

Kind = Literal[
    "import_first", "never_learned", "refused", "failed", "outdated", "not_promoted", "out_of_stock", "returns",
    "rules_problem", "rules_ended", "rejected", "never_learned_many", "outdated_many", "at_risk", "left_behind",
]  # fmt: skip

RUNS_LOOKED_AT = 20
STALE_DAYS = 1
SOLD_WITHIN_DAYS = 28
MIN_RETURN_UNITS = 20
HIGH_RETURN_SHARE = 0.3
ENDED_DAYS = 7
N_NAMED = 3
MANY = 3
"""From so many tasks on that say the same, they are one thing to do."""

REFUSING = """
    SELECT customer_id FROM (SELECT customer_id, opted_out FROM customer_profiles) AS known
    FULL JOIN (SELECT customer_id, NOT accepts_marketing AS refuses FROM customers) AS now USING (customer_id)
    WHERE coalesce(refuses, opted_out, false) AND customer_id IS NOT NULL"""
"""Who may not be written to: as they said by now, else as their profiles have it."""


@dataclass(frozen=True)
class Todo:
    """One thing to do: the words are ``todo.<kind>`` with ``facts`` filled in; ``link`` is the page where it is done."""

    kind: Kind
    link: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_urgent(self) -> bool:
        """Whether something does not work, as against something that could be better."""
        return self.kind in ("import_first", "never_learned", "never_learned_many", "failed", "out_of_stock", "rules_problem")


def todo(shop: Shop, view: ShopView, newest_day: date | None) -> tuple[Todo, ...]:
    """The list. Reads the newest run of each task, the rejected rows and the last weeks of sales."""
    if newest_day is None:
        return (Todo("import_first", "/import"),)
    found: list[Todo] = []
    of_tasks = [entry for name, task in sorted(shop.registry.tasks.items()) for entry in _of_task(name, task, shop)]
    found.extend(_together(of_tasks))
    found.extend(_customers(view))
    found.extend(_out_of_stock(view))
    found.extend(_returns(view))
    found.extend(_steering(shop, view, datetime.now(UTC)))
    n_rejected = view.count("rejected")
    if n_rejected:
        found.append(Todo("rejected", "/rejected", {"n": n_rejected}))
    return tuple(sorted(found, key=lambda entry: not entry.is_urgent))


def _of_task(name: str, task: Task, shop: Shop) -> list[Todo]:
    runs = shop.runs(task=name, limit=RUNS_LOOKED_AT)
    link = f"/tasks/{name}"
    done = next((run for run in runs if run.state in ("done", "unchanged")), None)
    newest = runs[0] if runs else None
    if newest is not None and newest.state == "refused" and done is None and task.load is None:
        return []  # the shop has never had what it reads, and no answer waits for it
    if newest is not None and newest.state in ("refused", "failed"):
        kind: Kind = "refused" if newest.state == "refused" else "failed"
        return [Todo(kind, link, {"task": name, "why": str(newest.problem.get("title", ""))})]
    if task.on_request:
        return []  # it runs when somebody wants to know
    if done is None:
        return [Todo("never_learned", link, {"task": name, "question": task.question})]
    found = []
    behind_days = (newest_moment(shop.store, shop.registry, only_moving(task)) - done.provenance.as_of).days
    if behind_days >= STALE_DAYS:
        found.append(Todo("outdated", link, {"task": name, "days": behind_days}))
    learned = next((run for run in runs if run.model_version), None)
    if learned is not None and not learned.promoted:
        found.append(Todo("not_promoted", link, {"task": name, "why": learned.promotion_reason}))
    return found


def _together(found: list[Todo]) -> list[Todo]:
    """What many tasks say as one entry: a new shop has one thing to do, not twenty."""
    kept: list[Todo] = []
    for kind, many in (("never_learned", "never_learned_many"), ("outdated", "outdated_many")):
        same = [entry for entry in found if entry.kind == kind]
        if len(same) < MANY:
            kept += same
            continue
        names = ", ".join(str(entry.facts["task"]) for entry in same[:N_NAMED]) + (" …" if len(same) > N_NAMED else "")
        days = max(int(entry.facts.get("days", 0)) for entry in same)
        kept.append(Todo(many, "/tasks", {"n": len(same), "names": names, "days": days}))  # type: ignore[arg-type]
    return kept + [entry for entry in found if entry.kind not in ("never_learned", "outdated")]


def _customers(view: ShopView) -> list[Todo]:
    """Whom to write to: customers who are late by their own rhythm and may be written to, and those who left a cart behind."""
    found: list[Todo] = []
    if view.count("customer_profiles"):
        row = view.sql(
            f"""
            SELECT count(*) AS n, coalesce(sum(coalesce(expected_value, value_12m)), 0) AS value FROM customer_profiles
            WHERE stage = 'at_risk' AND customer_id NOT IN ({REFUSING})
            """
        ).to_pylist()[0]
        if row["n"]:
            found.append(Todo("at_risk", "/customers", row))
    if view.count("abandonments"):
        row = view.sql(
            f"""
            SELECT count(DISTINCT customer_id) AS n, coalesce(sum(value), 0) AS value,
                   count(DISTINCT customer_id) FILTER (customer_id NOT IN ({REFUSING})) AS reachable
            FROM abandonments WHERE kind <> 'browse' AND customer_id <> ''
            """
        ).to_pylist()[0]
        if row["n"]:
            found.append(Todo("left_behind", "/customers/journeys", row))
    return found


def _out_of_stock(view: ShopView) -> list[Todo]:
    if not view.count("stock_levels"):
        return []
    row = view.sql(
        f"""
        WITH sold AS (
            SELECT product_id, sum(quantity) AS units FROM sold_lines
            WHERE quantity > 0 AND at > (SELECT max(at) FROM order_lines) - INTERVAL {SOLD_WITHIN_DAYS} DAY GROUP BY product_id)
        SELECT count(*) AS n, max_by(coalesce(title, product_id), units) AS title, max(units) AS units
        FROM (SELECT product_id FROM last_stock WHERE quantity <= 0) AS gone JOIN sold USING (product_id)
        LEFT JOIN (SELECT product_id, title FROM products) AS known USING (product_id)
        """
    ).to_pylist()[0]
    if not row["n"]:
        return []
    facts = {"n": row["n"], "title": row["title"], "units": row["units"], "days": SOLD_WITHIN_DAYS}
    return [Todo("out_of_stock", "/data/last_stock", facts)]


def _returns(view: ShopView) -> list[Todo]:
    """The product of which most came back lately, if that is a large share of what was sold."""
    rows = view.sql(
        f"""
        SELECT product_id, coalesce(any_value(title), product_id) AS title,
               -sum(quantity) FILTER (quantity < 0) AS returned, sum(quantity) FILTER (quantity > 0) AS sold
        FROM (SELECT product_id, quantity FROM sold_lines
              WHERE at > (SELECT max(at) FROM order_lines) - INTERVAL {SOLD_WITHIN_DAYS} DAY) AS lately
        LEFT JOIN (SELECT product_id, title FROM products) AS known USING (product_id)
        GROUP BY product_id HAVING returned >= {MIN_RETURN_UNITS} AND returned >= {HIGH_RETURN_SHARE} * sold
        ORDER BY returned DESC, product_id LIMIT 1
        """
    ).to_pylist()
    facts = [{"title": row["title"], "returned": row["returned"], "sold": row["sold"], "days": SOLD_WITHIN_DAYS} for row in rows]
    return [Todo("returns", f"/recommend?product={row['product_id']}", fact) for row, fact in zip(rows, facts, strict=True)]


def _steering(shop: Shop, view: ShopView, now: datetime) -> list[Todo]:
    """Rules and placements that cannot be used, and rules that are still on and ended lately: one entry each."""
    found: list[Todo] = []
    rows = rules.rows_of(view)
    lines = rules.lines(rows, rules.products_of(view, rows), now) if rows else ()
    wrong = [(line.problem, f"/recommend/rules?rule={quote(line.id, safe='')}") for line in lines if line.state == "problem"]
    kept = placements.rows_of(view)
    for place in placements.places(kept, placements.retrievers_in_service(shop)) if kept else ():
        wrong += [(place.problem, f"/recommend/placements?place={quote(place.id, safe='')}")] if place.problem else []
    if wrong:
        problem, link = wrong[0]
        found.append(Todo("rules_problem", link, {"n": len(wrong), "why": str((problem or {}).get("title", ""))}))
    lately = now.replace(tzinfo=None) - timedelta(days=ENDED_DAYS)
    ended = [line.id for line in lines if line.state == "ended" and line.row["end_at"] >= lately]
    if ended:
        names = ", ".join(ended[:N_NAMED]) + (" …" if len(ended) > N_NAMED else "")
        found.append(Todo("rules_ended", "/recommend/rules", {"n": len(ended), "days": ENDED_DAYS, "names": names}))
    return found

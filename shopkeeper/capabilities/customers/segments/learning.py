"""Every segment counted and listed, and what answers need to count any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from shopkeeper.capabilities.customers.profiles.columns import COLUMNS
from shopkeeper.capabilities.customers.profiles.kept import keep
from shopkeeper.capabilities.customers.segments.alike import ALIKE_BY, judge, standardized_profiles
from shopkeeper.capabilities.customers.segments.compiling import Query, query
from shopkeeper.capabilities.customers.segments.counting import clock, counted, counting, notes_in, saved
from shopkeeper.capabilities.customers.segments.facts import read_facts
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.saved import Book, Segment
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.errors import ExpressionError, NotLearned
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array

if TYPE_CHECKING:
    import pyarrow as pa


def learn_segments(view: ShopView, settings: CustomersSettings) -> Result:
    """The members of every segment, with the model that `customers.profile` and its like answer from."""
    profiles = view.sql("SELECT * FROM customer_profiles ORDER BY customer_id")
    book = saved(view)
    members: dict[str, Array] = {}
    told = []
    for place, segment in enumerate(book.segments):
        view.progress.step(0.4 * place / len(book.segments), f"counting {segment.segment_id}")
        card, places = _counted(view, book, segment, profiles)
        told.append(card)
        members[segment.segment_id] = places
    view.progress.step(0.4, "reading what was done")
    learned = keep(profiles, COLUMNS, "profile") | read_facts(view, settings.segment_events)
    view.progress.step(0.8, "comparing customers")
    found = standardized_profiles(profiles)
    score, judged = judge(found, members, view.seed)
    learned |= {"alike_matrix": found.matrix, "alike_covariance": found.covariance, "alike_center": found.center,
                "alike_scale": found.scale}  # fmt: skip
    learned |= _memberships(list(members.values()), profiles.num_rows)
    card = {"segments": told, "as_of": view.as_of.isoformat(), "time_zone": view.time_zone, "alike_by": ALIKE_BY,
            "look_alikes": judged}  # fmt: skip
    return Result(_table(profiles, members), (score,) if score else (), learned, card, _headline(told))


def _counted(view: ShopView, book: Book, segment: Segment, profiles: pa.Table) -> tuple[dict[str, Any], Array]:
    """(what the card says of the segment, its members' places). A broken one has a ``problem`` and no members."""
    import pyarrow.compute as pc

    card: dict[str, Any] = {
        "segment_id": segment.segment_id, "title": segment.title, "description": segment.description,
        "expression": segment.expression, "is_tag": segment.is_tag, "made_by": segment.made_by, "problem": None,
        "n_customers": 0, "n_reachable": 0, "value": 0.0, "share": 0.0, "value_share": 0.0, "notes": [],
    }  # fmt: skip
    try:
        found = compiled_segment(segment, book, view)
        count = counted(view.sql(counting(found), found.parameters).to_pylist()[0], found)
    except (ExpressionError, NotLearned) as error:
        return card | {"problem": error.as_problem()}, np.empty(0, np.int32)
    ids = view.sql(f"{found.members} ORDER BY 1", found.parameters).column(0)
    places = pc.index_in(ids, value_set=profiles["customer_id"].combine_chunks())
    card |= {"n_customers": count.n_customers, "n_reachable": count.n_reachable, "value": count.value, "share": count.share,
             "value_share": count.value_share, "notes": list(notes_in(view, parse(segment.expression), book))}  # fmt: skip
    return card, np.asarray(places).astype(np.int32)


def compiled_segment(segment: Segment, book: Book, view: ShopView) -> Query:
    """The segment's expression compiled for the view. Raises `ExpressionError`."""
    expression = parse(segment.expression)
    return query(expression, clock(view), book=book, text=segment.expression, within=segment.segment_id)


def _memberships(members: list[Array], n_customers: int) -> dict[str, Array]:
    """Who is in each segment and which segments each customer is in, both as rows one after the other."""
    sizes = [len(places) for places in members]
    customer = np.concatenate([np.empty(0, np.int32), *members])
    segment = np.repeat(np.arange(len(members), dtype=np.int32), sizes)
    order = np.lexsort((segment, customer))
    starts = np.zeros(n_customers + 1, np.int64)
    np.cumsum(np.bincount(customer, minlength=n_customers), out=starts[1:])
    return {
        "member_starts": np.concatenate(([0], np.cumsum(sizes))).astype(np.int64), "member_customer": customer,
        "tag_starts": starts, "tag_segment": segment[order],
    }  # fmt: skip


def _table(profiles: pa.Table, members: dict[str, Array]) -> pa.Table:
    import pyarrow as pa

    ids = profiles["customer_id"].combine_chunks()
    parts = [
        pa.table({"segment_id": pa.array([segment_id] * len(places), pa.string()), "customer_id": ids.take(pa.array(places))})
        for segment_id, places in members.items()
    ]
    schema = pa.schema([("segment_id", pa.string()), ("customer_id", pa.string())])
    return pa.concat_tables([schema.empty_table(), *(part.cast(schema) for part in parts)])


def _headline(told: list[dict[str, Any]]) -> str:
    good = [card for card in told if card["problem"] is None]
    words = f"{len(good)} segments are counted"
    if any(card["n_customers"] for card in good):
        worth = max(good, key=lambda card: (card["value"], card["segment_id"]))
        words += (
            f"; most value is in {worth['title']!r}: {worth['n_customers']:,} customers with {worth['value_share']:.0%} of it"
        )
    waiting = [card["segment_id"] for card in told if card["problem"] and card["problem"]["type"].endswith("not-learned")]
    broken = [card["segment_id"] for card in told if card["problem"] and card["segment_id"] not in waiting]
    words += f". Waiting for a result: {', '.join(waiting)}" if waiting else ""
    words += f". Cannot be read: {', '.join(broken)}" if broken else ""
    return words + "."

"""Commands for segments: count while thinking, save, list, take along."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopkeeper.cli.app import DATA, AsJson, ShopPath, command, group, opened
from shopkeeper.cli.terminal.printing import facts_out, json_out, table_out
from shopkeeper.cli.terminal.problems import writing

if TYPE_CHECKING:
    from shopkeeper.capabilities.customers.segments.saved import Book, Segment

Expression = Annotated[
    str,
    typer.Argument(metavar="EXPRESSION", help="who is meant: 'lapsed and value_12m > 200 and not opted_out'; `-` reads stdin"),
]
SegmentId = Annotated[str, typer.Argument(metavar="ID", help="the segment's id or title")]

segments = group(
    "segments",
    panel=DATA,
    help="Segments: groups of customers in a small language.",
    example='shopkeeper segments count "lapsed and value_12m > 200 and not opted_out"',
)


def _read(expression: str) -> str:
    return sys.stdin.read() if expression == "-" else expression


@command("count", to=segments, example='shopkeeper segments count "lapsed and value_12m > 200 and not opted_out"')
def count(expression: Expression, as_json: AsJson = False, shop: ShopPath = None) -> None:
    """Count who belongs to an expression, and what they are worth. Nothing is saved."""
    from shopkeeper.capabilities.customers.segments.counting import count

    with opened(shop) as here, here.view() as view:
        found = count(view, _read(expression))
    if as_json:
        json_out(dataclasses.asdict(found))
        return
    facts_out({
        "customers": f"{found.n_customers:,} ({found.share:.1%})",
        "may be written to": f"{found.n_reachable:,}",
        "value": f"{found.value:,.2f} ({found.value_share:.1%})",
    })  # fmt: skip
    for note in found.notes:
        typer.echo(note, err=True)


@command("list", to=segments, example="shopkeeper segments list")
def list_segments(as_json: AsJson = False, shop: ShopPath = None) -> None:
    """List the segments, saved and built in, with how many belonged to each when they were last learned."""
    from shopkeeper.capabilities.customers.segments.counting import saved

    with opened(shop) as here, here.view() as view:
        model = here.store.models.current("customers.segments")
        book = saved(view)
    learned = {row["segment_id"]: row for row in model.card["segments"]} if model is not None else {}
    rows = []
    for segment in book.segments:
        told = learned.get(segment.segment_id, {})
        is_counted = told.get("expression") == segment.expression and told.get("problem") is None
        rows.append(dataclasses.asdict(segment) | {
            "n_customers": told["n_customers"] if is_counted else None, "notes": told.get("notes", []) if is_counted else [],
        })  # fmt: skip
    if as_json:
        json_out(rows)
        return
    shown = ("segment_id", "title", "n_customers", "expression", "made_by")
    table_out(("id", "title", "customers", "expression", "made by"), ([row[name] for name in shown] for row in rows))
    for row in rows:
        for note in row["notes"]:
            typer.echo(f"{row['segment_id']}: {note}", err=True)
    if any(row["n_customers"] is None for row in rows):
        typer.echo(
            "Those without a number are counted by `shopkeeper learn customers.segments`; it says what they need.", err=True
        )


@command(
    "save", to=segments, example='shopkeeper segments save quiet "recency_days > 120 and n_orders > 3" --title "Quiet regulars"'
)
def save(
    segment_id: Annotated[str, typer.Argument(metavar="ID", help="a short name for it")],
    expression: Expression,
    title: Annotated[str, typer.Option(metavar="TEXT", help="its name, as profiles show it")] = "",
    description: Annotated[str, typer.Option(metavar="TEXT", help="whom it means and what to do about them")] = "",
    no_tag: Annotated[bool, typer.Option("--no-tag", metavar="", help="profiles do not show it")] = False,
    as_json: AsJson = False,
    shop: ShopPath = None,
) -> None:
    """Save a segment under an id; one that is there already is changed."""
    from shopkeeper.capabilities.customers.segments.keeping import row

    with opened(shop) as here:
        with here.view() as view:
            made = row(
                view, segment_id, _read(expression), title=title, description=description, is_tag=not no_tag, made_by="cli"
            )
        here.upsert("segments", [made], source="cli")
    _told(made, f"Saved: {made['title']} ({segment_id}).", as_json=as_json)


@command("remove", to=segments, example="shopkeeper segments remove quiet")
def remove(segment_id: SegmentId, as_json: AsJson = False, shop: ShopPath = None) -> None:
    """Take a segment away, a built-in one too. Saving it again brings it back."""
    from shopkeeper.capabilities.customers.segments.keeping import removal

    with opened(shop) as here:
        with here.view() as view:
            made = removal(view, segment_id)
        here.upsert("segments", [made], source="cli")
    _told(made, f"Removed: {made['segment_id']}.", as_json=as_json)


@command(
    "export",
    to=segments,
    example=(
        "shopkeeper segments export high_value --csv high_value.csv",
        'shopkeeper segments export --expression "new" --reachable-only',
    ),
)
def export(
    segment_id: Annotated[str | None, typer.Argument(metavar="ID", help="the segment's id or title")] = None,
    expression: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="or who is meant")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="write to this file; else CSV is printed")] = None,
    reachable_only: Annotated[
        bool, typer.Option("--reachable-only", metavar="", help="leave out who has refused to be written to")
    ] = False,
    as_json: AsJson = False,
    shop: ShopPath = None,
) -> None:
    """Write the members of a segment as CSV: an audience for marketing with --reachable-only."""
    from shopkeeper.capabilities.customers.segments.counting import count, saved
    from shopkeeper.capabilities.customers.segments.keeping import listing
    from shopkeeper.core.errors import BadRequest

    if (segment_id is None) == (expression is None):
        raise BadRequest(
            "Which segment?", got="both or neither", wanted="ID or --expression", next="`shopkeeper segments list` shows them"
        )
    with opened(shop) as here, here.view() as view:
        segment = _named(saved(view), segment_id) if segment_id is not None else None
        text, within = (segment.expression, segment.segment_id) if segment is not None else (expression or "", "")
        table = listing(view, text, within=within, reachable_only=reachable_only)
        notes = count(view, text, within=within).notes
    if as_json:
        json_out(table.to_pylist())
        return
    import pyarrow.csv

    for note in notes:
        typer.echo(note, err=True)
    if csv is None:
        sys.stdout.flush()
        pyarrow.csv.write_csv(table, sys.stdout.buffer)
    else:
        with writing(csv):
            pyarrow.csv.write_csv(table, str(csv))
        typer.echo(f"{len(table)} customers written to {csv}.", err=True)


def _named(book: Book, name: str) -> Segment:
    """The segment of that name. Raises `UnknownName`, which says how to give an expression where one was given."""
    from shopkeeper.capabilities.customers.segments.language.parsing import parse
    from shopkeeper.capabilities.customers.segments.saved import find
    from shopkeeper.core.errors import ExpressionError, UnknownName

    try:
        return find(book, name)
    except UnknownName as error:
        try:
            parse(name)
        except ExpressionError:
            if not set(name) & set("<>="):
                raise error from None
        raise UnknownName(
            error.what, got="an expression", wanted="the id or title of a segment",
            next=f"shopkeeper segments export --expression {shlex.quote(name)}",
        ) from None  # fmt: skip


@command("words", to=segments, example="shopkeeper segments words value")
def words(
    part: Annotated[str, typer.Argument(metavar="TEXT", help="only words with this in them")] = "",
    as_json: AsJson = False,
) -> None:
    """List every word of the language of segments, with what it means and an example."""
    from shopkeeper.capabilities.customers.segments.language.words import vocabulary

    found = [word for word in vocabulary() if part.lower() in f"{word.text} {word.meaning}".lower()]
    if as_json:
        json_out([dataclasses.asdict(word) for word in found])
        return
    table_out(
        ("word", "kind", "meaning", "unit", "example"),
        ((word.text, word.kind, word.meaning, word.unit, word.examples[0] if word.examples else "") for word in found),
    )


def _told(row: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        json_out(row)
    else:
        typer.echo(sentence)

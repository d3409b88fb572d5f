"""Commands for tables: init, import, show, sql."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopkeeper.cli.app import DATA, START, AsCsv, AsJson, AsOf, ShopPath, command, opened
from shopkeeper.cli.terminal.bars import watching
from shopkeeper.cli.terminal.printing import json_out, rows_out, table_out
from shopkeeper.cli.terminal.problems import keeping, moment, writing
from shopkeeper.core.errors import BadRequest, ImportProblem

if TYPE_CHECKING:
    from shopkeeper.shop import Shop


@command(
    "init", panel=START, example=("shopkeeper init my-shop", "shopkeeper init my-shop --currency GBP --time-zone Europe/London")
)
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="where the shop will live; made if it is not there")],
    name: Annotated[str, typer.Option(metavar="TEXT", help="the shop's name, as people see it")] = "",
    currency: Annotated[str, typer.Option(metavar="CODE", help="ISO 4217 code of the currency of all amounts")] = "EUR",
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="IANA time zone in which days begin")] = "UTC",
    language: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="ISO 639-1 code; repeat for several; default en", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a new, empty shop: a folder with its settings and tables."""
    from shopkeeper.shop import Shop

    languages = tuple(language or ("en",))
    with writing(folder):
        shop = Shop.create(
            folder, name=name or folder.resolve().name, currency=currency, time_zone=time_zone, languages=languages
        )
    try:
        if as_json:
            json_out({"folder": str(shop.folder), "name": shop.name, "currency": shop.currency, "time_zone": shop.time_zone})
            return
        typer.echo(f"Made the shop {shop.name!r} in {shop.folder}.")
        typer.echo(f"Next: cd {folder} && shopkeeper import YOUR-FILE")
    finally:
        shop.close()


@command(
    "import",
    panel=DATA,
    example=(
        "shopkeeper import orders.csv --dry-run",
        "shopkeeper import orders.csv products.xml --yes",
        "shopkeeper import clicks.parquet --table events --map item=product_id --map ts=at",
    ),
)
def import_files(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="CSV, JSONL, Parquet or XML files, plain, gzipped or zstd")
    ],
    preset: Annotated[
        str | None, typer.Option(metavar="NAME", help="take the file as this known form instead of recognizing it")
    ] = None,
    table: Annotated[
        str | None, typer.Option(metavar="TABLE", help="the table that the rows belong to, if it is not recognized")
    ] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=OURS", help="take a column of the file as one of ours; repeat")
    ] = None,
    delimiter: Annotated[str | None, typer.Option(metavar="SIGN", help="what stands between cells, if it is not seen")] = None,
    encoding: Annotated[str | None, typer.Option(metavar="NAME", help="the text's encoding, if it is not seen: gb18030")] = None,
    no_header: Annotated[bool, typer.Option("--no-header", metavar="", help="the first line is data, not names")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", metavar="", help="show what would happen and write nothing")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", metavar="", help="do not ask before writing")] = False,
    as_json: AsJson = False,
    shop: ShopPath = None,
) -> None:
    """Bring files into the shop. Shows how each is understood before anything is written; the same file twice changes nothing."""
    choices: dict[str, Any] = {
        "preset": preset, "table": table, "map": _pairs(mapping or []),
        "delimiter": delimiter, "encoding": encoding, "header": False if no_header else None,
    }  # fmt: skip
    for file in files:
        if not file.exists():
            raise ImportProblem(
                f"There is no file {str(file)!r}.", got=str(file), wanted="an existing file", next="correct the path"
            )
    kept = "files reported above are in the shop, nothing of the one in progress"
    with opened(shop) as here, keeping(kept, "the same command; what is in the shop already is not imported again"):
        reports = [_import_one(here, file, choices, dry_run=dry_run, ask=not yes, as_json=as_json) for file in files]
    if as_json:
        json_out([report.as_dict() for report in reports if report is not None])


def _import_one(shop: Shop, file: Path, choices: dict[str, Any], *, dry_run: bool, ask: bool, as_json: bool) -> Any:
    if not as_json:
        for line in shop.inspect(file, **choices).lines():
            typer.echo(line)
        if ask and not dry_run and sys.stdin.isatty() and not typer.confirm("Import it so?", default=True):
            typer.echo(f"{file.name}: not imported.")
            return None
    with watching(file.name, quiet=as_json) as progress:
        report = shop.import_file(file, **choices, dry_run=dry_run, progress=progress)
    if not as_json:
        for line in report.lines():
            typer.echo(line)
    return report


def _pairs(texts: list[str]) -> dict[str, str] | None:
    pairs: dict[str, str] = {}
    for text in texts:
        theirs, equals, ours = text.rpartition("=")
        if not equals or not theirs or not ours:
            raise BadRequest(
                f"--map cannot be {text!r}.", got=text, wanted="COLUMN=OURS", next="for example --map item=product_id"
            )
        pairs[theirs] = ours
    return pairs or None


@command(
    "show",
    panel=DATA,
    example=(
        "shopkeeper show",
        "shopkeeper show products --limit 5",
        "shopkeeper show recommendations --csv > recommendations.csv",
    ),
)
def show(
    table: Annotated[str | None, typer.Argument(metavar="TABLE", help="the table; without one, all tables are listed")] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="ROWS", help="at most this many rows; default 20; no limit for --csv and --json", show_default=False
        ),
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    shop: ShopPath = None,
) -> None:
    """Show the tables, or the newest rows of one."""
    with opened(shop) as here:
        if table is None:
            _list_tables(here, as_json=as_json)
            return
        declared = here.registry.table(table)
        writer = here.registry.writer(table)
        if writer is not None and here.result_run(writer) is None:
            here.table(table)  # raises NotLearned, which says what to do
        n_rows = limit or (None if as_json or as_csv else 20)
        order = f' ORDER BY "{declared.moment}" DESC NULLS LAST' if declared.moment and n_rows else ""
        cut = f" LIMIT {n_rows}" if n_rows else ""
        found = here.sql(f'SELECT * FROM "{table}"{order}{cut}', as_of=moment(as_of))
    if not as_json and not as_csv:
        found = found.select([name for name in found.column_names if found[name].null_count < len(found)] or found.column_names)
    rows_out(found, as_json=as_json, as_csv=as_csv, title=f"{table}: {declared.meaning}")


def _list_tables(shop: Shop, *, as_json: bool) -> None:
    states = shop.tables()
    if as_json:
        json_out(
            [
                {"table": s.name, "kind": s.kind, "meaning": s.meaning, "n_rows": s.n_rows, "newest_at": s.newest_at}
                for s in states
            ]
        )
        return
    table_out(
        ("table", "kind", "rows", "newest (UTC)", "meaning"), ((s.name, s.kind, s.n_rows, s.newest_at, s.meaning) for s in states)
    )


@command(
    "sql",
    panel=DATA,
    example=(
        'shopkeeper sql "select date, revenue from daily_sales order by date desc limit 7"',
        'shopkeeper sql "from order_lines" --arrow lines.arrow',
    ),
)
def sql(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="a DuckDB query over every table by name; `-` reads it from stdin")
    ],
    as_of: AsOf = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    arrow: Annotated[Path | None, typer.Option(metavar="FILE", help="write the rows to this Arrow IPC file")] = None,
    shop: ShopPath = None,
) -> None:
    """Ask the tables in SQL. Facts, entities, views and results are there by name; nothing can be changed."""
    text = sys.stdin.read() if query == "-" else query
    with opened(shop) as here:
        found = here.sql(text, as_of=moment(as_of))
    if arrow is None:
        rows_out(found, as_json=as_json, as_csv=as_csv)
        return
    import pyarrow as pa

    with writing(arrow), pa.OSFile(str(arrow), "wb") as sink, pa.ipc.new_file(sink, found.schema) as writer:
        writer.write_table(found)
    typer.echo(f"{len(found)} rows written to {arrow}.", err=True)

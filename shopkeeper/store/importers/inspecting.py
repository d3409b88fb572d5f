"""From a file's columns to a recognition: by what was typed, by a preset, and else by the table of synonyms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shopkeeper.core import schema
from shopkeeper.core.errors import ImportProblem, unknown
from shopkeeper.store.importers.personal import IDENTITY_COLUMNS, personal_columns
from shopkeeper.store.importers.presets.preset import Preset
from shopkeeper.store.importers.reading.relation import Rows
from shopkeeper.store.importers.recognition import ASSUMED, OF_ORDER, RETURNED_AT, Recognition, Use, check_target, references
from shopkeeper.store.importers.values.convert import are_numbers
from shopkeeper.store.importers.values.moments import are_moments
from shopkeeper.store.importers.words import synonyms

# What a file for one table may bring along for others. Its columns must be strong matches there.
ALONG: Mapping[str, tuple[str, ...]] = {
    "order_lines": ("orders", "order_status", "products", "customers", "identities"),
    "orders": ("order_status", "customers", "identities"),
    "events": ("products", "customers"),
    "products": ("stock_levels",),
    "customers": ("identities",),
}
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "products": ("title", "brand", "product_type", "description"),
    "stock_levels": ("quantity",),
    "identities": IDENTITY_COLUMNS,
}
TRADE = ("orders", "order_lines")


def recognize(
    rows: Rows, *, preset: Preset | None = None, table: str | None = None, map: Mapping[str, str] | None = None
) -> Recognition:
    """How the file is understood; never fails for what is missing: see `Recognition.problem`."""
    names = tuple(column.name for column in rows.columns)
    if table is not None:
        check_target(f"{table}.{schema.table(table).id}", ())
    typed = _typed(map or {}, names, [table] if table else [])
    if preset is not None:
        found = _from_preset(rows, preset, names)
    else:
        chosen = table or _table_of(typed) or synonyms.table_for(_with_goals(names, map or {}))
        found = _from_words(rows, chosen, names, typed)
    found = _finished(replace(found, uses={**found.uses, **typed}), typed)
    return replace(found, fitting=_fitting(rows, found))


def _fitting(rows: Rows, found: Recognition) -> dict[str, tuple[str, ...]]:
    """What is missing → the columns without a use whose values could be that, or with one where every column has one."""
    wanted = (*found.missing, *(("order_lines.at",) if found.needs_orders else ()))
    fits = {"moment": are_moments, "date": are_moments, "number": are_numbers, "integer": are_numbers}
    free = [column for column in rows.columns if column.name in found.ignored]
    fitting: dict[str, tuple[str, ...]] = {}
    for target in wanted:
        table, column = target.split(".", 1)
        is_fit = fits.get(schema.table(table).column(column).type, lambda _: True)
        fitting[target] = tuple(one.name for one in free or rows.columns if is_fit(one))
    return fitting


def _with_goals(names: Sequence[str], map: Mapping[str, str]) -> list[str]:
    """The file's columns with what was typed, as if those columns had our names."""
    return [*(name for name in names if name not in map), *(target.rpartition(".")[2] for target in map.values())]


def _table_of(typed: Mapping[str, Use]) -> str | None:
    """The table that most of what was typed is for."""
    named = [target.split(".")[0] for target in typed]
    return max(named, key=named.count) if named else None


def _typed(map: Mapping[str, str], names: Sequence[str], tables: list[str]) -> dict[str, Use]:
    """What was typed after --map: COLUMN=table.column, 'constant'=table.column, COLUMN@form=table.column."""
    guess = tables or list(filter(None, [synonyms.table_for(_with_goals(names, map))]))
    guess += [along for table in guess[:1] for along in ALONG.get(table, ())]
    found: dict[str, Use] = {}
    for source, target in map.items():
        goal = check_target(target, guess)
        if len(source) > 1 and source[0] == source[-1] and source[0] in "'\"":
            found[goal] = Use(constant=source[1:-1], note="as typed")
            continue
        name, _, form = (source, "", "") if source in names else source.partition("@")
        exact = next((known for known in names if known == name), None)
        exact = exact or next((known for known in names if synonyms.plain(known) == synonyms.plain(name)), None)
        if exact is None:
            raise unknown("column in the file", name, names, next="the file's columns are shown by --dry-run")
        found[goal] = Use((exact,), form=form, note="as typed")
    return found


def _from_preset(rows: Rows, preset: Preset, names: Sequence[str]) -> Recognition:
    uses: dict[str, Use] = {}
    for table, columns in preset.tables.items():
        for column, given in columns.items():
            use = _preset_use(given, names)
            if use is not None:
                uses[f"{table}.{column}"] = use
    tables = tuple(table for place, table in enumerate(preset.tables) if place == 0 or _brings(table, preset, uses))
    uses = {target: use for target, use in uses.items() if target.split(".")[0] in tables}
    personal = personal_columns(names) | _matching(preset.personal, names)
    return Recognition(rows.opened, tuple(names), tables, uses, preset, notes=preset.notes, personal=frozenset(personal))


def _brings(table: str, preset: Preset, uses: Mapping[str, Use]) -> bool:
    """Whether the file has what a preset's further table needs: its key (an entity's), and something beside it."""
    declared = schema.table(table)
    keyed = declared.kind == "fact" or f"{table}.{declared.id}" in uses
    return keyed and any(f"{table}.{column}" in uses for column in preset.tables[table] if not column.endswith("_id"))


def _preset_use(given: Any, names: Sequence[str]) -> Use | None:
    """One line of a preset for this file, or None when the file lacks what it needs."""
    theirs = {synonyms.plain(name): name for name in reversed(names)}

    def there(name: str) -> str | None:
        return name if name in names else theirs.get(synonyms.plain(name))

    if isinstance(given, str):
        name = there(given)
        return None if name is None else Use((name,))
    if "constant" in given:
        return Use(constant=str(given["constant"]))
    if "sql" in given:
        needed = references(given["sql"])
        sql = given["sql"]
        for name in needed:
            if there(name) is None and "lacking" not in given:
                return None
            sql = sql.replace("{" + name + "}", "{" + there(name) + "}" if there(name) else given["lacking"])  # type: ignore[operator]
        found = tuple(dict.fromkeys(filter(None, map(there, needed))))
        return Use(found, sql=sql, form=given.get("form", "")) if found else None
    if "pseudonym_of" in given:
        name, unless = there(given["pseudonym_of"]), there(given.get("unless", "")) or ""
        return None if name is None else Use((name,), pseudonym=True, unless=unless)
    several = tuple(filter(None, map(there, given.get("join") or given.get("first_of"))))
    return Use(several, join=given.get("with", "") if "join" in given else "") if several else None


def _matching(patterns: Sequence[str], names: Sequence[str]) -> set[str]:
    from fnmatch import fnmatchcase

    return {name for name in names for pattern in patterns if fnmatchcase(name.lower(), pattern.lower())}


def _from_words(rows: Rows, table: str | None, names: tuple[str, ...], typed: Mapping[str, Use]) -> Recognition:
    samples = {column.name: column.sample for column in rows.columns}
    notes: list[str] = []
    uses: dict[str, Use] = {}
    tables = [table] if table else []
    taken = {name for use in typed.values() for name in use.columns}
    if table:
        uses.update(_uses(table, names, taken, weak=True))
        if table == "products" and "products.sale_price" in uses and "products.price" not in uses:
            uses["products.price"] = uses.pop("products.sale_price")  # the only price is the regular one
        person = any(synonyms.find("identities", column, names) for column in ("email", "phone"))
        for along in ALONG.get(table, ()):
            extra = _uses(along, names, taken if along in ("stock_levels",) else set(), weak=False)
            if "products.description" in extra and "products.title" not in extra:
                extra["products.title"] = extra.pop("products.description")  # in a file of sales the short text is the name
            if along == "order_status":
                extra = _states(extra, samples)
            if _worth(along, table, extra, person=person):
                uses.update(extra)
                tables.append(along)
        for target in typed:
            if target.split(".")[0] not in tables:
                tables.append(target.split(".")[0])
    personal = personal_columns(names)
    line_number = synonyms.line_number_column(names) if table == "order_lines" else None
    used = {name for use in uses.values() for name in use.columns}
    if line_number in used:
        line_number = None
    found = Recognition(rows.opened, names, tuple(tables), uses, line_number=line_number, personal=personal)
    found = _with_pseudonyms(found, samples)
    return replace(found, notes=tuple(notes) + found.notes)


def _uses(table: str, names: Sequence[str], taken: set[str], *, weak: bool) -> dict[str, Use]:
    """Our columns of one table that the names make. One column of the file makes at most one of ours in a table."""
    matches = synonyms.matches(table, [name for name in names if name not in taken], weak=weak)
    found: dict[str, Use] = {}
    given: set[str] = set()
    for is_weak in (False, True):
        for column, match in matches.items():
            if match.weak is not is_weak or given & set(match.columns):
                continue
            if synonyms.is_leftover(match.columns[0]) and not (is_weak and column == schema.table(table).id):
                continue
            given |= set(match.columns)
            note = f"× {match.factor:g}" if match.factor != 1.0 else ""
            found[f"{table}.{column}"] = Use(match.columns, join=match.join, factor=match.factor, weak=is_weak, note=note)
    order = {name: place for place, name in enumerate(schema.table(table).names)}
    return dict(sorted(found.items(), key=lambda item: order[item[0].split(".", 1)[1]]))


def _states(extra: Mapping[str, Use], samples: Mapping[str, Sequence[str]]) -> dict[str, Use]:
    """What a file of trade says of its orders' states, without notes; nothing where the words are no states (CA, Bavaria)."""
    known = {*schema.ORDER_STATUSES, *(word for found in synonyms.words()["values"]["status"].values() for word in found)}
    status = extra.get("order_status.status")
    is_known = status is not None and any(value.strip().lower() in known for value in samples.get(status.columns[0], ()))
    return {f"order_status.{name}": extra[f"order_status.{name}"] for name in ("order_id", "at", "status")
            if is_known and f"order_status.{name}" in extra}  # fmt: skip


def _worth(along: str, primary: str, extra: Mapping[str, Use], *, person: bool) -> bool:
    """Whether a table that comes along has enough to be filled: its key, and something that is worth knowing.

    ``person``: customers are known by e-mail or telephone, of which their key can be made.
    """
    key = f"{along}.{schema.table(along).id}"
    if along == "identities":
        return any(f"identities.{column}" in extra for column in ATTRIBUTES[along])
    if along == "order_status":
        return {"order_status.order_id", "order_status.status"} <= set(extra)
    if along == "stock_levels":
        return "stock_levels.quantity" in extra and "stock_levels.product_id" in extra
    if along == "orders":
        return "orders.order_id" in extra
    if key not in extra and not (along == "customers" and person):
        return False
    if along == "customers" and primary in TRADE:
        return True
    wanted = ATTRIBUTES.get(along, tuple(name for name in schema.table(along).names if name != schema.table(along).id))
    return primary in TRADE or any(f"{along}.{column}" in extra for column in wanted)


def _with_pseudonyms(found: Recognition, samples: Mapping[str, Sequence[str]]) -> Recognition:
    """Customers known only by e-mail or telephone get a keyed pseudonym; a customer number that is an e-mail address, too."""
    uses = dict(found.uses)
    personal = set(found.personal)
    email = uses.get("identities.email") or uses.get("identities.phone")
    for table in found.tables:
        target = f"{table}.customer_id"
        if "customer_id" not in schema.table(table).names:
            continue
        use = uses.get(target)
        if use is None and email is not None and table in ("orders", "order_lines", "customers", "identities"):
            uses[target] = Use(email.columns, pseudonym=True)
        elif use is not None and use.columns and _addresses(samples.get(use.columns[0], ())):
            uses[target] = replace(use, pseudonym=True)
            personal.update(use.columns)
    tables = found.tables
    if any(use.pseudonym for use in uses.values()) and "customers" in ALONG.get(found.primary, ()) and "customers" not in tables:
        tables = (*tables, "customers")
        uses["customers.customer_id"] = uses[f"{found.primary}.customer_id"]
    return replace(found, uses=uses, personal=frozenset(personal), tables=tables)


def _addresses(sample: Sequence[str]) -> bool:
    """True when most values are e-mail addresses."""
    return bool(sample) and sum(1 for value in sample if "@" in value) > len(sample) / 2


def _finished(found: Recognition, typed: Mapping[str, Use]) -> Recognition:
    """The recognition with what is assumed, what is shared between tables, what is made and what is missing."""
    uses = dict(found.uses)
    for target, constant in ASSUMED.items():
        if target.split(".")[0] == found.primary and target not in uses:
            uses[target] = Use(constant=constant, note="assumed: the file has no such column")
    is_lines = found.primary == "order_lines" and "order_lines.order_id" in uses
    if is_lines and "order_lines.at" not in uses:
        uses["order_lines.at"] = Use(of_order=OF_ORDER["order_lines.at"])
    for table in found.tables[1:]:  # a shared column that was typed for the first table holds for the others as well
        for column in schema.table(table).names:
            shared = uses.get(f"{found.primary}.{column}")
            is_shared = column in ("order_id", "customer_id", "product_id") or (
                column == "at" and table in ("orders", "order_status")
            )
            if shared is not None and is_shared and (f"{table}.{column}" not in uses or f"{found.primary}.{column}" in typed):
                uses[f"{table}.{column}"] = shared
    tables = found.tables
    if found.primary in TRADE and f"{found.primary}.customer_id" in uses and "customers" not in tables:
        tables = (*tables, "customers")
        uses["customers.customer_id"] = uses[f"{found.primary}.customer_id"]
    if is_lines and "order_lines.customer_id" not in uses:  # only now: orders' customers are no customers that this file tells of
        uses["order_lines.customer_id"] = Use(of_order=OF_ORDER["order_lines.customer_id"])
    missing = [target for table in tables for target in _lacking(table, found.primary, uses)]
    if found.primary and len(found.of(found.primary)) == 0:
        raise ImportProblem(
            f"{found.opened.path.name} has no column for {found.primary}.",
            got=", ".join(found.names[:40]),
            wanted=", ".join(schema.table(found.primary).names),
            next=f"--map COLUMN={found.primary}.COLUMN, or another --table",
        )
    order = [target for table in tables for target in _ordered(table, uses)]
    return replace(found, tables=tables, uses={target: uses[target] for target in order}, missing=tuple(missing))


def _lacking(table: str, primary: str, uses: Mapping[str, Use]) -> list[str]:
    """The required columns that nothing makes. A fact's id can be made, and what comes along shares the moment of the first."""
    declared = schema.table(table)
    made = {declared.id} if declared.kind == "fact" else set()
    if table != primary or table == "stock_levels":
        made.add("at")
    return [
        f"{table}.{c.name}" for c in declared.columns if c.required and c.name not in made and f"{table}.{c.name}" not in uses
    ]


def _ordered(table: str, uses: Mapping[str, Use]) -> list[str]:
    names = [*schema.table(table).names, RETURNED_AT]
    return [f"{table}.{name}" for name in names if f"{table}.{name}" in uses]

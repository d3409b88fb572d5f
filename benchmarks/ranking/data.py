"""DIR/train.parquet and DIR/test.parquet as codes: customers, products, kinds of events and moments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shopkeeper.core.errors import BadRequest, ImportProblem, NotEnoughData, unknown
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.compiling import Array

PURCHASE, VIEW = EVENT_KINDS.index("purchase"), EVENT_KINDS.index("view_item")
ALSO_CALLED = {
    "purchase": ("buy", "order", "transaction"),
    "view_item": ("view", "click", "pv"),
    "add_to_cart": ("cart", "addtocart"),
    "add_to_wishlist": ("fav", "favorite", "wish"),
}
OUR_WORD = {word: name for name, words in ALSO_CALLED.items() for word in words}
WANTED = "customer_id and product_id, and optionally at (a moment, or seconds since 1970), event (GA4's names) and session_id"


@dataclass(frozen=True)
class Events:
    """Rows of one file as codes; ``product`` -1: not in train. ``place``, the row's number, is the order of equal moments."""

    customer: Array
    product: Array
    kind: Array
    at: Array
    place: Array

    def __len__(self) -> int:
        """How many rows."""
        return len(self.customer)

    def only(self, kept: Array) -> Events:
        """The rows where ``kept`` holds, or the rows at these places."""
        return Events(self.customer[kept], self.product[kept], self.kind[kept], self.at[kept], self.place[kept])


@dataclass(frozen=True)
class Data:
    """Train and test with the same codes; products are numbered at random, so that no tie profits from an order of theirs."""

    train: Events
    test: Events
    n_customers: int
    n_products: int
    has_moments: bool
    dropped_rows: int


def read(folder: Path, *, by_session: bool, seed: int = 0) -> Data:
    """The data in ``folder``. ``by_session``: sessions (customers, where there is no session_id) stand for customers, and the
    test's are others than the train's. Raises `ImportProblem`, `NotEnoughData`."""
    tables = [_table(folder / f"{name}.parquet", by_session) for name in ("train", "test")]
    lengths = [len(table) for table in tables]
    tables = [table.filter(pc.and_(pc.is_valid(table["customer"]), pc.is_valid(table["product"]))) for table in tables]
    train, test = tables
    if len(train) == 0 or len(test) == 0:
        raise NotEnoughData(
            "There is nothing to learn from, or nothing to test on.", got=f"{len(train)} train and {len(test)} test rows",
            wanted="at least one row in each", next="look at the two files",
        )  # fmt: skip
    product = _codes([train["product"], test["product"]])
    known, inverse = np.unique(product[0], return_inverse=True)
    n_products = len(known)
    order = np.random.default_rng(seed).permutation(n_products)
    place = np.minimum(np.searchsorted(known, product[1]), n_products - 1)
    of_test = np.where(known[place] == product[1], order[place], -1)
    customer = _codes([train["customer"], test["customer"]])
    if by_session:
        customer[1] = np.unique(customer[1], return_inverse=True)[1] + customer[0].max() + 1
    at = _times(train, test)
    events = [
        Events(customer[number].astype(np.int32), codes.astype(np.int32), _kinds(table), at[number], np.arange(len(table)))
        for number, (table, codes) in enumerate(((train, order[inverse]), (test, of_test)))
    ]
    n_customers = int(max(codes.max() for codes in customer)) + 1
    return Data(*events, n_customers, n_products, "at" in train.column_names, sum(lengths) - len(train) - len(test))


def _times(train: pa.Table, test: pa.Table) -> tuple[Array, Array]:
    """Moments where train has them, else the order of the rows; a test without any comes after train."""
    if "at" not in train.column_names:
        return np.arange(len(train)), len(train) + np.arange(len(test))
    at = _moments(train)
    return at, _moments(test) if "at" in test.column_names else at.max() + 1 + np.arange(len(test))


def _table(path: Path, by_session: bool) -> pa.Table:
    if not path.is_file():
        raise ImportProblem(
            "A file is missing.", got=str(path), wanted=f"a Parquet file with columns {WANTED}", next="check --data"
        )
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ImportProblem(
            f"{path.name} cannot be read.", got=str(error), wanted="a Parquet file", next="write it again"
        ) from error
    names = set(table.column_names)
    whose = "session_id" if by_session and "session_id" in names else "customer_id"
    for name in (whose, "product_id"):
        if name not in names:
            raise unknown(f"column in {path.name}: it has no", name, names, next=f"name its columns {WANTED}")
    kept = {"customer": table[whose], "product": table["product_id"]}
    return pa.table({**kept, **{name: table[name] for name in ("at", "event") if name in names}})


def _codes(columns: list[pa.ChunkedArray]) -> list[Array]:
    """int64 codes over both columns in the order of their values; whole numbers and texts of them are the same ids."""
    plain = [column.cast(pa.int64()) if _is_whole(column) else column for column in columns]
    if not all(pa.types.is_integer(column.type) for column in plain):
        plain = [column.cast(pa.large_string()) for column in plain]
    values = [np.asarray(column.combine_chunks()) if pa.types.is_integer(column.type) else column for column in plain]
    if isinstance(values[0], np.ndarray):
        codes = np.unique(np.concatenate(values), return_inverse=True)[1]
    else:
        both = pa.chunked_array([chunk for column in plain for chunk in column.chunks]).combine_chunks().dictionary_encode()
        rank = np.argsort(np.asarray(pc.sort_indices(both.dictionary)))
        codes = rank[np.asarray(both.indices)]
    return [codes[: len(columns[0])].astype(np.int64), codes[len(columns[0]) :].astype(np.int64)]


def _is_whole(column: pa.ChunkedArray) -> bool:
    if pa.types.is_floating(column.type):
        return bool(pc.all(pc.equal(column, pc.floor(column))).as_py())
    return pa.types.is_integer(column.type)


def _kinds(table: pa.Table) -> Array:
    """Every row's kind; all are purchases where the file does not say, and words that nobody knows are looks."""
    if "event" not in table.column_names:
        return np.full(len(table), PURCHASE, np.uint8)
    encoded = table["event"].cast(pa.string()).combine_chunks().dictionary_encode()
    names = [OUR_WORD.get(name.lower(), name.lower()) for name in encoded.dictionary.to_pylist()]
    codes = np.array([EVENT_KINDS.index(name) if name in EVENT_KINDS else VIEW for name in names] + [VIEW], np.uint8)
    return codes[np.asarray(pc.fill_null(encoded.indices, len(names)))]


def _moments(table: pa.Table) -> Array:
    """int64 microseconds since 1970, from moments, dates, texts of them, or numbers of seconds, milli- or microseconds."""
    column = table["at"]
    if column.null_count:
        raise ImportProblem(
            "Some moments are missing.", got=f"{column.null_count} rows without at", wanted="at in every row or nowhere",
            next="fill or leave out the column",
        )  # fmt: skip
    try:
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            numbers = np.asarray(column.cast(pa.float64()).combine_chunks())
            largest = np.abs(numbers).max(initial=0.0)
            return np.round(numbers * (1e6 if largest < 1e11 else 1e3 if largest < 1e14 else 1.0)).astype(np.int64)
        if not pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us"))
        return np.asarray(column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()).combine_chunks())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadRequest(
            "at cannot be read.", got=str(error), wanted="moments, ISO texts or seconds since 1970", next="convert it"
        ) from error


def describe(data: Data) -> dict[str, Any]:
    """What the result file says of the data."""
    return {
        "n_train": len(data.train), "n_test": len(data.test), "n_train_customers": len(np.unique(data.train.customer)),
        "n_test_customers": len(np.unique(data.test.customer)), "n_products": data.n_products,
        "n_test_rows_of_unknown_products": int((data.test.product < 0).sum()), "n_dropped_rows": data.dropped_rows,
        "has_moments": data.has_moments,
    }  # fmt: skip

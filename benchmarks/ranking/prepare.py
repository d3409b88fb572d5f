"""train.parquet and test.parquet of public data sets, from where they lie (../shared/data), for `run.py`.

python -m benchmarks.ranking.prepare NAME --out DIR [--protocol next|all] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

from shopkeeper.core.errors import ImportProblem, ShopkeeperError

Pair = tuple[pa.Table, pa.Table]
DATA = Path(__file__).parents[3] / "shared" / "data"


def _opened(path: Path) -> gzip.GzipFile:
    if not path.is_file():
        raise ImportProblem("A file is missing.", got=str(path), wanted="the public data set", next="give its folder with --data")
    return gzip.open(path, "rb")


def amazon_beauty(folder: Path, protocol: str) -> Pair:
    """One customer a line, products in order of time; the last of each is the test."""
    with _opened(folder / "amazon_beauty" / "Beauty.txt.gz") as file:
        lines = [np.array(line.split(), np.int64) for line in file]
    customer = np.repeat([line[0] for line in lines], [len(line) - 1 for line in lines])
    return _cut(pa.table({"customer_id": customer, "product_id": np.concatenate([line[1:] for line in lines])}), protocol)


def amazon_video_games(folder: Path, protocol: str) -> Pair:
    """One event a line, in order of time; the last of each customer is the test."""
    with _opened(folder / "amazon_video_games" / "Video.txt.gz") as file:
        rows = np.loadtxt(file, np.int64)
    return _cut(pa.table({"customer_id": rows[:, 0], "product_id": rows[:, 1]}), protocol)


def movielens_100k(folder: Path, protocol: str) -> Pair:
    """Ratings as choices, with their moments; the last (or the last fifth) of each customer is the test."""
    with _opened(folder / "movielens_100k" / "ml-100k.inter.gz") as file:
        rows = csv.read_csv(file, parse_options=csv.ParseOptions(delimiter="\t"))
    table = pa.table({"customer_id": rows.column(0), "product_id": rows.column(1), "at": rows.column(3).cast(pa.int64())})
    return _cut(
        table.take(pc.sort_indices(table, [("customer_id", "ascending"), ("at", "ascending"), ("product_id", "ascending")])),
        protocol,
    )


def tmall_behaviour(folder: Path, protocol: str) -> Pair:
    """Wishes, carts and purchases with their moments; one purchase a customer is the test, as it was published."""
    del protocol
    found = []
    for name in ("train", "test"):
        path = folder / "tmall_behaviour" / f"{name}.parquet"
        if not path.is_file():
            raise ImportProblem(
                "A file is missing.", got=str(path), wanted="the public data set", next="give its folder with --data"
            )
        rows = pq.read_table(path)
        columns = {"customer_id": rows["user"], "product_id": rows["item"], "event": rows["event"]}
        found.append(pa.table({**columns, **({"at": rows["unix_time"]} if "unix_time" in rows.column_names else {})}))
    return found[0], found[1]


def yoochoose_100k(folder: Path, protocol: str) -> Pair:
    """Clicks in sessions, train and test as they were published."""
    del protocol
    found = []
    for name in ("train_full", "test"):
        with _opened(folder / "yoochoose_100k" / f"yoochoose-clicks-100k_{name}.txt.gz") as file:
            rows = csv.read_csv(file, parse_options=csv.ParseOptions(delimiter="\t"))
        columns = {
            "customer_id": rows["SessionId"],
            "session_id": rows["SessionId"],
            "product_id": rows["ItemId"],
            "at": rows["Time"],
        }
        found.append(pa.table({**columns, "event": pa.array(["view_item"] * len(rows))}))
    return found[0], found[1]


def _cut(table: pa.Table, protocol: str) -> Pair:
    """``next``: the last row of each customer; ``all``: the last fifth, at least one. Rows are sorted by customer and time."""
    customer = np.asarray(table["customer_id"])
    _, first, sizes = np.unique(customer, return_index=True, return_counts=True)
    by_row = np.unique(customer, return_inverse=True)[1]
    n_left = first[by_row] + sizes[by_row] - np.arange(len(customer))  # 1 for the last row
    n_test = np.ones(len(sizes), np.int64) if protocol == "next" else np.maximum(1, np.round(0.2 * sizes).astype(np.int64))
    is_test = (n_left <= n_test[by_row]) & (sizes[by_row] > 1)
    return table.filter(pa.array(~is_test)), table.filter(pa.array(is_test))


SETS: Mapping[str, Callable[[Path, str], Pair]] = {
    made.__name__: made for made in (amazon_beauty, amazon_video_games, movielens_100k, tmall_behaviour, yoochoose_100k)
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the two files; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=tuple(SETS))
    parser.add_argument("--out", type=Path, required=True, help="folder for train.parquet and test.parquet")
    parser.add_argument(
        "--protocol", choices=("next", "all"), default="next", help="how much is the test, where the set does not say"
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder in which the data sets lie")
    given = parser.parse_args(arguments)
    try:
        train, test = SETS[given.name](given.data, given.protocol)
    except ShopkeeperError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    given.out.mkdir(parents=True, exist_ok=True)
    for name, table in (("train", train), ("test", test)):
        pq.write_table(table, given.out / f"{name}.parquet")
    print(f"{len(train):,} train and {len(test):,} test rows in {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

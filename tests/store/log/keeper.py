"""A process that seals (``python keeper.py <shop> seal``) or looks (``… look``) until it is killed.

Who looks prints each count, and ``twice`` or ``fewer`` if a view ever shows a row twice or rows are gone again.
"""

import sys
from pathlib import Path

from shopkeeper.store.store import Store


def main(root: str, what: str) -> None:
    with Store.open(Path(root)) as store:
        print("ready", flush=True)
        before = 0
        while True:
            if what == "seal":
                store.seal(minimum_rows=300)
                continue
            with store.view() as view:
                n_rows, n_ids = (
                    view.sql("SELECT count(*) AS n, count(DISTINCT event_id) AS d FROM events").to_pylist()[0].values()
                )
            print("twice" if n_ids != n_rows else "fewer" if n_rows < before else n_rows, flush=True)
            before = n_rows


if __name__ == "__main__":
    main(*sys.argv[1:])

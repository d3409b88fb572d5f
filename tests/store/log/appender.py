"""A process that appends events until it is killed, and tells each batch's ids on standard output when it is safe.

Run by the crash tests: ``python appender.py <shop> <name> <batch rows>``.
"""

import random
import sys
from pathlib import Path

from shopkeeper.core.errors import DiskFull
from shopkeeper.store.store import Store


def main(root: str, name: str, n_rows: str) -> None:
    rng = random.Random(name)
    with Store.open(Path(root)) as store:
        print("ready", flush=True)
        sent: list[list[str]] = []
        number = 0
        while True:
            if sent and rng.random() < 0.1:  # a retry, as after a lost answer
                ids = rng.choice(sent)
            else:
                ids = [f"{name}-{number}-{place}" for place in range(rng.randrange(1, int(n_rows)))]
                number += 1
            rows = [
                {"event_id": one, "at": 1_700_000_000 + number, "event": "view_item", "customer_id": "c" + one[-1]} for one in ids
            ]
            try:
                store.append("events", rows)
            except DiskFull:
                print("full", flush=True)
                return
            sent = [*sent[-50:], ids]
            print(" ".join(ids), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

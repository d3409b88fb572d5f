"""How fast the store takes rows in and gives them back: appending live, and importing ten million. See README.md.

`python benchmarks/store/run.py` measures both in a temporary folder and writes result.json beside this file.
`--only append` or `--only import` measures one and keeps the other's last numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


def main() -> None:
    """Measure, write result.json, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, help="where to make the shops; default: a temporary folder")
    options.add_argument("--only", choices=("append", "import"), help="measure one part")
    options.add_argument("--out", type=Path, default=HERE / "result.json")
    given = options.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="shopkeeper-store-"))
    folder.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = json.loads(given.out.read_text()) if given.only and given.out.exists() else {}
    try:
        result |= measured(folder, given.only)
    finally:
        if given.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def measured(folder: Path, only: str | None) -> dict[str, Any]:
    """The numbers of the wanted parts, and of the machine they were taken on."""
    result: dict[str, Any] = {"machine": machine()}
    if only != "import":
        import append

        result["append"] = append.measure(folder)
    if only != "append":
        import import_events

        result["import"] = import_events.measure(folder)
    return result


def machine() -> dict[str, Any]:
    """What the numbers depend on."""
    import duckdb
    import pyarrow

    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "pyarrow": pyarrow.__version__,
        "system": f"{platform.system()} {platform.machine()}",
    }


if __name__ == "__main__":
    main()

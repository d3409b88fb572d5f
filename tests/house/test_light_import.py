"""Importing the package, and asking the command line for help, loads nothing heavy."""

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "pyspark",
    "pyvrp",
    "faiss",
    "nicegui",
    "fastapi",
    "numba",
    "scipy",
    "pyarrow",
    "duckdb",
    "uvicorn",
    "sklearn",
    "lightgbm",
    "onnxruntime",
)

CASES = {
    "import shopkeeper": "import shopkeeper",
    "from shopkeeper import Shop": "from shopkeeper import Shop",
    "shopkeeper --help": "import sys; sys.argv = ['shopkeeper', '--help']; from shopkeeper.cli.main import main\n"
    "try:\n    main()\nexcept SystemExit:\n    pass",
    "every declaration": "from shopkeeper.core.registry import REGISTRY; assert REGISTRY.discover().tasks",
}


def loaded(code: str) -> set[str]:
    check = f"{code}\nimport sys\nprint('\\n' + ' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("case", CASES)
def test_nothing_heavy_is_loaded(case: str):
    assert loaded(CASES[case]).isdisjoint(HEAVY)


def test_the_check_sees_a_heavy_import():
    assert "pyarrow" in loaded("import pyarrow")

"""``python -m shopkeeper``: the same as the command ``shopkeeper``."""

import sys

from shopkeeper.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

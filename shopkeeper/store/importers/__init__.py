"""The room where data comes in: files of other systems recognized, checked and brought into the shop's tables.

``inspect`` shows how a file is understood, ``import_file`` brings it in and accounts for every row of it.
"""

from shopkeeper.store.importers.load import import_file, inspect
from shopkeeper.store.importers.personal import pseudonym
from shopkeeper.store.importers.recognition import Recognition
from shopkeeper.store.importers.report import ImportReport, TableCount

__all__ = ["ImportReport", "Recognition", "TableCount", "import_file", "inspect", "pseudonym"]

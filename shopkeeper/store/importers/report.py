"""What an import did, row by row accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from shopkeeper.store.importers.recognition import Recognition


@dataclass(frozen=True)
class TableCount:
    """Rows of one of our tables: ``n_new`` were added, ``n_known`` were there already, ``n_changed`` of them now say more."""

    n_new: int = 0
    n_known: int = 0
    n_changed: int = 0


@dataclass(frozen=True)
class ImportReport:
    """The outcome. Every row of the file is in exactly one of ``kept``, ``rejected`` and ``ignored``: see `adds_up`.

    ``kept``, ``rejected`` and ``ignored`` map what became of rows (in words; for rejected the rule) to how many. ``notes`` say
    what somebody should look at.
    """

    source: str
    digest: str
    recognition: Recognition
    n_rows: int = 0
    tables: Mapping[str, TableCount] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    already_imported: bool = False
    dry_run: bool = False

    @property
    def adds_up(self) -> bool:
        """True when the rows that were kept, rejected and ignored are all the rows that the file has."""
        return sum(sum(part.values()) for part in (self.kept, self.rejected, self.ignored)) == self.n_rows

    @property
    def n_rejected(self) -> int:
        """Rows that broke a rule."""
        return sum(self.rejected.values())

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "source": self.source,
            "digest": self.digest,
            "already_imported": self.already_imported,
            "dry_run": self.dry_run,
            "n_rows": self.n_rows,
            "tables": {name: asdict(count) for name, count in self.tables.items()},
            "kept": dict(self.kept),
            "rejected": dict(self.rejected),
            "ignored": dict(self.ignored),
            "notes": list(self.notes),
            "adds_up": self.adds_up,
            "seconds": round(self.seconds, 3),
            "recognition": self.recognition.as_dict(),
        }

    def lines(self) -> list[str]:
        """The report for people."""
        if self.already_imported:
            return [f"{self.source}: already imported, nothing changed."]
        verb = "would be read" if self.dry_run else "read"
        found = [f"{self.source}: {self.n_rows:,} rows {verb} in {self.seconds:.1f} s"]
        parts = [(count, what) for what, count in self.kept.items()]
        parts += [(count, f"rejected: {rule}") for rule, count in self.rejected.items()]
        parts += [(count, f"ignored: {why}") for why, count in self.ignored.items()]
        found += [f"  {count:>12,}  {what}" for count, what in parts]
        total = sum(count for count, _ in parts)
        found.append(f"  {total:>12,}  in all" + ("" if self.adds_up else f": this should be {self.n_rows:,}"))
        for name, rows in self.tables.items():
            known = f", {rows.n_known:,} were there already" if rows.n_known else ""
            known += f" ({rows.n_changed:,} of them changed)" if rows.n_changed else ""
            found.append(f"  {name}: {rows.n_new:,} new{known}")
        found += [f"  note: {note}" for note in self.notes]
        if self.n_rejected and not self.dry_run:
            found.append("  rejected rows and their reasons are in the table `rejected`")
        return found

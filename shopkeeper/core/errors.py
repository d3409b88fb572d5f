"""Every error that Shopkeeper raises on purpose: one tree, four parts, one exit code and one HTTP status each.

An error says *what* happened, what it *got*, what it *wanted* and what to do *next*. Facts that a program
may want (a line number, a name, the nearest right one) are in ``facts``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class ShopkeeperError(Exception):
    """The root: anything that went wrong in a way that somebody can do something about."""

    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    slug: ClassVar[str] = "error"

    def __init__(self, what: str, *, got: str = "", wanted: str = "", next: str = "", **facts: object) -> None:
        self.what = what
        self.got = got
        self.wanted = wanted
        self.next = next
        self.facts = facts
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The four parts in one readable text."""
        parts = [self.what]
        for label, text in (("Got", self.got), ("Wanted", self.wanted), ("Next", self.next)):
            if text:
                parts.append(f"{label}: {text}")
        return "\n  ".join(parts)

    def as_problem(self) -> dict[str, object]:
        """The same four parts as an RFC 9457 problem document."""
        problem: dict[str, object] = {
            "type": f"urn:shopkeeper:{self.slug}",
            "title": self.what,
            "status": self.http_status,
            "got": self.got,
            "wanted": self.wanted,
            "next": self.next,
        }
        problem.update({name: value for name, value in self.facts.items() if name not in problem})
        return problem


class BadRequest(ShopkeeperError):
    """A caller sent something that cannot be understood."""

    http_status = 422
    exit_code = 2
    slug = "bad-request"


class SettingError(BadRequest):
    """A setting is misspelled, of the wrong type or out of its range."""

    slug = "setting"


class UnknownName(BadRequest):
    """A name (table, task, answer, column, setting) that does not exist."""

    http_status = 404
    slug = "unknown-name"


class QueryError(BadRequest):
    """A query that the engine refused."""

    slug = "query"


class ExpressionError(BadRequest):
    """An expression that says who belongs to a segment cannot be read; its facts say where: ``position``, ``caret``."""

    slug = "expression"


class ImportProblem(BadRequest):
    """A file cannot be brought into the shop as it is."""

    slug = "import"


class NotEnoughData(ShopkeeperError):
    """A task's tables are missing or too small: it is refused by name, the rest still runs."""

    http_status = 409
    exit_code = 3
    slug = "not-enough-data"


class NotLearned(ShopkeeperError):
    """An answer or a table was asked for before the task that makes it has run."""

    http_status = 409
    exit_code = 3
    slug = "not-learned"


class Cancelled(ShopkeeperError):
    """Somebody stopped a long piece of work; nothing half-done was kept."""

    http_status = 409
    exit_code = 130
    slug = "cancelled"


class PlanCycle(ShopkeeperError):
    """Tasks read each other's results in a circle."""

    slug = "plan-cycle"


class DeclarationError(ShopkeeperError):
    """A task, an answer or a table is declared in a way that cannot work; found when it is imported."""

    slug = "declaration"


class TaskFault(ShopkeeperError):
    """A task broke its promise (wrong columns, a crash); the fault is the task's, not the caller's."""

    slug = "task-fault"


class ShopNotFound(ShopkeeperError):
    """There is no shop at this path."""

    http_status = 404
    exit_code = 4
    slug = "shop-not-found"


class ShopExists(ShopkeeperError):
    """There already is something where a new shop should go."""

    http_status = 409
    exit_code = 4
    slug = "shop-exists"


class StoreDamaged(ShopkeeperError):
    """A file of the shop is missing or not what the manifest says."""

    exit_code = 5
    slug = "store-damaged"


class StoreBusy(ShopkeeperError):
    """Another process holds the shop for longer than we were willing to wait."""

    http_status = 503
    exit_code = 5
    slug = "store-busy"


class DiskFull(ShopkeeperError):
    """The disk has no room; nothing that was acknowledged is lost, this write was not acknowledged."""

    http_status = 507
    exit_code = 5
    slug = "disk-full"


class NotAuthenticated(ShopkeeperError):
    """No key or no login, or one that is not known."""

    http_status = 401
    exit_code = 6
    slug = "not-authenticated"


class Forbidden(ShopkeeperError):
    """The key or login is known, but its role may not do this."""

    http_status = 403
    exit_code = 6
    slug = "forbidden"


class TooManyRequests(ShopkeeperError):
    """A caller is over its rate."""

    http_status = 429
    slug = "too-many-requests"


class TooLarge(ShopkeeperError):
    """A request is larger than the server takes."""

    http_status = 413
    slug = "too-large"


class MethodNotAllowed(BadRequest):
    """The address exists, but not for this HTTP method."""

    http_status = 405
    slug = "method-not-allowed"


class UnknownForm(BadRequest):
    """A body or a reply in a form (content type, compression) that the server does not speak."""

    http_status = 415
    slug = "unknown-form"


class TooSlow(BadRequest):
    """A request took too long to arrive."""

    http_status = 408
    slug = "too-slow"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like ``name``, or None when nothing comes near."""
    candidates = list(known)
    lowered = {candidate.lower(): candidate for candidate in candidates}
    found = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.5)
    return lowered[found[0]] if found else None


def unknown(kind: str, name: str, known: Iterable[str], next: str = "") -> UnknownName:
    """An `UnknownName` that tells the nearest right name, or lists the known ones when none comes near."""
    names = sorted(known)
    close = nearest(name, names)
    wanted = f"did you mean {close!r}?" if close else "one of " + ", ".join(names[:20])
    return UnknownName(f"There is no {kind} {name!r}.", got=name, wanted=wanted, next=next, nearest=close, kind=kind)

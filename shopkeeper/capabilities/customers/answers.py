"""What is answered about customers in milliseconds: one customer's profile, who is in a segment, who is like them."""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from typing import Any

from shopkeeper.core.answers import answer, parameter
from shopkeeper.core.results import Reply


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Whose profile."""

    customer: str = parameter(MISSING, "number of the customer")


@dataclass(frozen=True, kw_only=True)
class Group:
    """Which customers: a saved segment or an expression, and how many of them."""

    segment: str = parameter("", "the segment's id or title")
    expression: str = parameter("", "or who is meant, in the language of segments: lapsed and value_12m > 200")
    n: int = parameter(100, "how many customers", unit="customers", low=0, high=10_000)
    reachable_only: bool = parameter(False, "leave out who has refused to be written to: an audience for marketing")


@dataclass(frozen=True, kw_only=True)
class SegmentMembers(Group):
    """Whose members, and which page of them."""

    after: str = parameter("", "the last customer of the page before: its next_after")


@dataclass(frozen=True, kw_only=True)
class LookAlikes(Group):
    """Whom they should be like."""

    customers: tuple[str, ...] = parameter((), "or these customers, by their numbers; at least three")
    exclude_members: bool = parameter(True, "only those who do not belong themselves")


@answer("customers.profile", uses="customers.segments")
def profile(model: Any, request: Profile) -> Reply:
    """Everything that is known of one customer: orders, money, habits, stage, value to come, risk, tags, what came since.

    Somebody who is not known gets an honest `is_known: false` with what came of them since learning.
    """
    from shopkeeper.capabilities.customers.profiles.reply import profile

    return Reply(profile(model, request.customer))


@answer("customers.segment_members", uses="customers.segments")
def segment_members(model: Any, request: SegmentMembers) -> Reply:
    """Who belongs to a segment, saved or just typed, with how many there are and what they are worth.

    An expression that cannot be read is refused (422) with its `position` and `caret`, an unknown segment with the nearest (404).
    """
    from shopkeeper.capabilities.customers.segments.replies import members

    return Reply(members(model, request))


@answer("customers.look_alikes", uses="customers.segments")
def look_alikes(model: Any, request: LookAlikes) -> Reply:
    """Who is most like the members of a segment, from 0 to 1, and by which features.

    A linear discriminant of members and others over what they did, made anew for each question. With fewer than three members, or
    nobody outside, there are no `customers`, and `notes` say why.
    """
    from shopkeeper.capabilities.customers.segments.replies import look_alikes

    return Reply(look_alikes(model, request))

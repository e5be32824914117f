"""The roll: who may vote on a ballot, frozen when it opens, with the reason for each entry and absence."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from typing import Any, cast

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import Table, func, insert, or_, select

from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry
from coop.models.members import Membership, status_of
from coop.models.organisations import Body, BodyMembership, Organisation
from coop.rules.tally import unopposed
from coop.rules.weights import Weights
from coop.services.ballots.rule import MEETING_CHAIR
from coop.services.ballots.weights import weigh, why_so_many
from coop.services.members import sizes_on


@dataclass(frozen=True)
class Entry:
    """A member's place on a roll that is not frozen yet."""

    membership_id: int
    entitled: bool
    reason: str
    voting_class: str
    weight: int = 1


@dataclass(frozen=True)
class Room:
    """A vote among those who are present, which lasts as long as they wait in the room."""

    present: Collection[int]  # ids of memberships
    lasts: timedelta


@dataclass(frozen=True)
class Size:
    """How many members stand on a roll, and how many votes they have together."""

    members: int
    votes: int

    @property
    def is_weighted(self) -> bool:
        return self.members != self.votes


def draw_roll(
    organisation: Organisation, body: Body, day: date, rule: dict[str, Any], *, among: Any = None
) -> list[Entry]:
    """Say of every member of the body whether they may vote in what opens on a day, and why.

    `among` are the ids of those asked about, else it is everyone.
    """
    if rule.get("method") == unopposed.NAME:
        return []  # nobody votes, so nobody is asked, told or reminded
    query = (
        select(
            Membership.id,
            Membership.kind,
            Membership.voting_class,
            Membership.represents,
            Membership.latest_kind_on(day),
            Membership.admitted_on(),
        )
        .where(Membership.organisation_id == organisation.id)
        .order_by(Membership.number)
    )
    if body.kind != "assembly":
        here = select(BodyMembership.membership_id).where(
            BodyMembership.body_id == body.id,
            BodyMembership.starts_on <= day,
            or_(BodyMembership.ends_on.is_(None), BodyMembership.ends_on >= day),
        )
        query = query.where(Membership.id.in_(here))
    if among is not None:
        query = query.where(Membership.id.in_(among))
    weights = Weights.of(rule["weights"])
    reports = sizes_on(organisation, day) if weights.members_per_vote else {}
    # Many joined on the same day: each reason is worded once.
    worded = cache(partial(_reason, body, day, rule))
    entries = []
    for membership_id, holder, voting_class, represents, kind, since in db.session.execute(query):
        if status_of(kind) not in ("active", "suspended"):
            continue
        entitled, reason = worded(kind, since)
        report = reports.get(membership_id)
        size = report.members if report else represents
        found = weigh(weights, holder, voting_class, size)
        if entitled and (more := why_so_many(weights, found, voting_class, size, report)):
            reason = f"{reason} {more}"
        entries.append(Entry(membership_id, entitled, reason, voting_class, found.votes))
    return entries


def freeze_roll(ballot: Ballot, entries: list[Entry]) -> None:
    """Write the roll down; nothing changes it afterwards."""
    if entries:
        rows = [{"ballot_id": ballot.id, **vars(entry)} for entry in entries]
        db.session.execute(insert(cast("Table", RollEntry.__table__)), rows)


def size_of(ballot: Ballot) -> Size:
    """Count the members on a frozen roll and the votes that they could give."""
    members, votes = db.session.execute(
        select(func.count(RollEntry.id), func.coalesce(func.sum(RollEntry.weight), 0)).where(
            RollEntry.ballot_id == ballot.id, RollEntry.entitled
        )
    ).one()
    return Size(members, int(votes))


def eligible_on(ballot: Ballot) -> int:
    """Count the votes that the roll could give."""
    return size_of(ballot).votes


def why_not(ballot: Ballot, membership: Membership | None) -> str:
    """Say why somebody without an entry can't vote on a ballot that was opened."""
    if membership is None:
        return str(_("Only members vote."))
    if ballot.method == unopposed.NAME:
        return str(_("No more stand than there are seats, so nobody votes."))
    if ballot.decision_class == MEETING_CHAIR:
        return str(_("You were not recorded as here when those present began to vote."))
    body = db.session.get_one(Body, ballot.body_id)
    if body.kind != "assembly":
        told = _("This is a vote of %(body)s, and you did not belong to it when it opened.", body=body.name)
        return str(told)
    return str(_("You were not a member yet on the day this ballot opened."))


def _founded(body: Body, since: date) -> bool:
    """Whoever founds an organisation is not new to it: the cut-off keeps later joiners from deciding at once."""
    return since == body.organisation.day_of(body.organisation.founded_at)


def _reason(body: Body, day: date, rule: dict[str, Any], kind: str | None, since: date) -> tuple[bool, str]:
    """Say whether a member of the body may vote, and why."""
    article = rule["cutoff_article"]
    source = _(" (article %(article)s)", article=article) if article else ""
    may_from = since + timedelta(days=0 if _founded(body, since) else rule["cutoff_days"])
    if status_of(kind) == "suspended":
        return False, str(_("Suspended on the day the ballot opened."))
    if may_from > day:
        told = _(
            "A member since %(since)s; can vote in ballots that open from %(from_day)s%(source)s.",
            since=format_date(since, "d MMMM y"),
            from_day=format_date(may_from, "d MMMM y"),
            source=source,
        )
        return False, str(told)
    if body.kind != "assembly":
        return True, str(_("Belonged to %(body)s on the day the ballot opened.", body=body.name))
    return True, str(
        _("A member since %(since)s%(source)s.", since=format_date(since, "d MMMM y"), source=source)
    )

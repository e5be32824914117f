"""What a returning officer needs to know before a ballot: its rule, its roll, the offices, the candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.members import Membership
from coop.models.organisations import Body, Office, Organisation
from coop.rules.calendar import closing_of
from coop.rules.secrecy import more_secret
from coop.services import organisations
from coop.services.ballots.candidates import Candidate
from coop.services.ballots.roll import draw_roll
from coop.services.ballots.rule import explain, lawful, lawful_for


@dataclass(frozen=True)
class Preview:
    """What opening would freeze if it happened now."""

    rule: str
    frozen: dict[str, Any]
    period_days: int
    closes_at: datetime
    secrecy: str
    eligible: int  # members
    votes: int  # that they have together
    excluded: int
    body: str


def preview(organisation: Organisation, decision_class: str, body: Body, now: datetime) -> str:
    """Say the rule that a motion of this kind would be under."""
    return explain(lawful(organisation, decision_class, body, now, None).frozen)


def before_opening(ballot: Ballot, organisation: Organisation, now: datetime) -> Preview:
    """Say what opening would freeze now: rule, closing and roll."""
    body = db.session.get_one(Body, ballot.body_id)
    found = lawful_for(ballot, organisation, now)
    entries = draw_roll(organisation, body, organisation.day_of(now), found.frozen)
    eligible = sum(entry.entitled for entry in entries)
    votes = sum(entry.weight for entry in entries if entry.entitled)
    rule = found.frozen | ({"seats": ballot.seats} if ballot.office_id else {})
    return Preview(
        explain(rule, votes, eligible),
        rule,
        found.period_days,
        closing_of(now, found.period_days, organisation.zone),
        more_secret(ballot.secrecy, found.secrecy),
        eligible,
        votes,
        len(entries) - eligible,
        body.name,
    )


def offices_to_fill(organisation: Organisation, bodies: Sequence[Body]) -> list[Office]:
    """List the offices that these bodies can elect to: the assembly to all, another body to its own."""
    offices = organisations.offices_of(organisation)
    if any(body.kind == "assembly" for body in bodies):
        return offices
    own = {body.id for body in bodies}
    return [office for office in offices if office.body_id in own]


def candidates_by_number(organisation: Organisation, named: Sequence[tuple[int, str]]) -> list[Candidate]:
    """Find candidates by their member numbers; refuse a number that nobody has."""
    rows = db.session.scalars(
        select(Membership).where(
            Membership.organisation_id == organisation.id,
            Membership.number.in_([number for number, _statement in named]),
        )
    )
    members = {membership.number: membership for membership in rows}
    for number, _statement in named:
        if number not in members:
            raise Refusal(
                _("There is no member with the number %(number)d. Look it up and try again.", number=number)
            )
    return [Candidate(members[number], statement) for number, statement in named]

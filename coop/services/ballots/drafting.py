"""Drafting a ballot: a motion or an election, under a rule that nobody types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, BallotOption, Motion
from coop.models.members import Membership
from coop.models.organisations import Body, Office, Organisation
from coop.rules.calendar import closing_of
from coop.rules.tally import METHODS
from coop.services.ballots import secret
from coop.services.ballots.reading import locked
from coop.services.ballots.rule import Lawful, lawful
from coop.services.ballots.secrecy import chosen_secrecy
from coop.services.organisations import assembly_of
from coop.services.records import record

Keys = Sequence[secret.NewKey]
MOST_CANDIDATES = 60
ON_TIME = timedelta(minutes=1)


@dataclass(frozen=True)
class Candidate:
    membership: Membership
    statement: str = ""


def propose_motion(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    text: str,
    decision_class: str = "ordinary",
    body: Body | None = None,
    proposer: Membership | None = None,
    secrecy: str = "",
) -> Ballot:
    """Draft a motion and its ballot; how it is decided comes from the constitution alone.

    `secrecy` may ask for more than the constitution does.
    """
    body = body or assembly_of(organisation)
    authorize(actor, Permission.SET_UP_BALLOT, body)
    title, text = " ".join(title.split()), text.strip()
    if not title or not text:
        raise Refusal(_("A motion needs a title and its text: what exactly shall be decided?"))
    found = lawful(organisation, decision_class, body, now, None)

    _one_number_at_a_time(organisation)
    motion = Motion(
        organisation_id=organisation.id,
        number=_next(Motion, organisation),
        body_id=body.id,
        kind=decision_class,
        title=title,
        text=text,
        proposer_id=proposer.id if proposer else actor.membership_id,
        proposed_at=now,
    )
    ballot = _draft(organisation, body, found, now, kind="motion", decision_class=decision_class, title=title)
    ballot.motion, ballot.text = motion, text
    ballot.secrecy = chosen_secrecy(found, secrecy)
    db.session.add(ballot)
    db.session.flush()
    record(
        organisation,
        actor,
        "drafted",
        f"ballot {ballot.number}",
        now,
        {"kind": decision_class, "motion": motion.number, "secrecy": ballot.secrecy},
    )
    return ballot


def set_up_election(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    office: Office,
    candidates: Sequence[Candidate],
    seats: int | None = None,
    body: Body | None = None,
    title: str = "",
    reopen: bool = False,
    secrecy: str = "",
) -> Ballot:
    """Draft an election for an office; the assembly elects, unless `body` is the office's own.

    With `reopen` each candidate must beat the option to reopen nominations, which stands last.
    """
    body = body or assembly_of(organisation)
    authorize(actor, Permission.SET_UP_BALLOT, body)
    if office.organisation_id != organisation.id or (body.kind != "assembly" and body.id != office.body_id):
        raise Refusal(
            _("%(body)s does not elect to this office. Choose another body or office.", body=body.name)
        )
    seats = office.seats if seats is None else seats
    if not 1 <= seats <= office.seats:
        raise Refusal(
            _("This office has %(seats)d seats. Elect for one at least and for no more.", seats=office.seats)
        )
    _refuse_candidates(organisation, candidates, now)
    found = lawful(organisation, "election", body, now, office)
    if METHODS[found.method].one_seat and seats > 1 and not reopen:
        method = METHODS[found.method].title
        raise Refusal(
            _(
                "The constitution counts elections by %(method)s, which fills one seat. Elect for one.",
                method=method,
            )
        )

    _one_number_at_a_time(organisation)
    title = " ".join(title.split()) or _("Election: %(office)s", office=office.title)
    ballot = _draft(organisation, body, found, now, kind="election", decision_class="election", title=title)
    ballot.office_id, ballot.seats = office.id, seats
    ballot.secrecy = chosen_secrecy(found, secrecy)
    in_order = sorted(candidates, key=lambda one: (one.membership.name.casefold(), one.membership.number))
    ballot.options = [
        BallotOption(
            position=at,
            name=one.membership.name,
            membership_id=one.membership.id,
            statement=one.statement.strip(),
        )
        for at, one in enumerate(in_order, 1)
    ]
    if reopen:
        ballot.method = "approval"
        ballot.text = _(
            "No more people stand than are to be elected. Mark everybody you want, or “Reopen nominations” "
            "if you want others to stand. Whoever is not marked on more papers than “Reopen nominations” "
            "is not elected."
        )
        ballot.options.append(BallotOption(position=len(in_order) + 1, name=_("Reopen nominations")))
    db.session.add(ballot)
    db.session.flush()
    facts = {"kind": "election", "office": office.kind, "seats": seats, "candidates": len(in_order)}
    facts["secrecy"] = ballot.secrecy
    record(organisation, actor, "drafted", f"ballot {ballot.number}", now, facts)
    return ballot


def change_draft(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, title: str, text: str
) -> None:
    """Change the words of a ballot that nobody was told of yet."""
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    ballot = locked(ballot)
    refuse_unless_draft(ballot, now)
    title, text = " ".join(title.split()), text.strip()
    if not title or (ballot.motion and not text):
        raise Refusal(_("A motion needs a title and its text: what exactly shall be decided?"))
    ballot.title, ballot.text = title, text
    if ballot.motion:
        ballot.motion.title, ballot.motion.text = title, text
    record(organisation, actor, "redrafted", f"ballot {ballot.number}", now)


def refuse_unless_draft(ballot: Ballot, now: datetime) -> None:
    """Refuse to change the words of a ballot that members were told of."""
    if ballot.stage_at(now) != "drafted":
        raise Refusal(
            _("This ballot was announced, so its words stand. Void it and draft another to change them.")
        )


def _draft(
    organisation: Organisation,
    body: Body,
    found: Lawful,
    now: datetime,
    *,
    kind: str,
    decision_class: str,
    title: str,
) -> Ballot:
    return Ballot(
        organisation_id=organisation.id,
        number=_next(Ballot, organisation),
        kind=kind,
        decision_class=decision_class,
        body_id=body.id,
        title=title,
        secrecy=found.secrecy,
        method=found.method,
        opens_at=now,
        closes_at=closing_of(now, found.period_days, organisation.zone),
        zone=organisation.zone,
    )


def _refuse_candidates(organisation: Organisation, candidates: Sequence[Candidate], now: datetime) -> None:
    if not candidates:
        raise Refusal(_("An election needs at least one candidate."))
    if len(candidates) > MOST_CANDIDATES:
        raise Refusal(
            _("A paper with more than %(most)d names can't be ranked by people.", most=MOST_CANDIDATES)
        )
    if len({one.membership.id for one in candidates}) < len(candidates):
        raise Refusal(_("Somebody is named twice. Name each candidate once."))
    day = organisation.day_of(now)
    for one in candidates:
        if one.membership.organisation_id != organisation.id or one.membership.status_on(day) != "active":
            raise Refusal(
                _(
                    "%(name)s is not an active member today and can't be a candidate.",
                    name=one.membership.name,
                )
            )


def _one_number_at_a_time(organisation: Organisation) -> None:
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())


def _next(kind: type[Ballot | Motion], organisation: Organisation) -> int:
    last = db.session.scalar(select(func.max(kind.number)).where(kind.organisation_id == organisation.id))
    return (last or 0) + 1

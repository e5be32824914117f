"""The roll before it is frozen: who will be able to vote, why, and what members contest about it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.members import ACTIVE, Membership
from coop.models.objections import RollContest
from coop.models.organisations import Body, BodyMembership, Organisation
from coop.services.ballots.reading import PAGE_SIZE, RollLine, all_roll_lines, contains, locked
from coop.services.ballots.roll import draw_roll
from coop.services.ballots.rule import lawful_for
from coop.services.records import record, send

MOST_TEXT = 2000


def line_to_come(
    ballot: Ballot, organisation: Organisation, membership: Membership, now: datetime
) -> tuple[bool, str]:
    """Say whether a member will be able to vote on a ballot to come, as the register stands now, and why."""
    opens_at = max(ballot.opens_at, now)
    found = lawful_for(ballot, organisation, opens_at).frozen
    body = db.session.get_one(Body, ballot.body_id)
    entries = draw_roll(organisation, body, organisation.day_of(opens_at), found, among=[membership.id])
    if entries:
        return entries[0].entitled, entries[0].reason
    if body.kind != "assembly":
        told = _(
            "This is a vote of %(body)s, and the register does not name you as one of it.", body=body.name
        )
        return False, str(told)
    return False, str(_("The register does not have you as a member on the day this ballot opens."))


def lines_to_come(
    ballot: Ballot, organisation: Organisation, now: datetime, *, words: str = "", page: int = 1
) -> tuple[list[RollLine], int]:
    """List a page of the roll as it would be drawn, with reasons, and how long it is."""
    asked = _on_the_register(ballot, organisation, max(ballot.opens_at, now))
    if words.strip():
        asked = asked.where(contains(words, Membership.name))
    total = db.session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    start = (min(max(1, page), 100_000) - 1) * PAGE_SIZE
    few = db.session.execute(asked.order_by(Membership.number).limit(PAGE_SIZE).offset(start)).all()
    return list(_lines(ballot, organisation, now, few, among=[row.id for row in few])), total


def all_lines_to_come(ballot: Ballot, organisation: Organisation, now: datetime) -> list[RollLine]:
    """List the whole roll as it would be drawn."""
    asked = _on_the_register(ballot, organisation, max(ballot.opens_at, now))
    return list(_lines(ballot, organisation, now, db.session.execute(asked).all(), among=None))


def contest_roll(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, text: str
) -> RollContest:
    """Contest the roll of an announced ballot, once; until it is answered the words can be changed."""
    authorize(actor, Permission.CONTEST_ROLL, ballot)
    ballot, text = locked(ballot), text.strip()
    _refuse_unless_to_come(ballot, now)
    if not text:
        raise Refusal(_("Say what is wrong with the roll. Only the returning officer reads it."))
    if len(text) > MOST_TEXT:
        raise Refusal(_("Say it in %(most)d characters at most.", most=MOST_TEXT))
    contest = contest_of(ballot, actor.membership_id)
    if contest is None:
        contest = RollContest(
            ballot_id=ballot.id, membership_id=actor.membership_id, text=text, contested_at=now
        )
        db.session.add(contest)
    elif contest.outcome is not None:
        raise Refusal(_("This was answered already: %(answer)s", answer=contest.answer))
    else:
        contest.text = text
    db.session.flush()
    record(
        organisation,
        actor,
        "contested the roll of",
        f"ballot {ballot.number}",
        now,
        personal={"text": text},
        about_person_id=actor.person_id,
    )
    return contest


def answer_contest(
    contest: RollContest,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    upheld: bool,
    answer: str,
) -> None:
    """Answer a contest of the roll before it is frozen; upheld says that the register was put right."""
    authorize(actor, Permission.ANSWER_OBJECTION, contest.ballot)
    ballot, answer = locked(contest.ballot), answer.strip()
    contest = db.session.get_one(RollContest, contest.id, populate_existing=True)
    _refuse_unless_to_come(ballot, now)
    if actor.membership_id == contest.membership_id:
        raise Refusal(_("This is your own objection, so another officer must answer."))
    if contest.outcome is not None:
        raise Refusal(_("This was answered already, and the answer stands."))
    if not answer:
        raise Refusal(_("Give the reason for your answer. The member will read it."))
    contest.outcome = "upheld" if upheld else "dismissed"
    contest.answer, contest.answered_at, contest.answered_by = answer, now, actor.label
    db.session.flush()
    member = contest.membership
    record(
        organisation,
        actor,
        "answered a contest of the roll of",
        f"ballot {ballot.number}",
        now,
        {"member": member.number, "outcome": contest.outcome},
        personal={"answer": answer},
        about_person_id=next((one.person_id for one in member.holders if one.person_id), None),
    )
    if member.email and member.notices == "mail":
        send(
            organisation,
            "objection-answered",
            f"contest-answered:{contest.id}",
            now,
            membership_id=member.id,
            path=f"/ballots/{ballot.number}/roll",
            number=ballot.number,
        )


def contest_of(ballot: Ballot, membership_id: int | None) -> RollContest | None:
    """Return what a member contested about the roll, as it stands now."""
    return db.session.scalar(
        select(RollContest)
        .where(RollContest.ballot_id == ballot.id, RollContest.membership_id == membership_id)
        .execution_options(populate_existing=True)
    )


def contests_of(ballot: Ballot) -> list[tuple[RollContest, Membership]]:
    """List what is contested about a ballot's roll, the unanswered first; without what was erased."""
    rows = db.session.execute(
        select(RollContest, Membership)
        .join(Membership, Membership.id == RollContest.membership_id)
        .where(RollContest.ballot_id == ballot.id, RollContest.text != "")
        .order_by(RollContest.outcome.is_not(None), RollContest.id)
    )
    return [(contest, membership) for contest, membership in rows]


def contests_to_answer(organisation: Organisation) -> list[tuple[Ballot, int]]:
    """List what is contested about rolls that are not frozen and not answered, with the number of the member."""
    rows = db.session.execute(
        select(Ballot, Membership.number)
        .join(RollContest, RollContest.ballot_id == Ballot.id)
        .join(Membership, Membership.id == RollContest.membership_id)
        .where(
            Ballot.organisation_id == organisation.id,
            Ballot.opened_at.is_(None),
            Ballot.void_at.is_(None),
            RollContest.outcome.is_(None),
            RollContest.text != "",
        )
        .order_by(RollContest.id)
    )
    return [(ballot, number) for ballot, number in rows]


def find_contest(ballot: Ballot, number: int) -> RollContest:
    """Return the contest of member `number`."""
    for contest, membership in contests_of(ballot):
        if membership.number == number:
            return contest
    raise Missing


def _refuse_unless_to_come(ballot: Ballot, now: datetime) -> None:
    stage = ballot.stage_at(now)
    if stage == "void":
        raise Refusal(_("This ballot is void: %(why)s", why=ballot.void_reason))
    if ballot.opened_at is not None or (stage == "announced" and now >= ballot.opens_at):
        raise Refusal(
            _(
                "Voting has opened, so the roll stands. Its result can be challenged once the votes are counted."
            )
        )
    if stage != "announced":
        raise Refusal(_("This ballot is not announced yet. Its roll can be contested from then on."))


def _on_the_register(ballot: Ballot, organisation: Organisation, opens_at: datetime) -> Any:
    """Select those of whom a roll drawn for that day says something."""
    day = organisation.day_of(opens_at)
    body = db.session.get_one(Body, ballot.body_id)
    asked = select(Membership.id, Membership.number, Membership.name, Membership.notices).where(
        Membership.organisation_id == organisation.id,
        Membership.latest_kind_on(day).in_((*ACTIVE, "suspended")),
    )
    if body.kind == "assembly":
        return asked
    here = select(BodyMembership.membership_id).where(
        BodyMembership.body_id == body.id,
        BodyMembership.starts_on <= day,
        or_(BodyMembership.ends_on.is_(None), BodyMembership.ends_on >= day),
    )
    return asked.where(Membership.id.in_(here))


def _lines(
    ballot: Ballot, organisation: Organisation, now: datetime, rows: Any, *, among: list[int] | None
) -> Iterator[RollLine]:
    opens_at = max(ballot.opens_at, now)
    found = lawful_for(ballot, organisation, opens_at).frozen
    body = db.session.get_one(Body, ballot.body_id)
    who = {row.id: row for row in rows}
    for entry in draw_roll(organisation, body, organisation.day_of(opens_at), found, among=among):
        if entry.membership_id in who:
            row = who[entry.membership_id]
            yield RollLine(row.number, row.name, entry.entitled, entry.weight, entry.reason, row.notices)


def roll_as_table(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime) -> list[RollLine]:
    """Give the whole roll, or the one to come, to take along; that is recorded, so call it in a write."""
    authorize(actor, Permission.SEE_ROLL, ballot)
    record(organisation, actor, "exported the roll of", f"ballot {ballot.number}", now)
    if ballot.opened_at is None:
        return all_lines_to_come(ballot, organisation, now)
    return all_roll_lines(ballot)

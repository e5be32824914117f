"""What happened before the doors are tried: what the demonstration lacks, put into a copy of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import inspect, select

from coop.access import actor_of
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.ballots import Ballot, Decision, RollEntry, Vote
from coop.models.constitution import MarkCorrection
from coop.models.dues import Charge
from coop.models.handovers import Handover, HandoverItem
from coop.models.mandates import Affiliation, Mandate
from coop.models.members import Application, Holder, Membership
from coop.models.objections import Challenge
from coop.models.organisations import OfficeTerm, Organisation
from coop.models.treasury import Statement, StatementLine
from coop.rules.marking import split_marks
from coop.rules.paper_votes import pile_of_motion
from coop.services import (
    ballots,
    constitution,
    mandates,
    motions,
    nominations,
    organisations,
    petitions,
    positions,
    tellers,
)
from coop.transaction import writing
from tests.pages.doors import ACCOUNTS, NOWHERE


def lay_out(app: Flask) -> None:
    """Put what the demonstration lacks into a copy of it: a draft, and a thing of each kind in the other co-op."""
    with app.app_context(), writing():
        here = db.session.scalars(select(Organisation).where(Organisation.slug == "pioneers")).one()
        there = db.session.scalars(select(Organisation).where(Organisation.slug == "orchard")).one()
        decision = first(Decision.id, Decision.organisation_id == there.id)
        member = first(Membership.id, Membership.organisation_id == there.id)
        officer = memberships(here.id)["returning officer"]
        actor = actor_of(officer, "active", here.day_of(datetime.now(UTC)))
        ballots.propose_motion(
            here, actor, datetime.now(UTC), title="A clock for the shop", text="We buy one."
        )
        call_nominations(here, actor)
        move_motions(here)
        vote_on_paper(here, actor)
        object_to(here, actor)
        amend(here)
        correct(here)
        ask_for_recall(here)
        hand_over(here)
        send_elsewhere(here, there)
        application = db.session.scalars(select(Application).where(Application.outcome.is_(None))).first()
        db.session.add(twin(application, organisation_id=there.id))
        charge = db.session.scalars(select(Charge)).first()
        db.session.add(
            twin(charge, organisation_id=there.id, membership_id=member, decision_id=decision, entry_id=None)
        )
        line = db.session.scalars(select(StatementLine)).first()
        statement = twin(db.session.get(Statement, line.statement_id), organisation_id=there.id)
        db.session.add(statement)
        db.session.flush()
        db.session.add(twin(line, organisation_id=there.id, statement_id=statement.id, entry_id=None))


def call_nominations(here: Organisation, actor: Any) -> None:
    """A call for the treasurer, in which the librarian stands."""
    now = datetime.now(UTC)
    office, body = organisations.find_office(here, "treasurer"), organisations.assembly_of(here)
    call = nominations.call_nominations(here, actor, now, office=office, body=body, seats=1)
    librarian = actor_of(memberships(here.id)["librarian"], "active", here.day_of(now))
    nominations.stand(call, here, librarian, now, statement="I would keep the books.")
    nominations.keep_photo(call, here, librarian, now, jpeg=b"a photo")


def move_motions(here: Organisation) -> None:
    """A motion of the member with a reason and an amendment of the chair, and a draft that only they see."""
    now, people = datetime.now(UTC), memberships(here.id)
    member, chair = (actor_of(people[role], "active", here.day_of(now)) for role in ("member", "chair"))
    body = organisations.assembly_of(here)
    fields = {"text": "We keep bees.", "decision_class": "ordinary", "body": body}
    number = motions.draft_motion(here, member, now, title="Bees", **fields).number
    motions.submit(motions.find(here, number, member, now), here, member, now)
    told = motions.find(here, number, chair, now)
    motions.give_reason(told, here, chair, now, side="for", point="Honey.", source="The library")
    motions.move_amendment(told, here, chair, now, kind="insert", passage="bees", words="and geese")
    motions.draft_motion(here, member, now, title="Geese", **fields)


def vote_on_paper(here: Organisation, officer: Any) -> None:
    """The open motion has the librarian and the chair as tellers, a batch of the first, and a member who asked."""
    now, people = datetime.now(UTC), memberships(here.id)
    ballot = ballots.find(here, first(Ballot.number, *open_of(here.id, "motion")))
    numbers = [people[role].number for role in ("librarian", "chair")]
    tellers.appoint(ballot, here, officer, now, numbers=numbers, papers_to="The shop, 31 Toad Lane")
    day = here.day_of(now)
    librarian, member = (actor_of(people[role], "active", day) for role in ("librarian", "member"))
    idle = select(RollEntry.membership_id).where(
        RollEntry.ballot_id == ballot.id,
        RollEntry.entitled,
        RollEntry.id.not_in(select(Vote.roll_entry_id)),
        RollEntry.membership_id.not_in([one.id for one in people.values()]),
    )
    voter = first(Membership.number, Membership.id.in_(idle))
    tellers.enter(
        ballot, here, librarian, now, channel="post", numbers=[voter], pile=pile_of_motion(1, 0, 0, 0)
    )
    if not tellers.why_no_paper(ballot, member, now):
        tellers.ask_for_paper(ballot, here, member, now, way="hand")


def ask_for_recall(here: Organisation) -> None:
    """A petition for the recall of the librarian, begun by the chair."""
    now, people = datetime.now(UTC), memberships(here.id)
    chair = actor_of(people["chair"], "active", here.day_of(now))
    term = db.session.get_one(OfficeTerm, term_of(people["librarian"]))
    petitions.begin_recall(term, here, chair, now, grounds="The library was closed all summer.")


def hand_over(here: Organisation) -> None:
    """What the librarian hands over to the treasurer."""
    people = memberships(here.id)
    db.session.add(
        Handover(
            organisation_id=here.id,
            term_id=term_of(people["treasurer"]),
            left_term_id=term_of(people["librarian"]),
            opened_at=datetime.now(UTC),
            items=[HandoverItem(position=1, what="Keys")],
        )
    )


def send_elsewhere(here: Organisation, there: Organisation) -> None:
    """The librarian is sent to a council and voted there; there is a position; orchard says that it joined us."""
    now, people = datetime.now(UTC), memberships(here.id)
    secretary = actor_of(people["secretary"], "active", here.day_of(now))
    ours = carried_of(here.id)
    ballot = twin(db.session.get(Ballot, ours.ballot_id), organisation_id=there.id, number=99)
    db.session.add(ballot)
    db.session.flush()
    theirs = twin(ours, organisation_id=there.id, ballot_id=ballot.id, number=99)
    db.session.add(theirs)
    db.session.flush()
    sent = Mandate(
        organisation_id=here.id,
        number=1,
        delegate=people["librarian"],
        sent_to="Council of libraries",
        decision_id=ours.id,
        starts_on=here.day_of(now),
        named_at=now,
        named_by="member 1",
    )
    db.session.add_all(
        [
            sent,
            Affiliation(organisation_id=there.id, parent_id=here.id, decision_id=theirs.id, stated_at=now),
        ]
    )
    db.session.flush()
    mandates.instruct(sent, here, secretary, now, decision=ours, matter="Longer hours", how="for")
    told = {"held_on": here.day_of(now), "act": "against", "instruction": 1, "evidence": "The minutes"}
    mandates.record_act(sent, here, secretary, now, **told)
    positions.adopt(here, secretary, now, decision=ours)


def carried_of(organisation_id: int) -> Decision:
    where = (Decision.organisation_id == organisation_id, Decision.outcome == "carried")
    return db.session.scalars(select(Decision).where(*where).order_by(Decision.id)).first()


def term_of(membership: Membership) -> Any:
    return first(OfficeTerm.id, OfficeTerm.membership_id == membership.id)


def open_of(organisation_id: int, kind: str) -> tuple[Any, ...]:
    return (Ballot.organisation_id == organisation_id, Ballot.kind == kind, Ballot.sealed_at.is_(None))


def object_to(here: Organisation, officer: Any) -> None:
    """A motion announced for next week, whose roll the treasurer contests, and a challenge of a counted one."""
    now = datetime.now(UTC)
    day = here.day_of(now)
    treasurer = actor_of(memberships(here.id)["treasurer"], "active", day)
    ballot = ballots.propose_motion(here, officer, now, title="A bench", text="We build one.")
    ballots.announce(ballot, here, officer, now, opens_at=now + timedelta(days=7))
    ballots.contest_roll(ballot, here, treasurer, now, text="I joined before the others.")
    counted = db.session.get_one(Ballot, first(Ballot.id, *counted_of(here.id)))
    # Of the history nothing can be challenged any more: its time was over before the story was told.
    db.session.add(
        Challenge(
            ballot_id=counted.id,
            membership_id=treasurer.membership_id,
            reason="I had no notice.",
            named=False,
            made_at=now,
        )
    )


def amend(here: Organisation) -> None:
    """The member has handed in one change of the constitution, and drafts another."""
    now, member = datetime.now(UTC), memberships(here.id)["member"]
    actor = actor_of(member, "active", here.day_of(now))
    for title in ("Open books", "Open doors"):
        drafted = constitution.draft_amendment(here, actor, now, title=title)
        constitution.write_article(drafted, here, actor, now, number="900", body=f"{title} for everybody.")
        if title == "Open books":
            constitution.hand_in(drafted, here, actor, now)


def correct(here: Organisation) -> None:
    """Secretary and chair have corrected a value, and the treasurer challenges it."""
    now, people = datetime.now(UTC), memberships(here.id)
    secretary, chair, treasurer = (
        actor_of(people[role], "active", here.day_of(now)) for role in ("secretary", "chair", "treasurer")
    )
    version = constitution.in_force(here, here.day_of(now))
    article = next(one for one in version.articles if 'provision="meeting.notice"' in one.text)
    _words, marks = split_marks(article.text)
    # What the words say can't be corrected away, so the correction is put in as the record of one.
    made = MarkCorrection(
        organisation_id=here.id,
        number=1,
        base_id=version.id,
        article=article.number,
        text=article.text.replace(marks[0].value, "22 days", 1),
        replaces=article.sha256,
        reason="It was read wrongly.",
        proposed_by_id=secretary.membership_id,
        proposed_at=now,
        confirmed_by_id=chair.membership_id,
        confirmed_at=now,
    )
    db.session.add(made)
    db.session.flush()
    constitution.challenge_correction(made, here, treasurer, now, reason="It was read rightly.")


def counted_of(here: int) -> tuple[Any, ...]:
    return Ballot.organisation_id == here, Ballot.sealed_at.is_not(None)


def twin(row: Any, **changes: Any) -> Any:
    """A second row like this one, but for the changes."""
    values = {
        column.key: getattr(row, column.key)
        for column in inspect(type(row)).column_attrs
        if column.key not in ("id", "is_void")
    }
    return type(row)(**{**values, **changes})


def first(column: Any, *where: Any) -> Any:
    found = db.session.scalar(select(column).where(*where).order_by(column).limit(1))
    return NOWHERE if found is None else found


def memberships(here: int) -> dict[str, Membership]:
    """The membership of each role that has one here."""
    rows = db.session.execute(
        select(Person.email, Membership)
        .join(Holder, Holder.person_id == Person.id)
        .join(Membership, Membership.id == Holder.membership_id)
        .where(Membership.organisation_id == here)
    ).all()
    by_email = dict(tuple(row) for row in rows)
    return {role: by_email[email] for role, email in ACCOUNTS.items() if email in by_email}

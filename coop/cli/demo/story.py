"""Telling a history: who acts on which day, through the services, each deed in its own transaction."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select, update

from coop.access import Actor, actor_of
from coop.extensions import db
from coop.gateways import storage
from coop.gateways.blind_signatures import b64u, from_b64u
from coop.gateways.passwords import PRACTICE_PASSWORD, hash_password
from coop.gateways.voter import Voter
from coop.models.accounts import Person
from coop.models.ballots import Ballot, Decision, RollEntry
from coop.models.mailings import BallotMailing
from coop.models.members import Membership
from coop.models.organisations import Body, Office, Organisation
from coop.models.records import OutboxMail
from coop.services import ballots, meetings, records, works
from coop.transaction import writing

RECENTLY = timedelta(days=3)


class Story:
    """The clock of a history: day 0 is when it begins, and `now` is when it is told."""

    def __init__(self, now: datetime) -> None:
        self.now = now.replace(microsecond=0)
        self.begins = self.now
        self.ballot_key: str = current_app.config["COOP"].ballot_key
        self.password_hash = hash_password(PRACTICE_PASSWORD)

    def begin(self, days_ago: int) -> None:
        self.begins = (self.now - timedelta(days=days_ago)).replace(hour=17, minute=0, second=0)

    def on(self, day: int, hour: int = 17) -> datetime:
        """Return an instant on a day of the history, never later than its telling."""
        return min((self.begins + timedelta(days=day)).replace(hour=hour), self.now)

    def organisation(self, slug: str) -> Organisation:
        return db.session.scalars(select(Organisation).where(Organisation.slug == slug)).one()

    def member(self, organisation: Organisation, number: int) -> Membership:
        return db.session.scalars(
            select(Membership).where(
                Membership.organisation_id == organisation.id, Membership.number == number
            )
        ).one()

    def acting(self, organisation: Organisation, number: int, at: datetime) -> Actor:
        """Return member `number` as an actor with the offices held on that day."""
        membership = self.member(organisation, number)
        day = organisation.day_of(at)
        return actor_of(membership, membership.status_on(day), day)

    def give_password(self, email: str) -> None:
        person = db.session.scalars(select(Person).where(Person.email == email)).one()
        person.password_hash, person.confirmed_at = self.password_hash, person.created_at

    def file(self, name: str, content: str, media_type: str) -> works.NewFile:
        """Store a small file as an upload would be."""
        kept = storage.keep(current_app.config["COOP"].instance / "files", io.BytesIO(content.encode()))
        return works.NewFile(kept.sha256, kept.size_bytes, name, media_type)

    @contextmanager
    def deed(self, slug: str) -> Iterator[Organisation]:
        with writing():
            yield self.organisation(slug)

    def elect(
        self,
        slug: str,
        office: tuple[str, str],
        opened: datetime,
        returning: int,
        candidates: Sequence[tuple[int, str]],
        *,
        title: str = "",
        votes: Callable[[int, int], list[int] | None],
        own_body: bool = False,
        secrecy: str = "",
    ) -> int:
        """Hold an election to an office `(body slug, kind)`; `votes(voter, candidates)` ranks or stays away."""
        with self.deed(slug) as organisation:
            actor = self.acting(organisation, returning, opened)
            body = db.session.scalars(
                select(Body).where(Body.organisation_id == organisation.id, Body.slug == office[0])
            ).one()
            row = db.session.scalars(
                select(Office).where(Office.body_id == body.id, Office.kind == office[1])
            ).one()
            ballot = ballots.set_up_election(
                organisation,
                actor,
                opened,
                office=row,
                candidates=[
                    ballots.Candidate(self.member(organisation, n), words) for n, words in candidates
                ],
                body=body if own_body else None,
                title=title,
                secrecy=secrecy,
            )
            number = ballot.number
        self._open(slug, number, returning, opened)
        self._vote(slug, number, lambda voter: votes(voter, len(candidates)))
        return number

    def put(
        self,
        slug: str,
        opened: datetime,
        returning: int,
        title: str,
        text: str,
        *,
        votes: Callable[[int], str | None],
        decision_class: str = "ordinary",
        proposer: int | None = None,
        secrecy: str = "",
    ) -> int:
        """Put a motion to the vote; `votes(voter)` answers for, against, abstain, or None who stays away."""
        with self.deed(slug) as organisation:
            actor = self.acting(organisation, returning, opened)
            ballot = ballots.propose_motion(
                organisation,
                actor,
                opened,
                title=title,
                text=text,
                decision_class=decision_class,
                proposer=self.member(organisation, proposer) if proposer else None,
                secrecy=secrecy,
            )
            number = ballot.number
        self._open(slug, number, returning, opened)
        self._vote(slug, number, votes)
        return number

    def _open(self, slug: str, number: int, returning: int, opened: datetime) -> None:
        organisation = self.organisation(slug)
        ballot, actor = ballots.find(organisation, number), self.acting(organisation, returning, opened)
        keys = ballots.secret.prepare_keys(ballot, organisation, actor, opened, self.ballot_key)
        with self.deed(slug) as organisation:
            actor = self.acting(organisation, returning, opened)
            ballots.open_ballot(ballots.find(organisation, number), organisation, actor, opened, keys=keys)

    def _vote(self, slug: str, number: int, votes: Callable[[int], str | list[int] | None]) -> None:
        with self.deed(slug) as organisation:
            ballot = ballots.find(organisation, number)
            voters = db.session.scalars(
                select(Membership.number)
                .join(RollEntry, RollEntry.membership_id == Membership.id)
                .where(RollEntry.ballot_id == ballot.id, RollEntry.entitled)
                .order_by(Membership.number)
            ).all()
            for at, voter in enumerate(voters):
                choice = votes(voter)
                if choice is None:
                    continue
                cast = min(ballot.opens_at + timedelta(hours=3 * at), self.now)
                actor = self.acting(organisation, voter, cast)
                if ballot.secrecy == "secret":
                    self._vote_secretly(ballot, organisation, actor, choice, cast)
                else:
                    ballots.cast_vote(ballot, actor, choice, cast)

    def _vote_secretly(
        self,
        ballot: Ballot,
        organisation: Organisation,
        actor: Actor,
        choice: str | list[int],
        cast: datetime,
    ) -> None:
        """Vote as a member's browser does: a blinded value, a token, and a vote without a name."""
        secret, here = ballots.secret, ballots.secret.ballot_id(ballot, organisation)
        place = ballots.place_of(ballot, actor)
        if place is None:
            raise LookupError(f"{actor.label} is not on the roll")
        voter = Voter(here, place.voting_class, secret.public_keys(ballot)[0])
        asked = secret.ask(ballot, actor, b64u(voter.blinded), cast)
        secret.issue(ballot, actor, asked, cast)
        signed = secret.sign(ballot, organisation, actor, asked, self.ballot_key)
        voter.take(from_b64u(signed["signature"]))
        secret.cast(ballot, secret.checked(ballot, organisation, voter.cast(choice)), cast)

    def close(self, slug: str, number: int, returning: int) -> int:
        """Seal a ballot after its closing, certify it, and return the decision's id."""
        decision_id = self.seal(slug, number)
        self.certify(slug, number, returning)
        return decision_id

    def seal(self, slug: str, number: int) -> int:
        with self.deed(slug) as organisation:
            ballot = ballots.find(organisation, number)
            decision = ballots.seal(ballot.id, ballot.closes_at + timedelta(minutes=1))
            if decision is None:
                raise LookupError(f"ballot {number} is not due")
            return decision.id

    def name_officer(self, slug: str, number: int, naming: int, named: int) -> None:
        """Name a member to run an election whose officer stands in it."""
        with self.deed(slug) as organisation:
            ballot = ballots.find(organisation, number)
            at = min(ballot.closes_at + timedelta(hours=20), self.now)
            ballots.name_officer(
                ballot, organisation, self.acting(organisation, naming, at), at, number=named
            )

    def certify(self, slug: str, number: int, returning: int) -> None:
        with self.deed(slug) as organisation:
            ballot = ballots.find(organisation, number)
            after = min(ballot.closes_at + timedelta(days=1, hours=20), self.now)
            ballots.certify(ballot, organisation, self.acting(organisation, returning, after), after)

    def decision(self, decision_id: int) -> Decision:
        return db.session.get_one(Decision, decision_id)

    def hold_meeting(
        self,
        slug: str,
        called: datetime,
        held_on: int,
        secretary: int,
        *,
        title: str,
        place: str,
        items: Sequence[tuple[str, str, str, int | None]],
        present: Sequence[int],
        online: Sequence[int] = (),
        body: str = "assembly",
    ) -> int:
        """Call and hold a meeting; `items` are (title, text, prose, ballot's number); returns its number."""
        with self.deed(slug) as organisation:
            actor = self.acting(organisation, secretary, called)
            where = db.session.scalars(
                select(Body).where(Body.organisation_id == organisation.id, Body.slug == body)
            ).one()
            wall = (self.begins + timedelta(days=held_on)).replace(hour=14, tzinfo=None)
            meeting = meetings.plan_meeting(
                where, actor, called, title=title, wall=wall, place=place, items=[one[:2] for one in items]
            )
            meetings.call_meeting(meeting, actor, called)
            number = meeting.number
        if not present:
            return number
        with self.deed(slug) as organisation:
            after = self.on(held_on + 2)
            actor = self.acting(organisation, secretary, after)
            meeting = meetings.find(organisation, number, actor)
            began = meeting.starts_at
            meetings.open_meeting(meeting, actor, after, at=began)
            for way, numbers in (("in person", present), ("online", online)):
                if numbers:
                    there = [self.member(organisation, n) for n in numbers]
                    meetings.record_arrivals(meeting, there, actor, after, way=way, at=began)
            meetings.close_meeting(meeting, actor, after, at=began + timedelta(hours=2, minutes=10))
            marks = meetings.text_marks(meetings.texts_of(meeting))
            typed = {f"item-{item.id}": words[2] for item, words in zip(meeting.agenda, items, strict=True)}
            typed["opening"] = "The chair welcomed everyone and found that notice was given in time."
            typed["closing"] = "The chair thanked everyone and closed the meeting."
            meetings.write_minutes(meeting, actor, after, started_from=marks, typed=typed)
            for item, words in zip(meeting.agenda, items, strict=True):
                if words[3] is not None:
                    ballot = ballots.find(organisation, words[3])
                    meetings.link_item(
                        meeting, item, actor, after, ballot=ballot, decision=ballots.decision_on(ballot)
                    )
            meetings.circulate_minutes(meeting, actor, after)
        return number

    def approve_and_issue(
        self, slug: str, number: int, secretary: int, decision_id: int, at: datetime
    ) -> None:
        """Record the decision that approved the minutes, and issue them as a document."""
        with self.deed(slug) as organisation:
            actor = self.acting(organisation, secretary, at)
            meeting = meetings.find(organisation, number, actor)
            meetings.approve_minutes(meeting, self.decision(decision_id), actor, at)
            records.chain_events(organisation.id)
        organisation = self.organisation(slug)
        actor = self.acting(organisation, secretary, at)
        paper = meetings.prepare_minutes(meetings.find(organisation, number, actor), actor, at)
        with self.deed(slug) as organisation:
            actor = self.acting(organisation, secretary, at)
            meetings.issue_minutes(meetings.find(organisation, number, actor), paper, actor, at)

    def settle_old_mail(self) -> None:
        """What was queued in the past was read in the past: only the latest letters are still to be sent."""
        with writing():
            db.session.execute(
                update(OutboxMail)
                .where(OutboxMail.queued_at < self.now - RECENTLY)
                .values(sent_at=OutboxMail.queued_at, attempts=1)
            )
            db.session.execute(
                update(BallotMailing)
                .where(BallotMailing.queued_at.is_(None), BallotMailing.due_at < self.now - RECENTLY)
                .values(queued_at=BallotMailing.due_at)
            )
            for organisation_id in records.organisations_with_unchained_events():
                records.chain_events(organisation_id)

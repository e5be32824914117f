"""Reminders: one, to those who can still vote and have not, who read mail and want it; decided at its sending."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, TokenIssued
from coop.models.mailings import BallotMailing
from coop.models.members import Membership
from coop.models.records import OutboxMail
from coop.services import ballots, members
from coop.services.ballots import mailings
from tests.ballot_house import RULES, cast
from tests.letter_house import send, tell
from tests.services.test_ballots_races import at_once

REMINDER = "Something still waits for your answer"


@pytest.fixture
def asked(coop_of, open_motion, deliver, post, now):
    """An open motion of four members by mail, and the instant of its reminder; the opening mails are gone."""
    organisation, people, officer = coop_of(4)
    ballot = open_motion(organisation, officer)
    deliver(now)
    post.letters.clear()
    return ballot, people, ballot.closes_at - timedelta(days=2)


def emails(*people):
    return sorted(person.email for person in people)


def test_those_who_have_not_voted_are_reminded_once_two_days_before_closing(
    asked, make, deed, deliver, post, now
):
    ballot, people, due = asked
    cast(deed, make, ballot, people[:2], ["for", "against"], now)
    deliver(due - timedelta(seconds=1))
    assert post.letters == []
    for later in (0, 1, 60, 100_000):
        deliver(due + timedelta(seconds=later))
    assert post.to(REMINDER) == emails(*people[2:])
    [letter, _other] = post.letters
    assert letter.text.count("https://coop.example/pioneers/ballots/1\n") == 1
    assert "28 November 2026, 13:00 (Madrid)" in letter.text
    assert "https://coop.example/pioneers/me/reminders" in letter.text


def test_whoever_votes_after_the_reminder_was_queued_and_before_it_is_sent_gets_none(
    asked, make, deed, post, now
):
    ballot, people, due = asked
    tell(due)
    assert waiting() == 4
    cast(deed, make, ballot, people[:3], ["for", "for", "for"], due)
    done = send(post, due)
    assert (done.sent, done.not_needed, done.failed) == (1, 3, 0)
    assert post.to(REMINDER) == emails(people[3])
    told = next(one for one in ballots.told_of(ballot) if one.mailing.kind == "reminder")
    assert (told.sent, told.not_needed, told.failed, told.by_mail) == (1, 3, 0, 1)


def test_whoever_opts_out_leaves_or_changes_to_post_before_the_sending_is_not_reminded(
    asked, make, deed, post, now
):
    _, people, due = asked
    tell(due)
    deed(members.set_reminders, people[1], make.actor(people[1]), due, wanted=False)
    make.event(people[2], "resigned", now.date())
    deed(setattr, people[3], "notices", "post")
    send(post, due)
    assert post.to(REMINDER) == emails(people[0])


def test_whoever_switched_reminders_off_is_still_told_that_voting_opened_and_what_came_of_it(
    coop_of, open_motion, make, deed, deliver, post, now
):
    organisation, people, officer = coop_of(2)
    deed(members.set_reminders, people[1], make.actor(people[1]), now, wanted=False)
    ballot = open_motion(organisation, officer)
    deliver(now)
    deliver(ballot.closes_at - timedelta(days=2))
    deed(ballots.seal, ballot.id, ballot.closes_at + ballots.GRACE)
    deliver(ballot.closes_at + timedelta(minutes=1))
    subjects = [letter.subject for letter in post.letters if letter.recipient == people[1].email]
    assert subjects == ["Something waits for your answer", "There is a result"]
    assert REMINDER in [letter.subject for letter in post.letters if letter.recipient == people[0].email]


def test_nobody_is_reminded_of_a_ballot_that_has_closed(asked, post):
    ballot, _, due = asked
    tell(due)
    send(post, ballot.closes_at)
    assert post.letters == []


def test_a_void_ballot_is_not_reminded_of(coop_of, open_motion, deed, deliver, post, now):
    organisation, _, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    deed(ballots.void, ballot, organisation, officer, "A slip in the text.", now)
    deliver(ballot.closes_at - timedelta(days=2))
    assert post.to(REMINDER) == []


@pytest.mark.parametrize(("reminder", "planned"), [("0 days", 0), ("1 day", 1)])
def test_a_constitution_without_reminders_has_none(coop_of, open_motion, reminder, planned, now):
    article = (
        f'5. Members are reminded [{reminder} before]{{provision="ballot.reminder" value="{reminder}"}}.'
    )
    organisation, _, officer = coop_of(2, rules=f"{RULES}\n\n{article}\n")
    open_motion(organisation, officer)
    reminders = select(func.count(BallotMailing.id)).where(BallotMailing.kind == "reminder")
    assert db.session.scalar(reminders) == planned


def test_a_long_roll_is_told_in_chunks_and_everyone_once(asked, monkeypatch, deliver, post):
    _, people, due = asked
    monkeypatch.setattr(mailings.queue, "__kwdefaults__", {"after": 0, "most": 3})
    deliver(due)
    assert post.to(REMINDER) == emails(*people)


def test_a_chunk_that_was_cut_off_is_taken_up_again_and_nobody_is_told_twice(asked, deed, deliver, post):
    _, people, due = asked
    [mailing_id] = ballots.mailings_waiting(due)
    after = deed(ballots.queue_mailing, mailing_id, due, most=3)
    assert after is not None
    deliver(due)
    assert post.to(REMINDER) == emails(*people)


def test_two_processes_that_tell_at_once_send_one_each(app, asked, post):
    _, people, due = asked
    [mailing_id], wanted = ballots.mailings_waiting(due), emails(*people)
    db.session.remove()
    answers = at_once(app, *[lambda: ballots.queue_mailing(mailing_id, due)] * 4)
    assert answers == [None] * 4
    assert waiting() == 4
    send(post, due)
    assert post.to(REMINDER) == wanted


def test_queueing_takes_as_many_queries_for_forty_as_for_four(
    coop_of, open_motion, deed, make, now, count_queries
):
    counts = []
    organisation, _, officer = coop_of(4)
    for size in (6, 40):
        make.crowd(organisation, size)
        ballot = open_motion(organisation, officer)
        with count_queries() as seen:
            tell(ballot.closes_at - timedelta(days=2))
        counts.append(seen.count)
    assert counts[0] == counts[1] <= 14


def test_of_a_secret_ballot_whoever_took_a_token_is_not_asked_again(coop_of, now, deed):
    organisation, people, _ = coop_of(2)

    def issue():
        ballot = Ballot(
            organisation_id=organisation.id,
            number=1,
            kind="motion",
            decision_class="ordinary",
            body_id=organisation.bodies[0].id,
            title="Buy a mill",
            secrecy="secret",
            method="motion",
            opens_at=now,
            closes_at=now + timedelta(days=7),
            zone="UTC",
        )
        db.session.add(ballot)
        db.session.flush()
        entries = [
            RollEntry(ballot_id=ballot.id, membership_id=who.id, entitled=True, reason="A member.")
            for who in people
        ]
        db.session.add_all(entries)
        db.session.flush()
        ballot.rule, ballot.opened_at = {}, now
        db.session.flush()
        db.session.add(TokenIssued(roll_entry_id=entries[0].id, ballot_id=ballot.id, blinded_sha256="0" * 64))
        return ballot

    ballot = deed(issue)
    left = select(RollEntry.membership_id).where(
        RollEntry.ballot_id == ballot.id, ballots.not_yet_voted(ballot)
    )
    assert db.session.scalars(left).all() == [people[1].id]


def test_reminders_are_on_until_a_member_switches_them_off(coop_of, make, deed, now):
    _, people, _ = coop_of(2)
    assert db.session.scalar(select(Membership.reminders).where(Membership.id == people[0].id))
    deed(members.set_reminders, people[0], make.actor(people[0]), now, wanted=False)
    assert [one.reminders for one in people] == [False, True]


def waiting():
    return db.session.scalar(
        select(func.count(OutboxMail.id)).where(
            OutboxMail.template == "ballot-reminder", OutboxMail.sent_at.is_(None)
        )
    )

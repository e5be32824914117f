"""Everyone on the roll is told what came of a ballot, once, by mail or by letter, and when it is void."""

import io
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import select

from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.gateways.mail import MailRefused
from coop.models.mailings import BallotLetter
from coop.models.records import AuditEvent
from coop.services import ballots
from tests.ballot_house import after, cast
from tests.letter_house import Postbox, send, tell
from tests.services.test_ballots_races import at_once

RESULT, VOID = "There is a result", "A notice for you"
ADDRESS = "Toad Lane 31\n12345 Rochdale"
PAGE = "https://coop.example/pioneers/ballots/1"


@pytest.fixture
def house(coop_of, open_motion, make, now):
    """An open motion of three members by mail, one by post and one too new to vote."""
    organisation, people, officer = coop_of(3)
    by_post = make.member(organisation, "Petra Post", notices="post", postal_address=ADDRESS)
    make.member(organisation, "New", since=now.date())
    ballot = open_motion(organisation, officer)
    return organisation, people, officer, by_post, ballot


def counted(house, deed, make, now, choices=("for", "for")):
    _, people, _, _, ballot = house
    cast(deed, make, ballot, people, choices, now)
    return deed(ballots.seal, ballot.id, after(ballot))


def test_everyone_on_the_roll_is_told_the_outcome_once_also_who_did_not_vote(
    house, deed, make, deliver, post, now
):
    _organisation, people, _, _, ballot = house
    decision = counted(house, deed, make, now)
    for later in (0, 5, 100_000):
        deliver(after(ballot) + timedelta(seconds=later))
    assert post.to(RESULT) == sorted(one.email for one in people)
    letter = next(one for one in post.letters if one.subject == RESULT)
    words = " ".join(letter.text.split())
    assert decision.reasoning in words
    assert ballots.head_of_bundle(ballot) in words
    assert f"{PAGE} " in words
    assert "until 12 December 2026" in words
    assert "Buy a mill" not in letter.subject


def test_the_outcome_waits_until_the_head_to_compare_is_known(house, deed, make, now):
    ballot = house[-1]
    counted(house, deed, make, now)
    waiting = ballots.mailings_waiting(after(ballot))
    [outcome] = [one for one in waiting if "outcome" in kinds(ballot, one)]
    assert deed(ballots.queue_mailing, outcome, after(ballot)) is None
    assert outcome in ballots.mailings_waiting(after(ballot))
    tell(after(ballot))
    assert outcome not in ballots.mailings_waiting(after(ballot))


def kinds(ballot, mailing_id):
    return {told.mailing.kind for told in ballots.told_of(ballot) if told.mailing.id == mailing_id}


def test_whoever_is_reached_by_post_gets_a_letter_of_the_opening_and_of_the_outcome_and_no_mail(
    house, deed, make, deliver, post, now
):
    organisation, _, officer, by_post, ballot = house
    counted(house, deed, make, now)
    deliver(after(ballot))
    posts = deed(ballots.to_post, ballot, organisation, officer, now)
    assert [(one.told.mailing.kind, [who.name for who in one.letters]) for one in posts] == [
        ("opening", ["Petra Post"]),
        ("outcome", ["Petra Post"]),
    ]
    assert by_post.email not in {letter.recipient for letter in post.letters}
    read = select(AuditEvent.subject).where(AuditEvent.verb == "addresses read for post")
    assert db.session.scalars(read).all() == ["ballot 1"]


def test_a_member_who_changes_to_mail_before_the_letters_are_printed_still_gets_the_letter(
    house, deed, make, now
):
    organisation, _, officer, by_post, ballot = house
    deed(setattr, by_post, "notices", "mail")
    [opening] = deed(ballots.to_post, ballot, organisation, officer, now)
    assert [who.number for who in opening.letters] == [by_post.number]


def test_the_letters_are_one_pdf_with_address_question_and_page_but_without_addresses_in_its_data(
    house, deed, make, now
):
    organisation, _, officer, _, ballot = house
    made = ballots.set_letters(ballot, organisation, officer, kind="opening", part=1, address=PAGE)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) == 1
        [attached] = [bytes(pdf.attachments[name].get_file().read_bytes()) for name in pdf.attachments]
    assert b"Petra" not in attached
    assert b"Rochdale" not in attached
    assert b"Buy a mill" in attached
    words = text_of(made)
    for said in ("Petra Post Toad Lane 31 12345 Rochdale", "Buy a mill", "The co-op buys the mill.", PAGE):
        assert said in words


def test_the_letter_of_the_outcome_prints_reasoning_and_head(house, deed, make, deliver, now):
    organisation, _, officer, _, ballot = house
    decision = counted(house, deed, make, now)
    deliver(after(ballot))
    words = text_of(ballots.set_letters(ballot, organisation, officer, kind="outcome", part=1, address=PAGE))
    assert decision.reasoning in words
    assert ballots.head_of_bundle(ballot) in words.replace(" ", "") or ballots.head_of_bundle(ballot) in words
    with pytest.raises(Missing):
        ballots.set_letters(ballot, organisation, officer, kind="outcome", part=2, address=PAGE)
    with pytest.raises(Missing):
        ballots.set_letters(ballot, organisation, officer, kind="reminder", part=1, address=PAGE)


def text_of(content):
    import subprocess

    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_that_letters_were_posted_is_recorded_once_with_who_and_when(house, deed, make, now):
    organisation, _people, officer, _, ballot = house
    later = now + timedelta(hours=3)
    deed(ballots.mark_posted, ballot, organisation, officer, later, kind="opening")
    [told] = [one for one in ballots.told_of(ballot) if one.mailing.kind == "opening"]
    assert (told.mailing.posted_at, told.mailing.posted_by) == (later, "member 1")
    with pytest.raises(Refusal, match="recorded already"):
        deed(ballots.mark_posted, ballot, organisation, officer, later, kind="opening")
    with pytest.raises(Missing):
        deed(ballots.mark_posted, ballot, organisation, officer, later, kind="outcome")


def test_only_the_secretary_and_the_returning_officer_see_the_addresses(house, deed, make, now):
    organisation, people, _officer, _, ballot = house
    secretary = make.actor(make.officer(organisation, "secretary"))
    assert deed(ballots.to_post, ballot, organisation, secretary, now)
    for stranger in (
        people[1],
        make.officer(organisation, "treasurer"),
        make.officer(organisation, "auditor"),
    ):
        with pytest.raises(Forbidden):
            deed(ballots.to_post, ballot, organisation, make.actor(stranger), now)
        with pytest.raises(Forbidden):
            ballots.set_letters(
                ballot, organisation, make.actor(stranger), kind="opening", part=1, address=PAGE
            )


def test_letters_marked_posted_by_two_at_once_are_posted_once(app, house, now):
    organisation_id, ballot_id, officer = house[0].id, house[-1].id, house[2]
    db.session.remove()

    def mark():
        from coop.models.ballots import Ballot
        from coop.models.organisations import Organisation

        ballot, here = db.session.get(Ballot, ballot_id), db.session.get(Organisation, organisation_id)
        ballots.mark_posted(ballot, here, officer, now, kind="opening")

    answers = at_once(app, mark, mark, mark)
    assert answers.count(None) == 1
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers)


def test_a_void_ballot_is_told_with_its_reason_to_everyone_on_the_roll(house, deed, deliver, post, now):
    organisation, people, officer, by_post, ballot = house
    deed(ballots.void, ballot, organisation, officer, "The text lacked the price.", now)
    deliver(now)
    told = [letter for letter in post.letters if "declared void" in letter.text]
    assert sorted(letter.recipient for letter in told) == sorted(one.email for one in people)
    assert all("The text lacked the price." in letter.text for letter in told)
    assert db.session.scalars(select(BallotLetter.membership_id)).all() == [by_post.id] * 2


def test_a_ballot_that_never_opened_is_void_without_a_mail(coop_of, deed, deliver, post, now):
    organisation, _, officer = coop_of(2)
    ballot = deed(ballots.propose_motion, organisation, officer, now, title="Buy a mill", text="We buy it.")
    deed(ballots.void, ballot, organisation, officer, "A slip.", now)
    deliver(now + timedelta(days=1))
    assert post.letters == []


def test_what_bounced_is_counted_apart_from_what_was_sent(house, deed, make, now):
    _, people, _, _, ballot = house

    class Bouncing(Postbox):
        def deliver(self, letter):
            if letter.recipient == people[1].email:
                raise MailRefused("The mail server refused this letter for good (550).")
            super().deliver(letter)

    send(Bouncing(), now)
    [told] = [one for one in ballots.told_of(ballot) if one.mailing.kind == "opening"]
    assert (told.sent, told.failed, told.waiting, told.letters) == (2, 1, 0, 1)


def test_nobody_writes_to_a_member_who_has_died(house, deed, make, deliver, post, now):
    _, people, _, by_post, ballot = house
    for gone in (people[2], by_post):
        make.event(gone, "died", now.date())
    counted(house, deed, make, now)
    deliver(after(ballot))
    assert post.to(RESULT) == sorted(one.email for one in people[:2])
    assert len(db.session.scalars(select(BallotLetter.id)).all()) == 1  # that of the opening

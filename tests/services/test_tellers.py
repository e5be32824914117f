"""Two tellers enter what was voted on paper; whoever is struck votes once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Vote
from coop.models.records import OutboxMail
from coop.models.tellers import PaperBatch, PaperVoter, Teller
from coop.services import ballots, reports, tellers
from tests.teller_house import votes


def test_tellers_are_appointed_by_the_returning_officer_and_told_by_a_neutral_mail(motion_house):
    house = motion_house(appointed=False)
    with pytest.raises(Forbidden):
        house.do(tellers.appoint, 2, numbers=[3, 4], papers_to="The shop")
    house.appoint(2, 3)
    assert [one.membership.number for one in tellers.in_office(house.ballot)] == [2, 3]
    mails = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "teller-appointed")).all()
    assert [mail.ids["path"] for mail in mails] == ["/ballots/1/telling"] * 2
    house.appoint(2, 4)
    assert len(tellers.in_office(house.ballot)) == 3


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ([2], "Appoint two tellers at least."),
        ([2, 99], "There is no member with the number 99."),
        ([], "two tellers"),
    ],
)
def test_one_teller_or_a_stranger_is_refused(motion_house, numbers, says):
    house = motion_house(appointed=False)
    with pytest.raises(Refusal, match=says):
        house.appoint(*numbers)
    with pytest.raises(Refusal, match="Say where papers are handed in"):
        house.appoint(2, 3, papers_to=" ")


def test_a_candidate_and_a_suspended_member_are_no_tellers(election_house, make, now):
    house = election_house()
    with pytest.raises(Refusal, match=r"Member 8 is a candidate and can't count the votes."):
        house.appoint(8)
    make.event(house.members[3], "suspended", now.date())
    with pytest.raises(Refusal, match=r"Member 4 is not an active member today."):
        house.appoint(4)


def test_a_teller_of_one_ballot_is_none_of_another(telling, motion_house, deed, now, make):
    other = deed(
        ballots.propose_motion,
        telling.organisation,
        telling.actor(1),
        now,
        title="A clock",
        text="We buy one.",
    )
    deed(ballots.open_ballot, other, telling.organisation, telling.actor(1), now)
    with pytest.raises(Forbidden):
        deed(
            tellers.enter,
            other,
            telling.organisation,
            telling.actor(2),
            now,
            channel="post",
            numbers=[5],
            pile=votes(1),
        )


def test_a_teller_goes_before_having_entered_anything_and_never_after(telling):
    telling.enter(5)
    with pytest.raises(Refusal, match="Member 2 has entered papers"):
        telling.do(tellers.resign, 2)
    with pytest.raises(Refusal, match="Member 2 has entered papers"):
        telling.do(tellers.dismiss, 1, number=2)
    telling.do(tellers.resign, 3)
    with pytest.raises(Forbidden):
        telling.repeat(1, votes(1))
    telling.appoint(4)
    telling.repeat(1, votes(1), by=4)
    with pytest.raises(Missing):
        telling.do(tellers.dismiss, 1, number=9)


def test_one_teller_alone_enters_nothing(telling):
    telling.do(tellers.resign, 3)
    with pytest.raises(Refusal, match=r"Ask the returning officer for a second teller."):
        telling.enter(5)


def test_a_teller_who_left_can_be_appointed_again(telling):
    telling.do(tellers.resign, 3)
    telling.appoint(3)
    telling.strike(5)
    assert db.session.scalar(select(func.count(Teller.id))) == 2


# Entering


def test_a_batch_is_entered_twice_and_confirmed_and_only_then_counts(telling):
    batch = telling.enter(5, 6, 7, pile=votes(2, 1))
    assert ballots.turnout(telling.ballot) == (0, 9)
    assert telling.repeat(batch, votes(2, 1)) is True
    assert ballots.turnout(telling.ballot) == (0, 9)
    telling.confirm(batch)
    assert ballots.turnout(telling.ballot) == (3, 9)
    assert {(one.choice, one.papers) for one in ballots.told_votes(telling.ballot)} == {
        ("for", 2),
        ("against", 1),
    }


def test_where_two_tellers_differ_nothing_is_confirmed_until_one_has_corrected(telling):
    batch = telling.enter(5, 6, pile=votes(2))
    assert telling.repeat(batch, votes(1, 1)) is False
    with pytest.raises(Refusal, match=r"The two entries differ."):
        telling.confirm(batch)
    telling.do(tellers.correct, 2, number=batch, numbers=[5, 6], pile=votes(1, 1))
    telling.confirm(batch)
    assert telling.place(5).struck


def test_a_voter_entered_by_mistake_is_free_again_once_corrected(telling):
    batch = telling.enter(5, 6)
    telling.do(tellers.correct, 2, number=batch, numbers=[5, 7], pile=votes(2))
    telling.cast(6)
    with pytest.raises(Refusal, match="Your paper vote was handed in"):
        telling.cast(7)


def test_the_second_teller_can_correct_too(telling):
    batch = telling.enter(5, 6, pile=votes(1, 1))
    telling.repeat(batch, votes(2))
    assert telling.repeat(batch, votes(1, 1)) is True


def test_nobody_enters_twice_confirms_alone_or_corrects_anothers_entry(telling):
    telling.appoint(4)
    batch = telling.enter(5)
    with pytest.raises(Refusal, match=r"You entered these papers first."):
        telling.repeat(batch, votes(1), by=2)
    with pytest.raises(Refusal, match=r"Only who entered this can change it."):
        telling.do(tellers.correct, 3, number=batch, numbers=[5], pile=votes(1))
    with pytest.raises(Refusal, match="Enter the papers again yourself"):
        telling.confirm(batch)
    telling.repeat(batch, votes(1))
    with pytest.raises(Refusal, match=r"Two tellers have entered these papers already."):
        telling.repeat(batch, votes(1), by=4)
    with pytest.raises(Refusal, match=r"You entered this yourself."):
        telling.confirm(batch, by=2)
    with pytest.raises(Refusal, match="Enter the papers again yourself"):
        telling.confirm(batch, by=4)
    telling.confirm(batch)


def test_what_was_changed_since_it_was_read_is_not_confirmed(telling):
    batch = telling.enter(5, 6)
    telling.repeat(batch, votes(2))
    read_before = tellers.edition_of(tellers.batch_of(telling.ballot, batch))
    telling.do(tellers.correct, 2, number=batch, numbers=[5, 8], pile=votes(2))
    with pytest.raises(Refusal, match="changed a moment ago"):
        telling.confirm(batch, edition=read_before)


def test_a_confirmed_batch_stands(telling):
    batch = telling.strike(5)
    for service, by, more in (
        (tellers.cancel, 2, {}),
        (tellers.correct, 2, {"numbers": [6], "pile": votes(1)}),
        (tellers.repeat, 3, {"pile": votes(0, 1)}),
    ):
        with pytest.raises(Refusal, match=r"This batch is confirmed and stands."):
            telling.do(service, by, number=batch, **more)
    with pytest.raises(Missing):
        telling.repeat(77, votes(1))


def test_a_cancelled_batch_frees_its_voters_and_forgets_its_papers(telling):
    batch = telling.enter(5, 6, pile=votes(1, 1))
    telling.do(tellers.cancel, 3, number=batch)
    telling.cast(5)
    assert telling.enter(6) == batch + 1
    row = tellers.batch_of(telling.ballot, batch)
    assert (row.entered, row.state) == (None, "cancelled")
    with pytest.raises(Refusal, match=r"Enter its papers as a new one."):
        telling.repeat(batch, votes(2))


@pytest.mark.parametrize(
    ("numbers", "pile", "says"),
    [
        ([5, 6], votes(1), "1 papers, 0 of them spoilt, for 2 voters"),
        ([5], votes(1, spoilt=1), "2 papers, 1 of them spoilt, for 1 voters"),
        ([], votes(), "Name the members whose papers these are."),
        ([5, 99], votes(2), "No member 99 is on the roll of this ballot."),
    ],
)
def test_sums_and_voters_that_cannot_be_are_refused(telling, numbers, pile, says):
    with pytest.raises(Refusal, match=says):
        telling.enter(*numbers, pile=pile)
    assert db.session.scalar(select(func.count(PaperBatch.id))) == 0
    assert db.session.scalar(select(func.count(PaperVoter.roll_entry_id))) == 0


def test_a_channel_that_is_none_is_refused(telling):
    for channel in ("pigeon", "roll-call", ""):
        with pytest.raises(Refusal, match=r"Say how these papers came."):
            telling.enter(5, channel=channel)


def test_members_of_two_classes_are_entered_in_two_batches(motion_house):
    house = motion_house(classes={6: "worker", 7: "worker"})
    with pytest.raises(Refusal, match=r"Enter their papers in two batches."):
        house.enter(5, 6)
    house.strike(5)
    house.strike(6, 7, pile=votes(1, 1))
    assert [(one.voting_class, one.choice) for one in ballots.told_votes(house.ballot)] == [
        ("member", "for"),
        ("worker", "against"),
        ("worker", "for"),
    ]


def test_a_member_who_cannot_vote_is_named_with_the_reason(motion_house, make, deed, now):
    house = motion_house(
        '4. A member votes after [ninety days]{provision="roll.cutoff" value="90 days"}.', appointed=False
    )
    young = make.member(house.organisation, "Young", since=now.date() - timedelta(days=3))
    again = deed(
        ballots.propose_motion, house.organisation, house.actor(1), now, title="A clock", text="We buy one."
    )
    deed(ballots.open_ballot, again, house.organisation, house.actor(1), now)
    house.ballot = again
    house.appoint(2, 3)
    with pytest.raises(Refusal, match=f"Member {young.number} can't vote on this. A member since"):
        house.enter(young.number)


# One vote each


def test_whoever_voted_in_the_browser_is_not_struck_and_can_still_change_that_vote(telling):
    telling.cast(5, "against")
    with pytest.raises(Refusal, match="Member 5 has voted here already"):
        telling.enter(5)
    telling.cast(5, "for")


def test_whoever_is_entered_cannot_vote_in_the_browser_and_is_told_why(telling):
    batch = telling.enter(5)
    with pytest.raises(Refusal, match="handed in on 21 November 2026, and the tellers struck you"):
        telling.cast(5)
    telling.repeat(batch, votes(1))
    telling.confirm(batch)
    with pytest.raises(Refusal, match="handed in on 21 November 2026"):
        telling.cast(5)
    assert db.session.scalar(select(func.count(Vote.id))) == 0


def test_a_voter_stands_in_one_batch(telling):
    telling.enter(5)
    with pytest.raises(Refusal, match=r"Member 5 stands in batch 1 already."):
        telling.enter(5, 6)


def test_a_struck_voter_is_no_longer_asked_to_vote(telling, now):
    telling.strike(5)
    telling.enter(6)
    for number in (5, 6):
        assert ballots.awaiting(telling.actor(number), now) == []
        home = reports.home_of(telling.organisation, telling.actor(number), now)
        assert (home.to_vote, len(home.voted)) == ([], 1)
    assert len(ballots.awaiting(telling.actor(7), now)) == 1
    assert telling.place(5).has_voted
    assert not telling.place(6).has_voted

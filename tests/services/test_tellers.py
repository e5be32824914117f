"""Two tellers enter what was voted on paper; whoever is struck votes once, and every paper is in the count."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Vote
from coop.models.records import AuditEvent, OutboxMail
from coop.models.tellers import PaperBatch, PaperVote, PaperVoter, Teller
from coop.rules.paper_votes import Pile
from coop.rules.verification import read, verify
from coop.services import ballots, records, reports, tellers
from tests.teller_house import PRIVATE, last, votes

# Appointing


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
    with pytest.raises(Refusal, match="Member 8 is a candidate and can't count the votes."):
        house.appoint(8)
    make.event(house.members[3], "suspended", now.date())
    with pytest.raises(Refusal, match="Member 4 is not an active member today."):
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
    with pytest.raises(Refusal, match="Ask the returning officer for a second teller."):
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
    with pytest.raises(Refusal, match="The two entries differ."):
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
    with pytest.raises(Refusal, match="You entered these papers first."):
        telling.repeat(batch, votes(1), by=2)
    with pytest.raises(Refusal, match="Only who entered this can change it."):
        telling.do(tellers.correct, 3, number=batch, numbers=[5], pile=votes(1))
    with pytest.raises(Refusal, match="Enter the papers again yourself"):
        telling.confirm(batch)
    telling.repeat(batch, votes(1))
    with pytest.raises(Refusal, match="Two tellers have entered these papers already."):
        telling.repeat(batch, votes(1), by=4)
    with pytest.raises(Refusal, match="You entered this yourself."):
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
        with pytest.raises(Refusal, match="This batch is confirmed and stands."):
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
    with pytest.raises(Refusal, match="Enter its papers as a new one."):
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
        with pytest.raises(Refusal, match="Say how these papers came."):
            telling.enter(5, channel=channel)


def test_members_of_two_classes_are_entered_in_two_batches(motion_house):
    house = motion_house(classes={6: "worker", 7: "worker"})
    with pytest.raises(Refusal, match="Enter their papers in two batches."):
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
    with pytest.raises(Refusal, match="Member 5 stands in batch 1 already."):
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


# Until when


def test_papers_are_entered_after_closing_until_the_constitutions_days_are_over(telling):
    closes = telling.ballot.closes_at
    assert last(telling.ballot) == closes + timedelta(days=2)
    batch = telling.enter(5, at=closes + timedelta(days=1))
    before = last(telling.ballot) - timedelta(seconds=1)
    telling.repeat(batch, votes(1), at=before)
    telling.confirm(batch, at=before)
    with pytest.raises(Refusal, match="The time to enter papers ended on 30 November 2026, 13:00"):
        telling.enter(6, at=last(telling.ballot))


def test_a_ballot_without_tellers_is_counted_at_once(motion_house):
    house = motion_house(appointed=False)
    due = house.ballot.closes_at + ballots.GRACE
    assert ballots.ids_due(due) == ([], [house.ballot.id])
    assert house.seal(due) is not None


def test_a_ballot_with_tellers_waits_until_each_says_that_no_paper_is_left(telling):
    closes = telling.ballot.closes_at
    due = closes + ballots.GRACE
    with pytest.raises(Refusal, match="Papers can still come in until voting closes."):
        telling.do(tellers.finish, 2)
    assert ballots.ids_due(due) == ([], [])
    assert telling.seal(due) is None
    telling.do(tellers.finish, 2, at=due)
    assert telling.seal(due) is None
    telling.do(tellers.finish, 3, at=due)
    assert ballots.ids_due(due) == ([], [telling.ballot.id])
    assert telling.seal(due) is not None


def test_whoever_enters_another_paper_is_not_finished(telling):
    due = telling.ballot.closes_at + ballots.GRACE
    telling.do(tellers.finish, 2, at=due)
    batch = telling.enter(5, at=due)
    with pytest.raises(Refusal, match="neither confirmed nor cancelled"):
        telling.do(tellers.finish, 3, at=due)
    telling.repeat(batch, votes(1), at=due)
    telling.confirm(batch, at=due)
    telling.do(tellers.finish, 3, at=due)
    assert telling.seal(due) is None
    telling.do(tellers.finish, 2, at=due)
    assert telling.seal(due).result["for"] == 1


def test_what_nobody_confirmed_in_time_does_not_count_and_is_recorded(telling):
    telling.strike(5)
    telling.enter(6, 7)
    decision = telling.seal(last(telling.ballot))
    assert (decision.result["for"], decision.result["voted"]) == (1, 1)
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.verb == "dropped unconfirmed papers")
    ).one()
    assert json.loads(event.facts) == {"batches": 1}
    assert tellers.batch_of(telling.ballot, 2).state == "cancelled"
    for service, more in ((tellers.finish, {}), (tellers.cancel, {"number": 1})):
        with pytest.raises(Refusal, match="The votes are counted"):
            telling.do(service, 2, at=last(telling.ballot), **more)


def test_nothing_is_entered_before_a_ballot_opens_or_when_it_is_void(telling, deed, now):
    deed(ballots.void, telling.ballot, telling.organisation, telling.actor(1), "A slip.", now)
    with pytest.raises(Refusal, match="is void: A slip."):
        telling.enter(5)
    draft = deed(
        ballots.propose_motion, telling.organisation, telling.actor(1), now, title="A clock", text="One."
    )
    telling.ballot = draft
    telling.appoint(2, 3)
    with pytest.raises(Refusal, match="has not opened yet"):
        telling.enter(5)


# Counting


def checks(house):
    deed = house.deed
    deed(records.chain_events, house.organisation.id)
    given = ballots.bundle(house.ballot, house.organisation, house.actor(1), last(house.ballot))
    data = json.dumps(given).encode()
    return given, [
        check for check in verify(read(data), ballots.head_of_bundle(house.ballot)) if not check.ok
    ]


@pytest.mark.parametrize("secrecy", [(), (PRIVATE,)])
def test_papers_count_with_the_other_votes_and_the_bundle_verifies(motion_house, secrecy):
    house = motion_house(*secrecy)
    house.cast(1, "for")
    house.cast(4, "against")
    house.strike(5, 6, 7, pile=votes(1, 1, spoilt=1))
    house.strike(8, pile=votes(0, 0, 1), channel="room")
    decision = house.seal()
    assert {name: decision.result[name] for name in ("for", "against", "abstained", "invalid", "taking_part")} == {
        "for": 2, "against": 2, "abstained": 1, "invalid": 1, "taking_part": 6,
    }  # fmt: skip
    given, failing = checks(house)
    assert failing == []
    assert given["spoilt"] == {"member": 1}
    struck = {ballots.member_mark(house.ballot, number) for number in (5, 6, 7, 8)}
    assert {entry["member"] for entry in given["roll"] if entry.get("struck")} == struck
    assert not any(entry["issued"] for entry in given["roll"] if "struck" in entry)
    assert [key for entry in given["roll"] for key in entry if key == "struck"] == ["struck"] * 4
    told = [{"choice": "abstain"}, {"choice": "against"}, {"choice": "for"}] if not secrecy else "abstain"
    assert all(one in given["votes"] for one in told) if not secrecy else told in given["votes"]
    assert len(given["votes"]) == 5


@pytest.mark.parametrize(
    ("method", "papers"),
    [
        ("irv", {"[1,2]": 2, "[3]": 1}),
        ("plurality", {"[1]": 2, "[3]": 1}),
        ("approval", {"[1,2]": 2, "[3]": 1}),
        ("star", {"[5,3,0]": 2, "[0,null,5]": 1}),
    ],
)
def test_papers_of_an_election_count_and_the_bundle_verifies(election_house, method, papers):
    house = election_house(method)
    house.cast(4, [5, 0, 0] if method == "star" else [1])
    house.strike(5, 6, 1, 2, pile=Pile(papers, 1))
    decision = house.seal()
    assert [one["number"] for one in decision.result["elected"]] == [1]
    assert decision.result["voted"] == 5
    _given, failing = checks(house)
    assert failing == []


def test_a_bundle_without_papers_says_nothing_of_them(telling):
    telling.cast(1)
    telling.seal()
    given, failing = checks(telling)
    assert failing == []
    assert "spoilt" not in given
    assert not any("struck" in entry for entry in given["roll"])


def test_the_same_papers_in_two_batches_are_one_pile_without_a_trace_of_the_batch(telling):
    telling.strike(5)
    telling.strike(6, 7, pile=votes(1, 1))
    rows = {(row.choice, row.papers) for row in db.session.scalars(select(PaperVote))}
    assert rows == {('"for"', 2), ('"against"', 1)}
    assert not any(batch.entered or batch.repeated for batch in tellers.batches_of(telling.ballot))
    facts = " ".join(db.session.scalars(select(AuditEvent.facts)))
    assert '"for"' not in facts
    assert "against" not in facts


def test_votes_are_told_by_their_ways_with_the_tellers_who_entered_them(telling):
    assert ballots.ways_of(telling.ballot) is None
    telling.appoint(4)
    telling.cast(1)
    telling.strike(5, 6, channel="room")
    telling.strike(7, pile=votes(spoilt=1))
    ways = ballots.ways_of(telling.ballot)
    assert ways.counts == {"online": 1, "room": 2, "post": 1}
    assert (ways.spoilt, ways.tellers) == (1, [("Member 2", 2), ("Member 3", 3)])


# Asking


def test_a_voter_asks_for_a_paper_takes_it_back_and_can_vote_here_meanwhile(telling):
    telling.do(tellers.ask_for_paper, 5, way="hand")
    assert [(one.number, one.way, one.state) for one in tellers.requests_of(telling.ballot)] == [
        (5, "hand", "waits")
    ]
    telling.do(tellers.note_sent, 2, number=5)
    assert tellers.requests_of(telling.ballot)[0].state == "sent"
    telling.cast(5)
    assert tellers.requests_of(telling.ballot)[0].state == "online"
    telling.do(tellers.take_back, 5)
    telling.do(tellers.take_back, 5)
    assert tellers.requests_of(telling.ballot) == []


def test_a_paper_comes_by_post_only_to_who_has_an_address(telling, make):
    with pytest.raises(Refusal, match="We have no postal address of you."):
        telling.do(tellers.ask_for_paper, 5, way="post")
    with pytest.raises(Refusal, match="Choose how you want to get the paper."):
        telling.do(tellers.ask_for_paper, 5, way="pigeon")
    far = make.member(telling.organisation, "Far", postal_address="1 Moor End")
    assert tellers.why_no_paper(telling.ballot, make.actor(far), telling.at) != ""


def test_the_tellers_see_the_address_of_who_wants_post_and_of_nobody_else(telling):
    for number in (5, 6):
        with_address(telling, number)
    telling.do(tellers.ask_for_paper, 5, way="post")
    telling.do(tellers.ask_for_paper, 6, way="hand")
    assert [one.address for one in tellers.requests_of(telling.ballot)] == ["5 Moor End", ""]


def with_address(house, number):
    def move():
        member = db.session.get(type(house.members[0]), house.members[number - 1].id)
        member.postal_address = f"{number} Moor End"

    house.deed(move)


def test_no_paper_is_given_to_who_has_voted_is_struck_or_cannot_vote(motion_house, now):
    house = motion_house()
    house.cast(4)
    house.strike(5)
    house.enter(6)
    for number, says in (
        (4, "You have voted here already."),
        (5, "Your paper vote was handed in"),
        (6, "handed in"),
    ):
        with pytest.raises(Refusal, match=says):
            house.do(tellers.ask_for_paper, number, way="hand")
    with pytest.raises(Refusal, match="while voting is open"):
        house.do(tellers.ask_for_paper, 7, way="hand", at=house.ballot.closes_at)


def test_without_tellers_there_is_nobody_to_ask(motion_house):
    house = motion_house(appointed=False)
    with pytest.raises(Refusal, match="This ballot has no tellers."):
        house.do(tellers.ask_for_paper, 5, way="hand")


def test_only_tellers_note_that_a_paper_was_given(telling):
    telling.do(tellers.ask_for_paper, 5, way="hand")
    with pytest.raises(Forbidden):
        telling.do(tellers.note_sent, 1, number=5)
    with pytest.raises(Missing):
        telling.do(tellers.note_sent, 2, number=6)

"""Papers that arrived in time are waited for, and every one is in the count and in the bundle."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.records import AuditEvent
from coop.models.tellers import PaperVote
from coop.rules.paper_votes import Pile
from coop.rules.verification import read, verify
from coop.services import ballots, records, tellers
from tests.teller_house import PRIVATE, last, votes


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
    with pytest.raises(Refusal, match=r"Papers can still come in until voting closes."):
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
        select(AuditEvent).where(AuditEvent.verb == "dropped unconfirmed papers of")
    ).one()
    assert json.loads(event.facts) == {"batches": 1}
    assert tellers.batch_of(telling.ballot, 2).state == "cancelled"
    for service, more in ((tellers.finish, {}), (tellers.cancel, {"number": 1})):
        with pytest.raises(Refusal, match="The votes are counted"):
            telling.do(service, 2, at=last(telling.ballot), **more)


def test_nothing_is_entered_before_a_ballot_opens_or_when_it_is_void(telling, deed, now):
    deed(ballots.void, telling.ballot, telling.organisation, telling.actor(1), "A slip.", now)
    with pytest.raises(Refusal, match=r"is void: A slip."):
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

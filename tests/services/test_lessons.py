"""What other systems got wrong in votes, each a fact here: lessons 4, 6, 7 and 19 of governance."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.ballots import Decision, Vote
from coop.services import ballots
from tests.ballot_house import after, cast
from tests.letter_house import send, tell


def test_4_nothing_closes_early_though_everyone_has_voted_and_the_outcome_is_certain(
    coop_of, open_motion, deed, make, now
):
    organisation, people, officer = coop_of(5)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, people, ["for"] * 5, now)
    for moment in (now, ballot.closes_at - timedelta(seconds=1), ballot.closes_at):
        assert ballots.ids_due(moment) == ([], [])
        assert deed(ballots.seal, ballot.id, moment) is None
    assert ballot.is_open(ballot.closes_at - timedelta(seconds=1))
    last_moment = ballot.closes_at - timedelta(seconds=1)
    cast(deed, make, ballot, people, ["against"] * 3, last_moment)
    assert deed(ballots.seal, ballot.id, after(ballot)).outcome == "lost"
    assert db.session.scalar(select(func.count(Decision.id))) == 1


def test_6_who_joins_after_opening_cannot_vote_and_the_denominator_stays(
    coop_of, open_motion, deed, make, now
):
    organisation, people, officer = coop_of(4)
    ballot = open_motion(organisation, officer)
    joiners = [make.member(organisation, f"Late {n}") for n in range(20)]
    for joiner in joiners[:2]:
        with pytest.raises(Refusal, match="not a member yet on the day this ballot opened"):
            deed(ballots.cast_vote, ballot, make.actor(joiner), "for", now)
    cast(deed, make, ballot, people[:1], ["for"], now)  # a quarter of four is quorate, of twenty-four not
    result = deed(ballots.seal, ballot.id, after(ballot))
    assert (result.outcome, result.result["eligible"], result.result["voted"]) == ("carried", 4, 1)


def test_6_the_vote_of_who_leaves_after_voting_counts_and_they_cannot_change_it_any_more(
    coop_of, open_motion, deed, make, now
):
    organisation, people, officer = coop_of(4)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, people, ["for", "for", "against", "against"], now)
    make.event(people[0], "resigned", now.date())
    make.event(people[1], "expelled", now.date())
    with pytest.raises(Forbidden):
        deed(ballots.cast_vote, ballot, make.actor(people[0]), "against", now)
    result = deed(ballots.seal, ballot.id, after(ballot)).result
    assert (result["for"], result["against"], result["eligible"]) == (2, 2, 4)


def test_7_a_vote_goes_into_an_open_ballot_only_and_is_one_an_entry(coop_of, open_motion, deed, make, now):
    organisation, people, officer = coop_of(3)
    voter = make.actor(people[1])
    draft = deed(ballots.propose_motion, organisation, officer, now, title="A clock", text="We buy one.")
    with pytest.raises(Refusal, match="has not opened yet"):
        deed(ballots.cast_vote, draft, voter, "for", now)
    deed(ballots.announce, draft, organisation, officer, now, opens_at=now + timedelta(days=1))
    with pytest.raises(Refusal, match="has not opened yet"):
        deed(ballots.cast_vote, draft, voter, "for", now)
    ballot = open_motion(organisation, officer)
    for choice in ("for", "against", "for"):
        deed(ballots.cast_vote, ballot, voter, choice, now)
    assert db.session.scalars(select(Vote.choice)).all() == ["for"]
    with pytest.raises(Refusal, match="closed on"):
        deed(ballots.cast_vote, ballot, voter, "against", ballot.closes_at)
    deed(ballots.seal, ballot.id, after(ballot))
    with pytest.raises(Refusal, match="closed on"):
        deed(ballots.cast_vote, ballot, voter, "against", now)
    void = open_motion(organisation, officer)
    deed(ballots.void, void, organisation, officer, "A slip.", now)
    with pytest.raises(Refusal, match="is void"):
        deed(ballots.cast_vote, void, voter, "for", now)


def test_19_no_reminder_after_voting_none_despite_opting_out_and_the_outcome_for_those_reached_by_post(
    coop_of, open_motion, deed, make, post, now
):
    organisation, people, officer = coop_of(3)
    out = make.member(organisation, "Out", reminders=False)
    by_post = make.member(organisation, "Petra", notices="post", postal_address="Toad Lane 1")
    ballot = open_motion(organisation, officer)
    due = ballot.closes_at - timedelta(days=2)
    tell(due)
    cast(deed, make, ballot, [*people[:2], by_post], ["for"] * 3, due)
    send(post, due)
    assert post.to("Something still waits for your answer") == [people[2].email]
    deed(ballots.seal, ballot.id, after(ballot))
    tell(after(ballot))
    send(post, after(ballot))
    assert out.email in post.to("There is a result")
    posts = deed(ballots.to_post, ballot, organisation, officer, after(ballot))
    assert [(one.told.mailing.kind, [who.name for who in one.letters]) for one in posts] == [
        ("opening", ["Petra"]),
        ("outcome", ["Petra"]),
    ]

"""Opening a ballot: when, by whom, for whom; the roll is frozen and the voters are told."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry
from coop.models.records import OutboxMail
from coop.services import ballots
from tests.ballot_house import RULES, after, cast


def test_the_roll_is_frozen_when_the_ballot_opens(coop_of, open_motion, make, deed, now):
    organisation, members, officer = coop_of(4)
    ballot = open_motion(organisation, officer)
    late = make.member(organisation, "Late")
    make.event(members[3], "resigned", now.date())
    with pytest.raises(Refusal, match="not a member yet"):
        deed(ballots.cast_vote, ballot, make.actor(late), "for", now)
    cast(deed, make, ballot, members[:3], ["for", "for", "against"], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.result["eligible"] == 4
    assert decision.result["voted"] == 3


def test_each_entry_and_absence_on_the_roll_has_its_reason(coop_of, open_motion, make, deed, now):
    organisation, _, officer = coop_of(2)
    newcomer = make.member(organisation, "New", since=now.date() - timedelta(days=89))
    just_in_time = make.member(organisation, "Old", since=now.date() - timedelta(days=90))
    suspended = make.member(organisation, "Sus")
    make.event(suspended, "suspended", now.date())
    ballot = open_motion(organisation, officer)
    places = {m.id: ballots.place_of(ballot, make.actor(m)) for m in (newcomer, just_in_time, suspended)}
    assert places[just_in_time.id].entitled
    assert places[newcomer.id].reason == (
        "A member since 24 August 2026; can vote in ballots that open from 22 November 2026 (article 1)."
    )
    assert places[suspended.id].reason == "Suspended on the day the ballot opened."
    with pytest.raises(Refusal, match="from 22 November 2026"):
        deed(ballots.cast_vote, ballot, make.actor(newcomer), "for", now)
    assert ballots.turnout(ballot) == (0, 3)


def test_the_voters_and_nobody_else_are_told_once_that_voting_is_open(coop_of, open_motion, make, deed, now):
    organisation, members, officer = coop_of(2)
    make.member(organisation, "By post", notices="post")
    make.member(organisation, "New", since=now.date())
    ballot = open_motion(organisation, officer)
    mails = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "ballot-open")).all()
    assert {mail.membership_id for mail in mails} == {member.id for member in members}
    assert {mail.ids["path"] for mail in mails} == {f"/ballots/{ballot.number}"}


def test_a_vote_of_the_board_is_the_boards(coop_of, make, deed, now):
    organisation, members, officer = coop_of(4)
    board = make.body(organisation, "board", members=members[:2])
    ballot = deed(
        ballots.propose_motion, organisation, officer, now, title="Paint", text="We paint.", body=board
    )
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    assert ballots.eligible_on(ballot) == 2
    with pytest.raises(Refusal, match="a vote of The board"):
        deed(ballots.cast_vote, ballot, make.actor(members[3]), "for", now)


def test_the_officer_of_a_branch_sets_up_ballots_of_that_branch_only(coop_of, make, deed, now):
    organisation, members, _ = coop_of(3)
    branch = make.body(organisation, "branch", members=members)
    local = make.actor(make.officer(organisation, "returning_officer", "Bo", body=branch))
    draft = {"title": "Paint", "text": "We paint."}
    deed(ballots.propose_motion, organisation, local, now, body=branch, **draft)
    with pytest.raises(Forbidden):
        deed(ballots.propose_motion, organisation, local, now, **draft)


def test_an_announced_ballot_opens_by_itself_at_its_time(coop_of, make, deed, now):
    organisation, _, officer = coop_of(2)
    ballot = deed(ballots.propose_motion, organisation, officer, now, title="Mill", text="We buy it.")
    opens_at = now + timedelta(days=2)
    with pytest.raises(Refusal, match="a time to come"):
        deed(ballots.announce, ballot, organisation, officer, now, opens_at=now)
    deed(ballots.announce, ballot, organisation, officer, now, opens_at=opens_at)
    with pytest.raises(Refusal, match="announced already"):
        deed(ballots.announce, ballot, organisation, officer, now, opens_at=opens_at)
    assert ballots.ids_due(opens_at - timedelta(seconds=1)) == ([], [])
    deed(ballots.open_due, ballot.id, opens_at - timedelta(seconds=1))
    assert ballot.opened_at is None
    assert ballots.ids_due(opens_at) == ([ballot.id], [])
    deed(ballots.open_due, ballot.id, opens_at)
    assert (ballot.opens_at, ballot.closes_at) == (opens_at, opens_at + timedelta(days=7))


def test_after_a_standstill_the_voting_period_is_as_long_as_promised(coop_of, make, deed, now):
    organisation, _, officer = coop_of(2)
    ballot = deed(ballots.propose_motion, organisation, officer, now, title="Mill", text="We buy it.")
    deed(ballots.announce, ballot, organisation, officer, now, opens_at=now + timedelta(days=1))
    deed(ballots.open_due, ballot.id, now + timedelta(days=3))
    assert ballot.closes_at == now + timedelta(days=10)


def test_an_announced_ballot_that_nobody_could_vote_on_is_void_with_the_reason(coop_of, make, deed, now):
    organisation, members, officer = coop_of(1)
    ballot = deed(ballots.propose_motion, organisation, officer, now, title="Mill", text="We buy it.")
    deed(ballots.announce, ballot, organisation, officer, now, opens_at=now + timedelta(days=1))
    make.event(members[0], "resigned", now.date())
    deed(ballots.open_due, ballot.id, now + timedelta(days=1))
    assert ballot.void_reason.startswith("Nobody could vote")
    assert ballots.ids_due(now + timedelta(days=1)) == ([], [])


def test_no_roll_no_ballot(coop_of, make, deed, now):
    organisation = make.organisation(text=RULES)
    officer = make.actor(make.officer(organisation, "returning_officer", since=now.date()))
    ballot = deed(ballots.propose_motion, organisation, officer, now, title="x", text="y")
    with pytest.raises(Refusal, match="Nobody could vote"):
        deed(ballots.open_ballot, ballot, organisation, officer, now)
    assert db.session.scalar(select(func.count(RollEntry.id))) == 0
    assert db.session.get(Ballot, ballot.id).opened_at is None

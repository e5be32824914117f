"""Motions from draft to decision: who may, when not, and what stays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from coop.access import OPERATOR
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Decision, Vote
from coop.models.records import AuditEvent, AuditParticulars
from coop.rules.calendar import closing_of
from coop.services import ballots
from tests.ballot_house import after, cast


def test_twenty_of_thirty_votes_carry_in_a_co_op_of_a_hundred(coop_of, open_motion, make, deed, now):
    organisation, members, officer = coop_of(100)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, members, ["for"] * 20 + ["against"] * 10, now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == "carried"
    assert decision.reasoning == (
        "Carried: 20 for, 10 against, 0 abstained. Needs more than 1/2 of 30 votes cast (16). "
        "Quorum 1/4 of 100 members (25): 30 voted. Article 2, version 1."
    )


@pytest.mark.parametrize(("votes_for", "outcome"), [(14, "lost"), (15, "carried"), (16, "carried")])
def test_fifteen_of_twenty_is_not_less_than_three_quarters(
    coop_of, open_motion, make, deed, now, votes_for, outcome
):
    organisation, members, officer = coop_of(20)
    ballot = open_motion(organisation, officer, decision_class="special")
    cast(deed, make, ballot, members, ["for"] * votes_for + ["against"] * (20 - votes_for), now)
    assert deed(ballots.seal, ballot.id, after(ballot)).outcome == outcome


@pytest.mark.parametrize(("voters", "outcome"), [(2, "inquorate"), (3, "carried"), (4, "carried")])
def test_the_quorum_is_read_when_counting(coop_of, open_motion, make, deed, now, voters, outcome):
    organisation, members, officer = coop_of(12)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, members, ["for"] * voters, now)
    assert deed(ballots.seal, ballot.id, after(ballot)).outcome == outcome


def test_nothing_closes_early_although_everyone_has_voted(coop_of, open_motion, make, deed, now):
    organisation, members, officer = coop_of(4)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, members, ["for"] * 4, now)
    last_moment = ballot.closes_at - timedelta(seconds=1)
    assert deed(ballots.seal, ballot.id, last_moment) is None
    assert ballots.ids_due(after(ballot) - timedelta(seconds=1)) == ([], [])
    deed(ballots.cast_vote, ballot, make.actor(members[1]), "against", last_moment)
    assert deed(ballots.seal, ballot.id, after(ballot)).result["against"] == 1


def test_the_voting_period_is_the_constitutions_in_the_co_ops_wall_time(coop_of, open_motion, now):
    organisation, _, officer = coop_of(1)
    ballot = open_motion(organisation, officer)
    assert ballot.closes_at - ballot.opens_at == timedelta(days=7)
    assert closing_of(datetime(2026, 3, 25, 17, 0, 1, tzinfo=UTC), 7, "Europe/Madrid") == datetime(
        2026, 4, 1, 16, 1, tzinfo=UTC
    )


def test_a_vote_is_changed_until_closing_and_counts_once(coop_of, open_motion, make, deed, now):
    organisation, _, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    for choice in ("for", "against", "against", "abstain"):
        deed(ballots.cast_vote, ballot, officer, choice, now)
    assert ballots.vote_of(ballot, officer.membership_id) == "abstain"
    assert db.session.scalar(select(func.count(Vote.id))) == 1


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("drafted", "has not opened yet"),
        ("closed", r"closed on 28 November 2026, 13:00 \(Madrid\)"),
        ("sealed", "closed on 28 November 2026"),
        ("void", "is void: a mistake in the text"),
    ],
)
def test_votes_are_refused_outside_the_voting_period(coop_of, make, deed, now, moment, sentence):
    organisation, _, officer = coop_of(2)
    ballot = deed(ballots.propose_motion, organisation, officer, now, title="Buy a mill", text="We buy it.")
    if moment != "drafted":
        deed(ballots.open_ballot, ballot, organisation, officer, now)
    if moment == "void":
        deed(ballots.void, ballot, organisation, officer, "a mistake in the text", now)
    if moment == "sealed":
        deed(ballots.seal, ballot.id, after(ballot))
    at = ballot.closes_at if moment in {"closed", "sealed"} else now
    with pytest.raises(Refusal, match=sentence):
        deed(ballots.cast_vote, ballot, officer, "for", at)
    assert db.session.scalar(select(func.count(Vote.id))) == 0


@pytest.mark.parametrize("choice", ["", "maybe", [1], "FOR"])
def test_a_choice_that_is_not_on_the_paper_is_refused(coop_of, open_motion, deed, now, choice):
    organisation, _, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    with pytest.raises(Refusal, match="Choose first"):
        deed(ballots.cast_vote, ballot, officer, choice, now)


def test_the_database_itself_keeps_one_vote_a_roll_entry(coop_of, open_motion, deed, now):
    organisation, _, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    deed(ballots.cast_vote, ballot, officer, "for", now)
    again = text(
        "INSERT INTO votes (ballot_id, roll_entry_id, choice, cast_at) "
        "SELECT ballot_id, roll_entry_id, choice, cast_at FROM votes"
    )
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError):
        deed(db.session.execute, again)


def test_sealing_twice_gives_the_same_decision(coop_of, open_motion, make, deed, now):
    organisation, members, officer = coop_of(4)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, members, ["for"] * 3, now)
    first = deed(ballots.seal, ballot.id, after(ballot)).id
    assert deed(ballots.seal, ballot.id, after(ballot) + timedelta(days=1)).id == first
    assert db.session.scalar(select(func.count(Decision.id))) == 1


def test_decisions_are_numbered_by_organisation_and_year(make, coop_of, open_motion, deed, now):
    organisation, _, officer = coop_of(2)
    for _ in range(2):
        ballot = open_motion(organisation, officer)
        deed(ballots.seal, ballots.ids_due(after(ballot), organisation.id)[1][0], after(ballot))
    labels = [decision.label for decision in ballots.list_decisions(organisation).rows]
    assert labels == ["2026/2", "2026/1"]
    other = make.organisation("orchard", "Orchard")
    with pytest.raises(Missing):
        ballots.find_decision(other, 2026, 1)


def test_a_decision_belongs_to_the_day_and_year_of_its_closing(coop_of, deed, make):
    organisation, _, officer = coop_of(2)
    opened = datetime(
        2026, 12, 25, 22, 30, tzinfo=UTC
    )  # closes on 1 January at 23:30 by the clocks of Madrid
    ballot = deed(ballots.propose_motion, organisation, officer, opened, title="New year", text="A feast.")
    deed(ballots.open_ballot, ballot, organisation, officer, opened)
    decision = deed(ballots.seal, ballot.id, ballot.closes_at + timedelta(days=9))
    assert (decision.label, decision.decided_on) == ("2027/1", date(2027, 1, 1))


def test_there_is_no_way_to_a_decision_but_counting():
    import ast
    from pathlib import Path

    import coop

    makers = [
        path.relative_to(Path(coop.__path__[0])).as_posix()
        for path in Path(coop.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Decision"
    ]
    assert makers == ["services/ballots/sealing.py"]


def test_only_the_returning_officer_sets_up_opens_voids_and_certifies(coop_of, open_motion, make, deed, now):
    organisation, _, officer = coop_of(3)
    secretary = make.actor(make.officer(organisation, "secretary"))
    with pytest.raises(Forbidden):
        deed(ballots.propose_motion, organisation, secretary, now, title="x", text="y")
    ballot = open_motion(organisation, officer)
    for do in (ballots.open_ballot, ballots.certify):
        with pytest.raises(Forbidden):
            deed(do, ballot, organisation, secretary, now)
    with pytest.raises(Forbidden):
        deed(ballots.void, ballot, organisation, secretary, "I don't like it", now)
    with pytest.raises(Forbidden):
        deed(ballots.cast_vote, ballot, OPERATOR, "for", now)


def test_once_open_nothing_of_a_ballot_changes(coop_of, open_motion, deed, now):
    organisation, _, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    with pytest.raises(Refusal, match="words stand"):
        deed(ballots.change_draft, ballot, organisation, officer, now, title="Buy two mills", text="Two.")
    with pytest.raises(Refusal, match="opened before"):
        deed(ballots.open_ballot, ballot, organisation, officer, now)


def test_a_result_cannot_be_voided(coop_of, open_motion, deed, now):
    organisation, _, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    with pytest.raises(Refusal, match="Only another decision"):
        deed(ballots.void, ballot, organisation, officer, "I lost", ballot.closes_at)
    with pytest.raises(Refusal, match="not counted yet"):
        deed(ballots.certify, ballot, organisation, officer, ballot.closes_at)
    deed(ballots.seal, ballot.id, after(ballot))
    deed(ballots.certify, ballot, organisation, officer, after(ballot))
    assert ballot.stage_at(after(ballot)) == "certified"


def test_a_void_ballot_never_becomes_a_decision(coop_of, open_motion, deed, now):
    organisation, _, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    with pytest.raises(Refusal, match="Say why"):
        deed(ballots.void, ballot, organisation, officer, "  ", now)
    deed(ballots.void, ballot, organisation, officer, "The text was wrong.", now)
    assert deed(ballots.seal, ballot.id, after(ballot)) is None
    assert ballots.list_decisions(organisation).rows == []


def test_an_open_vote_shows_who_voted_how_only_when_it_is_counted(coop_of, open_motion, make, deed, now):
    organisation, members, officer = coop_of(3)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, members, ["for", "against"], now)
    assert ballots.who_voted_how(ballot) == []
    deed(ballots.seal, ballot.id, after(ballot))
    assert ballots.who_voted_how(ballot) == [
        ballots.VoteLine("Rita", 1, "for", "online", 1),
        ballots.VoteLine("Member 2", 2, "against", "online", 1),
    ]


def test_no_audit_event_says_what_was_chosen(coop_of, open_motion, make, deed, now):
    organisation, members, officer = coop_of(3)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, members, ["for", "against"], now)
    voted = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "voted on")).all()
    assert [(event.actor, event.subject, event.facts) for event in voted] == [
        ("member 1", f"ballot {ballot.number}", "{}"),
        ("member 2", f"ballot {ballot.number}", "{}"),
    ]
    assert db.session.scalar(select(func.count(AuditParticulars.event_id))) == 0


def test_a_member_is_told_what_awaits_their_vote_until_they_have_voted(coop_of, open_motion, make, deed, now):
    organisation, members, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    assert [one.id for one in ballots.awaiting(officer, now)] == [ballot.id]
    deed(ballots.cast_vote, ballot, officer, "abstain", now)
    assert ballots.awaiting(officer, now) == []
    assert ballots.awaiting(make.actor(members[1]), ballot.closes_at) == []


def test_a_ballot_of_another_organisation_is_missing(coop_of, open_motion, make, now):
    organisation, _, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    with pytest.raises(Missing):
        ballots.find(make.organisation("orchard", "Orchard"), ballot.number)


@pytest.mark.parametrize("count", [3, 40])
def test_casting_takes_few_queries_whatever_the_size(coop_of, open_motion, deed, now, count_queries, count):
    organisation, _, officer = coop_of(count)
    ballot = open_motion(organisation, officer)
    deed(ballots.cast_vote, ballot, officer, "for", now)
    number = ballot.number
    with count_queries() as seen:
        deed(lambda: ballots.cast_vote(ballots.find(organisation, number), officer, "against", now))
    assert seen.count <= 7, seen.statements


def test_the_list_of_ballots_is_searched_and_filtered(coop_of, open_motion, deed, now):
    organisation, _, officer = coop_of(2)
    open_motion(organisation, officer, title="Buy the mill")
    voided = open_motion(organisation, officer, title="Paint 100% of the mill", text="All of it.")
    deed(ballots.void, voided, organisation, officer, "no paint", now)
    deed(ballots.propose_motion, organisation, officer, now, title="A draft", text="Of a mill.")

    def titles(**how):
        return [row.title for row in ballots.list_ballots(organisation, now, **how).rows]

    assert titles() == ["Paint 100% of the mill", "Buy the mill"]
    assert titles(drafts_of=[voided.body_id])[0] == "A draft"
    assert titles(words="MILL BUY the") == ["Buy the mill"]
    assert titles(words="%") == ["Paint 100% of the mill"]
    assert titles(state="open") == ["Buy the mill"]
    assert titles(state="closed") == ["Paint 100% of the mill"]
    assert titles(page=2) == []

"""What a void decision has caused: terms end, versions not in force never come, and what has effect stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.access import PROGRAM
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.organisations import BodyMembership, Office, OfficeTerm
from coop.services import ballots, constitution, organisations
from coop.transaction import writing
from tests.ballot_house import RULES, after, cast
from tests.objection_house import answer, challenge

# What an election causes


@pytest.fixture
def elected(coop_of, deed, make, now):
    """Member 2 is elected to a seat on the board, by all; the returning officer stood too."""
    organisation, people, officer = coop_of(4)
    runs = make.actor(stand_in(organisation, make))
    board = make.body(organisation, "board")
    office = deed(
        organisations.add_office,
        board,
        "board_member",
        "Board member",
        seats=1,
        actor=make.actor(make.officer(organisation, "secretary")),
        now=now,
    )
    ballot = deed(
        ballots.set_up_election,
        organisation,
        runs,
        now,
        office=office,
        candidates=[ballots.Candidate(people[0]), ballots.Candidate(people[1])],
    )
    deed(ballots.open_ballot, ballot, organisation, runs, now)
    chosen = next(one.position for one in ballot.options if one.membership_id == people[1].id)
    cast(deed, make, ballot, people, [[chosen]] * 3, now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == "elected"
    other = make.actor(make.officer(organisation, "treasurer"))
    return organisation, people, officer, ballot, decision, other, runs


def test_a_candidate_does_not_answer_a_challenge_of_their_own_election(elected, deed, make):
    made = challenge(elected[:5], deed, make)
    with pytest.raises(Forbidden):
        answer(elected[:5], deed, made, upheld=False)
    assert not ballots.may_answer(made, elected[2])


@pytest.mark.parametrize(("days", "last_day"), [(0, 1), (1, 1), (30, 30)])
def test_the_terms_of_the_elected_end_on_the_day_the_election_becomes_void(
    elected, deed, make, now, days, last_day
):
    """On the evening of the count the term has not begun: it lasts its first day, since none can be empty."""
    _, people, _, ballot, decision, _, officer = elected
    made = challenge(elected[:5], deed, make)
    when = after(ballot) + timedelta(days=days)
    answer(elected[:5], deed, made, upheld=True, actor=officer, when=when)
    db.session.expire_all()
    term = db.session.scalars(select(OfficeTerm).where(OfficeTerm.decision_id == decision.id)).one()
    seat = db.session.scalars(select(BodyMembership).where(BodyMembership.decision_id == decision.id)).one()
    expected = decision.decided_on + timedelta(days=last_day)
    assert (term.membership_id, term.ends_on, seat.ends_on) == (people[1].id, expected, expected)


def stand_in(organisation, make):
    """Somebody who returns in the place of the returning officer: another seat of that office."""
    with writing():
        office = db.session.scalars(select(Office).where(Office.kind == "returning_officer")).one()
        office.seats = 2
    return make.officer(organisation, "returning_officer", "Stella")


def test_a_term_that_ended_before_is_left_as_it_is(elected, deed, make, now):
    _, _, _, ballot, decision, _, officer = elected
    term = db.session.scalars(select(OfficeTerm).where(OfficeTerm.decision_id == decision.id)).one()
    gone = decision.decided_on + timedelta(days=3)
    deed(organisations.end_term, term, gone, actor=PROGRAM, now=now)
    made = challenge(elected[:5], deed, make)
    answer(elected[:5], deed, made, upheld=True, actor=officer, when=after(ballot) + timedelta(days=9))
    db.session.expire_all()
    assert term.ends_on == gone


# What a change of the constitution causes


def adopt(counted, deed, now, *, in_force_in=None, text=RULES):
    organisation, _, _, _, decision = counted
    day = organisation.day_of(now)
    in_force_on = None if in_force_in is None else day + timedelta(days=in_force_in)
    return deed(
        constitution.adopt_version,
        organisation,
        text,
        passed_on=day,
        registered_on=None,
        in_force_on=in_force_on,
        decision_id=decision.id,
        now=now,
    )


@pytest.fixture
def changed(coop_of, open_motion, deed, make, now):
    organisation, people, officer = coop_of(4)
    ballot = open_motion(organisation, officer, decision_class="constitutional")
    cast(deed, make, ballot, people, ["for"] * 4, now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == "carried"
    return organisation, people, officer, ballot, decision


@pytest.mark.parametrize("in_force_in", [None, 30], ids=["no day is set", "the day is to come"])
def test_a_version_that_is_not_in_force_never_comes_into_force(changed, deed, make, in_force_in):
    organisation, _, _, ballot, _ = changed
    text = RULES.replace("ninety days", "sixty days").replace("90 days", "60 days")
    version = adopt(changed, deed, after(ballot), in_force_in=in_force_in, text=text)
    answer(changed, deed, challenge(changed, deed, make), upheld=True)
    db.session.expire_all()
    day = organisation.day_of(after(ballot)) + timedelta(days=365)
    assert (version.in_force_on, version.void_at is None) == (None, False)
    assert constitution.in_force(organisation, day).number == 1
    assert constitution.latest(organisation).number == 2
    assert constitution.latest(organisation, void=False).number == 1
    first = constitution.find_version(organisation, 1)
    settings = constitution.history_of(first)["roll.cutoff", ""]
    assert [one.text for one in settings] == ["90 days"]


def test_a_later_version_takes_no_value_and_no_number_from_a_void_one(changed, deed, make, now):
    organisation, _, _, ballot, _ = changed
    text = RULES.replace("ninety days", "sixty days").replace("90 days", "60 days")
    adopt(changed, deed, after(ballot), in_force_in=30, text=text)
    answer(changed, deed, challenge(changed, deed, make), upheld=True)
    again = make.decision(organisation)
    version = adopt((*changed[:4], again), deed, after(ballot), in_force_in=1)
    assert version.number == 3
    [rule] = [row for row in version.provisions if row.key == "roll.cutoff"]
    assert rule.decision_id is None  # the founders', as in version 1
    with pytest.raises(Refusal, match="changes by a carried constitutional decision"):
        adopt(changed, deed, after(ballot), in_force_in=60)


@pytest.mark.parametrize(("days_later", "refused"), [(-1, False), (0, True), (1, True)])
def test_a_version_in_force_is_undone_by_another_decision_only(changed, deed, make, days_later, refused):
    ballot = changed[3]
    version = adopt(changed, deed, after(ballot), in_force_in=5)
    made = challenge(changed, deed, make)
    when = after(ballot) + timedelta(days=5 + days_later)
    if not refused:
        answer(changed, deed, made, upheld=True, when=when)
        return
    with pytest.raises(Refusal, match=r"version 2 of the constitution, in force since .* put that motion"):
        answer(changed, deed, made, upheld=True, when=when)
    db.session.expire_all()
    assert (ballot.void_at, made.outcome, version.void_at) == (None, None, None)
    answer(changed, deed, made, upheld=False, when=when)


def test_a_version_from_which_a_later_one_was_made_is_undone_by_another_decision_only(changed, deed, make):
    organisation, ballot = changed[0], changed[3]
    adopt(changed, deed, after(ballot), in_force_in=30)
    adopt((*changed[:4], make.decision(organisation)), deed, after(ballot), in_force_in=60)
    made = challenge(changed, deed, make)
    with pytest.raises(Refusal, match="A later version of the constitution was made from version 2"):
        answer(changed, deed, made, upheld=True)

"""Elections: private, ranked, counted to the seat, and whoever is elected takes office."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Vote
from coop.models.organisations import BodyMembership, Office, OfficeTerm
from coop.models.records import AuditEvent
from coop.rules.chain import canonical
from coop.services import ballots, organisations, records
from tests.ballot_house import after, cast

RULES = """
1. Officers are elected for [one year]{provision="office.term" value="12 months"}.

2. Papers are counted by [single transferable vote]{provision="election.method" value="scottish-stv"}.

3. An election counts if [three members]{provision="election.quorum" value="3 of eligible"} vote.
"""


@pytest.fixture
def coop_of(make, deed):
    def build(voters, rules=RULES):
        organisation = make.organisation(text=rules)
        officer = make.officer(organisation, "returning_officer", "Rita")
        members = [officer, *(make.member(organisation, f"Member {n}") for n in range(2, voters + 1))]
        return organisation, members, make.actor(officer)

    return build


def office_of(organisation, kind="treasurer", **more):
    return organisations.find_office(organisation, kind, **more)


@pytest.fixture
def election(deed, now):
    def build(organisation, officer, office, members, **more):
        candidates = [ballots.Candidate(member, f"I am {member.name}.") for member in members]
        ballot = deed(
            ballots.set_up_election, organisation, officer, now, office=office, candidates=candidates, **more
        )
        deed(ballots.open_ballot, ballot, organisation, officer, now)
        return ballot

    return build


def test_whoever_is_elected_takes_office_on_the_next_day_for_the_term(coop_of, election, make, deed, now):
    organisation, members, officer = coop_of(5)
    office = office_of(organisation)
    ballot = election(organisation, officer, office, members[1:3])
    cast(deed, make, ballot, members, [[1], [1, 2], [2, 1], [1]], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == "elected"
    assert decision.text == "Elected: Member 2."
    assert decision.reasoning == (
        "Elected: Member 2. 1 seat, 2 candidates, single transferable vote (Scottish), quota 3 of 4. "
        "Quorum 3 of 5 members: 4 voted. Articles 1, 2 and 3, version 1."
    )
    term = db.session.scalars(select(OfficeTerm).where(OfficeTerm.office_id == office.id)).one()
    closed_on = organisation.day_of(ballot.closes_at)
    assert (term.membership_id, term.decision_id) == (members[1].id, decision.id)
    assert term.starts_on == closed_on + timedelta(days=1) == date(2026, 12, 6)
    assert term.ends_on == date(2027, 12, 5)


def test_a_successor_ends_the_term_of_whoever_held_the_office(coop_of, election, make, deed, now):
    organisation, members, officer = coop_of(4)
    old = make.officer(organisation, "treasurer", "Old")
    ballot = election(organisation, officer, office_of(organisation), members[1:3])
    cast(deed, make, ballot, members, [[1], [1], [1]], now)
    deed(ballots.seal, ballot.id, after(ballot))
    terms = {
        term.membership_id: term
        for term in db.session.scalars(select(OfficeTerm))
        if term.office_id == ballot.office_id
    }
    assert terms[old.id].ends_on == date(2026, 12, 5)
    assert terms[members[1].id].starts_on == date(2026, 12, 6)


def test_an_officer_elected_again_begins_a_new_term(coop_of, election, make, deed, now):
    organisation, members, officer = coop_of(4)
    holder = make.officer(organisation, "treasurer")
    ballot = election(organisation, officer, office_of(organisation), [holder])
    cast(deed, make, ballot, members, [[1], [1], [1]], now)
    deed(ballots.seal, ballot.id, after(ballot))
    terms = db.session.scalars(
        select(OfficeTerm).where(OfficeTerm.membership_id == holder.id).order_by(OfficeTerm.starts_on)
    ).all()
    assert [term.ends_on for term in terms] == [date(2026, 12, 5), date(2027, 12, 5)]


def test_the_elected_of_a_board_belong_to_the_board(coop_of, election, make, deed, now):
    organisation, members, officer = coop_of(6)
    board = make.body(organisation, "board", name="The board")
    office = Office(
        organisation_id=organisation.id, body_id=board.id, kind="board_member", title="Board member", seats=2
    )
    deed(db.session.add, office)
    ballot = election(organisation, officer, office, members[1:4])
    cast(deed, make, ballot, members, [[1, 2, 3], [2, 1, 3], [1, 2], [3, 2], [2]], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert {one["name"] for one in decision.result["elected"]} == {"Member 2", "Member 3"}
    sits = {row.membership_id: row for row in db.session.scalars(select(BodyMembership))}
    assert set(sits) == {members[1].id, members[2].id}
    assert {row.decision_id for row in sits.values()} == {decision.id}


@pytest.mark.parametrize(("voters", "outcome"), [(2, "inquorate"), (3, "elected"), (4, "elected")])
def test_an_election_counts_only_with_its_quorum(coop_of, election, make, deed, now, voters, outcome):
    organisation, members, officer = coop_of(5)
    ballot = election(organisation, officer, office_of(organisation), members[1:3])
    cast(deed, make, ballot, members, [[1]] * voters, now)
    assert deed(ballots.seal, ballot.id, after(ballot)).outcome == outcome
    seated = db.session.scalar(
        select(func.count(OfficeTerm.id)).where(OfficeTerm.office_id == ballot.office_id)
    )
    assert seated == (outcome == "elected")


def test_a_tie_is_settled_by_the_seed_announced_before_voting(coop_of, election, make, deed, now):
    organisation, members, officer = coop_of(4)
    ballot = election(organisation, officer, office_of(organisation), members[1:3])
    cast(deed, make, ballot, members, [[1], [1], [2], [2]], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == "elected"
    assert "the lot (tie 1) falls on" in json.dumps(decision.result["rounds"])
    import hashlib

    told = db.session.scalar(select(AuditEvent.facts).where(AuditEvent.verb == "announced"))
    assert json.loads(told)["seed_sha256"] == hashlib.sha256(bytes.fromhex(ballot.seed)).hexdigest()


def test_where_nobody_votes_nobody_is_elected(coop_of, election, deed, now):
    organisation, members, officer = coop_of(
        3, rules=RULES.replace("3 of eligible", "0 of eligible").replace("[three members]", "[0]")
    )
    ballot = election(organisation, officer, office_of(organisation), members[1:2])
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert (decision.outcome, decision.text) == ("lost", "Nobody is elected.")


def test_elections_of_people_are_never_open(coop_of, election, now):
    organisation, members, officer = coop_of(4)
    ballot = election(organisation, officer, office_of(organisation), members[1:])
    assert ballot.secrecy == "private"
    assert ballots.who_voted_how(ballot) == []


def test_candidates_stand_on_the_paper_by_name(coop_of, election, now):
    organisation, members, officer = coop_of(4)
    ballot = election(organisation, officer, office_of(organisation), [members[3], members[1], members[2]])
    assert [(o.position, o.name) for o in ballot.options] == [
        (1, "Member 2"),
        (2, "Member 3"),
        (3, "Member 4"),
    ]


@pytest.mark.parametrize("paper", [[], [1, 1], [4], [0], [-1], "for"])
def test_a_paper_that_is_no_ranking_is_refused(coop_of, election, deed, now, paper):
    organisation, members, officer = coop_of(4)
    ballot = election(organisation, officer, office_of(organisation), members[1:])
    with pytest.raises(Refusal):
        deed(ballots.cast_vote, ballot, officer, paper, now)
    assert db.session.scalar(select(func.count(Vote.id))) == 0


def test_candidates_must_be_active_members_named_once(coop_of, make, deed, now):
    organisation, members, officer = coop_of(3)
    stranger = make.member(make.organisation("orchard", "Orchard"), "Stranger")
    gone = make.member(organisation, "Gone")
    make.event(gone, "resigned", now.date())
    office = office_of(organisation)
    for names in ([], [stranger], [gone], [members[1], members[1]]):
        with pytest.raises(Refusal):
            deed(ballots.set_up_election, organisation, officer, now, office=office,
                 candidates=[ballots.Candidate(member) for member in names])  # fmt: skip
    assert db.session.scalar(select(func.count(Ballot.id))) == 0


@pytest.mark.parametrize("seats", [0, 2])
def test_no_more_are_elected_than_the_office_has_seats(coop_of, deed, now, seats):
    organisation, members, officer = coop_of(3)
    with pytest.raises(Refusal, match="seats"):
        deed(ballots.set_up_election, organisation, officer, now, office=office_of(organisation),
             candidates=[ballots.Candidate(members[1])], seats=seats)  # fmt: skip


def test_the_bundle_of_a_private_vote_names_nobody(coop_of, election, make, deed, now):
    organisation, members, officer = coop_of(5)
    ballot = election(organisation, officer, office_of(organisation), members[1:3])
    cast(deed, make, ballot, members, [[2], [1], [2, 1]], now)
    with pytest.raises(Refusal, match="nothing to check yet"):
        ballots.bundle(ballot, organisation, officer, now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    with pytest.raises(Refusal, match="recorded a moment ago"):
        ballots.bundle(ballot, organisation, officer, after(ballot))
    deed(records.chain_events, organisation.id)
    made = ballots.bundle(ballot, organisation, officer, after(ballot))
    assert made["votes"] == [[1], [2, 1], [2]]
    assert [entry["issued"] for entry in made["roll"]].count(True) == 3
    assert ballots.member_mark(ballot, members[0].number) in {entry["member"] for entry in made["roll"]}
    assert made["decision"]["number"] == decision.label
    assert ballot.salt not in canonical(made)

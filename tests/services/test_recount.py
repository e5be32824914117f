"""A recount gives the same, byte for byte; were a vote, a voter or a result changed, it says so."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from coop.cli import main
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.rules.chain import canonical
from coop.services import ballots, records
from coop.transaction import chain_events
from tests.ballot_house import after, cast


@pytest.fixture
def counted(coop_of, open_motion, deed, make, now):
    organisation, people, officer = coop_of(6)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, people, ["for", "for", "for", "against", "abstain"], now)
    deed(ballots.seal, ballot.id, after(ballot))
    chain_events(lambda: records.chain_events(organisation.id))
    return organisation, people, officer, ballot


def past_the_guards(table, statement, **values):
    """Change what the tables refuse to change, as whoever holds the database can: the guards are taken away."""
    with db.engine.connect().execution_options(coop_writing=True) as connection:
        if db.engine.dialect.name == "sqlite":
            asked = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
            for (name,) in connection.execute(text(asked), {"table": table}).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        connection.execute(text(statement), values)
        connection.commit()
    db.session.expire_all()


def test_a_recount_is_the_same_to_the_last_digit_and_says_both_hashes(counted):
    *_, officer, ballot = counted
    found = ballots.recount(ballot, officer)
    assert found.same
    assert found.says == "The same, to the last digit."
    assert found.votes.stored == found.votes.anew
    assert found.result.stored == found.result.anew != found.votes.stored


def test_the_bundle_made_twice_is_the_same_byte_for_byte(counted):
    organisation, _, officer, ballot = counted
    made = []
    for _ in range(2):
        db.session.expire_all()
        made.append(canonical(ballots.bundle(ballot, organisation, officer, after(ballot))).encode())
    assert made[0] == made[1]


def test_a_changed_vote_shows_in_votes_and_result(counted):
    *_, officer, ballot = counted
    past_the_guards("votes", "UPDATE votes SET choice = :choice WHERE id = 1", choice='"against"')
    found = ballots.recount(ballot, officer)
    assert (found.votes.same, found.result.same, found.same) == (False, False, False)
    assert found.says == "Not the same: the votes are no longer those that were sealed."


def test_two_voters_who_were_exchanged_show_in_the_votes_though_the_count_is_the_same(counted):
    *_, officer, ballot = counted
    swapped = "UPDATE votes SET choice = CASE id WHEN 1 THEN :against WHEN 4 THEN :for END WHERE id IN (1, 4)"
    if db.engine.dialect.name == "postgresql":
        swapped = swapped.replace(":against", "CAST(:against AS JSON)").replace(":for", "CAST(:for AS JSON)")
    past_the_guards("votes", swapped, **{"against": '"against"', "for": '"for"'})
    found = ballots.recount(ballot, officer)
    assert (found.votes.same, found.result.same) == (False, True)


def test_a_changed_result_shows_though_the_votes_are_the_same(counted):
    *_, officer, ballot = counted
    past_the_guards("decisions", "UPDATE decisions SET reasoning = 'Lost: nobody was for it.'")
    found = ballots.recount(ballot, officer)
    assert (found.votes.same, found.result.same) == (True, False)
    assert found.says == "Not the same: the same votes come to another result than the one stored."


def test_an_election_is_counted_again_with_every_round(coop_of, deed, make, now):
    organisation, people, officer = coop_of(5)
    from coop.services import organisations

    office = organisations.find_office(organisation, "chair")
    candidates = [ballots.Candidate(one) for one in people[1:4]]
    ballot = deed(ballots.set_up_election, organisation, officer, now, office=office, candidates=candidates)
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    cast(deed, make, ballot, people, [[1, 2], [1], [2, 3], [3, 2], [3]], now)
    deed(ballots.seal, ballot.id, after(ballot))
    assert ballots.recount(ballot, officer).same


def test_there_is_nothing_to_count_again_before_the_count_and_nothing_for_strangers(
    coop_of, open_motion, make, now
):
    organisation, _, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    with pytest.raises(Refusal, match="nothing to count again yet"):
        ballots.recount(ballot, officer)
    stranger = make.actor(make.member(make.organisation("orchard", "Orchard")))
    with pytest.raises(Forbidden):
        ballots.recount(ballot, stranger)


@pytest.fixture
def shell(app, monkeypatch):
    """`coop ballots recount`, on the database of this test."""
    monkeypatch.setattr("coop.cli.ballots.create_app", lambda: app)

    def run(*words):
        db.session.rollback()
        return CliRunner().invoke(main, ["ballots", "recount", *words])

    return run


def test_the_shell_counts_again_and_answers_0(counted, shell):
    answer = shell("pioneers", "1")
    assert answer.exit_code == 0
    assert "The same, to the last digit." in answer.output
    plain = json.loads(shell("pioneers", "1", "--json").output)
    assert plain["ok"]
    assert plain["result"]["stored"] == plain["result"]["anew"]
    assert plain["votes"]["stored"] in answer.output


def test_the_shell_answers_1_where_a_vote_was_changed(counted, shell):
    past_the_guards("votes", "UPDATE votes SET choice = :choice WHERE id = 1", choice='"against"')
    answer = shell("pioneers", "1", "--json")
    assert answer.exit_code == 1
    assert not json.loads(answer.output)["ok"]


@pytest.mark.parametrize(
    ("words", "says"), [(("orchard", "1"), "has no ballot 1"), (("pioneers", "9"), "no ballot 9")]
)
def test_the_shell_answers_1_where_there_is_no_such_ballot(counted, shell, words, says):
    answer = shell(*words)
    assert answer.exit_code == 1
    assert says in answer.output

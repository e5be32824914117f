"""No more candidates than seats, where the constitution elects them unopposed: sealed without a paper, and checkable."""

import copy
import json

import pytest
from sqlalchemy import select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.organisations import OfficeTerm
from coop.models.records import OutboxMail
from coop.rules.verification import read, verify
from coop.services import ballots, constitution, nominations, records
from tests.ballot_house import after
from tests.nomination_house import OVER, RULES

UNOPPOSED = RULES.replace(
    '[reopening nominations]{provision="election.too_few" value="reopen"}',
    '[nothing: they are elected unopposed]{provision="election.too_few" value="unopposed"}',
)


@pytest.fixture
def coop(make):
    organisation = make.organisation(
        text=UNOPPOSED
        + '\n4. [Three]{provision="election.quorum" value="3 of eligible"} must vote.\n'
        + '\n5. One may vote for [none of these]{provision="election.none_of_these" value="yes"}.\n'
    )
    officer = make.officer(organisation, "returning_officer", "Rita")
    members = [officer, *(make.member(organisation, f"Member {n}") for n in range(2, 6))]
    return organisation, members, make.actor(officer)


@pytest.fixture
def drawn(coop, call, stands, deed, now):
    organisation, members, officer = coop
    stands(members[1])
    return deed(nominations.draw_up, call, organisation, officer, now + OVER)


@pytest.fixture
def opened(coop, drawn, deed, now):
    organisation, _members, officer = coop
    deed(ballots.open_ballot, drawn, organisation, officer, now + OVER)
    return drawn


@pytest.fixture
def bundle(coop, opened, deed):
    organisation, _members, officer = coop
    deed(ballots.seal, opened.id, after(opened))
    deed(records.chain_events, organisation.id)
    return ballots.bundle(opened, organisation, officer, after(opened))


def failing(bundle):
    return {check.name for check in verify(read(json.dumps(bundle).encode())) if not check.ok}


def test_whoever_stands_is_elected_when_voting_would_close_and_takes_office(coop, opened, deed):
    assert deed(ballots.seal, opened.id, opened.closes_at) is None, "nothing closes early"
    decision = deed(ballots.seal, opened.id, after(opened))
    assert (decision.outcome, decision.text) == ("elected", "Elected: Member 2.")
    assert decision.reasoning == (
        "Elected: Member 2. 1 seat, 1 candidate, unopposed, without a vote. Articles 1 and 3, version 1."
    )
    term = db.session.scalars(select(OfficeTerm).where(OfficeTerm.decision_id == decision.id)).one()
    assert term.membership_id == coop[1][1].id


def test_nobody_is_asked_told_to_vote_or_waited_for(coop, opened, make, now):
    _organisation, members, _officer = coop
    assert db.session.scalars(select(OutboxMail).where(OutboxMail.template == "ballot-open")).all() == []
    assert ballots.awaiting(make.actor(members[3]), now + OVER) == []
    assert ballots.turnout(opened) == (0, 0)


def test_a_vote_is_refused_with_the_reason(coop, opened, make, deed, now):
    with pytest.raises(Refusal):
        deed(ballots.cast_vote, opened, make.actor(coop[1][3]), [1], now + OVER)
    assert ballots.why_not(opened, coop[1][3]) == "No more stand than there are seats, so nobody votes."


def test_the_bundle_verifies(bundle):
    assert failing(bundle) == set()
    assert "none" not in bundle["rule"], "where nobody votes, nobody votes for none of these"
    assert (bundle["roll"], bundle["votes"], bundle["result"]["ballots"]) == ([], [], "0")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(lambda b: b["ballot"].update(seats=0), {"opening", "rule"}, id="no seat for them"),
        pytest.param(lambda b: b["votes"].append([1]), {"votes", "closing"}, id="a vote after all"),
        pytest.param(
            lambda b: b["rule"]["provisions"].update({"election.too_few": "reopen"}),
            {"opening", "rule"},
            id="another rule for too few",
        ),
        pytest.param(
            lambda b: b["options"].append({"number": 2, "name": "Member 3"}),
            {"opening"},
            id="a second candidate for one seat",
        ),
        pytest.param(
            lambda b: b["roll"].append({"member": "0" * 64, "class": "member", "weight": 1, "issued": False}),
            {"opening", "roll", "events"},
            id="somebody who could have voted",
        ),
    ],
)  # fmt: skip
def test_what_was_changed_afterwards_is_found(bundle, change, found):
    forged = copy.deepcopy(bundle)
    change(forged)
    assert failing(forged) >= found


def test_a_certificate_says_that_nobody_was_to_vote(coop, bundle, opened):
    organisation, _members, officer = coop
    assert ballots.certificate(opened, organisation, officer).startswith(b"%PDF-")


def test_it_is_not_drawn_up_where_more_stand_than_there_are_seats(coop, call, stands, deed, now):
    organisation, members, officer = coop
    stands(*members[1:3])
    ballot = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    assert ballot.method == "scottish-stv"


def test_a_draft_under_a_rule_that_changed_meanwhile_is_not_opened_but_drawn_up_again(
    coop, call, drawn, make, deed, now
):
    organisation, _members, officer = coop
    day = organisation.day_of(now + OVER)
    decision = make.decision(organisation)
    deed(
        constitution.adopt_version,
        organisation,
        RULES,
        passed_on=day,
        registered_on=None,
        in_force_on=day,
        decision_id=decision.id,
        now=now + OVER,
    )
    with pytest.raises(Refusal, match="another rule for too few candidates"):
        deed(ballots.open_ballot, drawn, organisation, officer, now + OVER)
    deed(ballots.void, drawn, organisation, officer, "The rule changed.", now + OVER)
    again = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    assert [option.name for option in again.options] == ["Member 2", "Reopen nominations"]
    deed(ballots.open_ballot, again, organisation, officer, now + OVER)

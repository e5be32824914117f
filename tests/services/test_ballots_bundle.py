"""The bundle of a sealed ballot: written by the server, checked without it."""

import json

import pytest

from coop.extensions import db
from coop.models.ballots import Decision
from coop.rules.tally import METHODS
from coop.rules.tally.election import PaperKind
from coop.rules.verification import read, verify
from coop.services import ballots, organisations, records
from tests.ballot_house import RULES, after, cast
from tests.bundles import SEALED, motion

PAPERS = {
    PaperKind.CHOICE: [[2], [2], [1]],
    PaperKind.RANKING: [[2, 1], [2], [1, 2]],
    PaperKind.APPROVAL: [[2], [2, 1], [2]],
    PaperKind.SCORE: [[0, 5, None], [1, 4, 0], [5, 4, None]],
}
PRIVATE = '5. Votes are [private]{provision="ballot.secrecy" value="private"}.'
OPEN = '5. Votes are [open]{provision="ballot.secrecy" value="open"}.'
BY_LOT = '6. A tie is settled [by lot]{provision="decision.tie" value="lot"}.'


@pytest.fixture
def bundle_of(deed):
    """Seal a ballot, link what was recorded, and give its bundle as the bytes of a file."""

    def build(ballot, organisation, officer):
        deed(ballots.seal, ballot.id, after(ballot))
        deed(records.chain_events, organisation.id)
        return json.dumps(ballots.bundle(ballot, organisation, officer, after(ballot))).encode()

    return build


@pytest.fixture
def motion_bundle(coop_of, open_motion, bundle_of, deed, make, now):
    def build(*articles, choices=("for", "for", "against", "abstain")):
        organisation, members, officer = coop_of(6, rules="\n\n".join([RULES, *articles]))
        ballot = open_motion(organisation, officer)
        cast(deed, make, ballot, members, choices, now)
        return bundle_of(ballot, organisation, officer), ballot, organisation, officer

    return build


def failing(data, head=None):
    return [(check.name, check.where, check.proves) for check in verify(read(data), head) if not check.ok]


@pytest.mark.parametrize("secrecy", [OPEN, PRIVATE])
def test_the_bundle_of_a_motion_verifies(motion_bundle, secrecy):
    data, ballot, *_rest = motion_bundle(secrecy)
    assert failing(data, ballots.head_of_bundle(ballot)) == []


def test_a_tie_by_lot_is_drawn_again(motion_bundle):
    data, *_rest = motion_bundle(OPEN, BY_LOT, choices=("for", "against"))
    assert "the lot (tie) falls on" in read(data)["decision"]["reasoning"]
    assert failing(data) == []


@pytest.mark.parametrize("method", METHODS)
def test_the_bundle_of_an_election_verifies(coop_of, bundle_of, method, deed, make, now):
    rules = f'1. Papers are counted by [a method]{{provision="election.method" value="{method}"}}.'
    organisation, members, officer = coop_of(5, rules=rules)
    ballot = deed(
        ballots.set_up_election,
        organisation,
        officer,
        now,
        office=organisations.find_office(organisation, "treasurer"),
        candidates=[ballots.Candidate(member, "") for member in members[1:4]],
    )
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    cast(deed, make, ballot, members, PAPERS[METHODS[method].paper], now)
    assert failing(bundle_of(ballot, organisation, officer)) == []


def test_a_bundle_holds_what_the_format_names(motion_bundle):
    data, *_rest = motion_bundle(OPEN)
    given, by_hand = json.loads(data), motion()
    assert given.keys() == by_hand.keys()
    for part in ("ballot", "rule", "constitution", "decision"):
        assert given[part].keys() == by_hand[part].keys()
    assert [event.keys() for event in given["events"]] == [event.keys() for event in by_hand["events"]]
    facts = [[json.loads(event["facts"]).keys() for event in one["events"]] for one in (given, by_hand)]
    assert facts[0] == facts[1]
    assert SEALED


def test_later_deeds_leave_the_bundle_as_it_was_byte_for_byte(motion_bundle, deed):
    data, ballot, organisation, officer = motion_bundle()
    deed(ballots.certify, ballot, organisation, officer, after(ballot))
    deed(records.chain_events, organisation.id)
    assert json.dumps(ballots.bundle(ballot, organisation, officer, after(ballot))).encode() == data
    assert records.head_of(organisation.id)[1] != ballots.head_of_bundle(ballot)


def test_the_head_is_the_closing_events_link_in_a_chain_that_verifies(motion_bundle):
    data, ballot, organisation, _officer = motion_bundle()
    assert records.verify_chain(organisation.id)["ok"]
    assert json.loads(data)["head"] == ballots.head_of_bundle(ballot)


def test_a_ballot_without_a_count_has_no_head(coop_of, open_motion):
    organisation, _members, officer = coop_of(3)
    assert ballots.head_of_bundle(open_motion(organisation, officer)) == ""


def test_the_decision_in_the_database_is_the_one_counted_again(motion_bundle):
    data, ballot, *_rest = motion_bundle()
    decision = db.session.query(Decision).filter_by(ballot_id=ballot.id).one()
    assert read(data)["decision"]["reasoning"] == decision.reasoning

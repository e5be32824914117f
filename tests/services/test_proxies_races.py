"""Two at once: no holder carries one too many, no chain closes, and the member's own vote always stands."""

from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Vote
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.proxies import Proxy
from coop.services import ballots
from coop.transaction import writing
from tests.proxy_house import rules
from tests.scale import scale
from tests.services.test_ballots_races import at_once

PAIRS = scale(20, 100)


class Person(NamedTuple):
    id: int
    number: int


@pytest.fixture
def ballot_of(app, make, now):
    """An open ballot made outside any context: (organisation's id, ballot's id, closing, people, actors)."""

    def build(voters, *, proxies=()):
        organisation = make.organisation(text=rules())
        officer = make.officer(organisation, "returning_officer")
        make.crowd(organisation, voters)
        with app.app_context():
            with writing():
                here = db.session.get(Organisation, organisation.id)
                draft = ballots.propose_motion(
                    here, make.actor(officer), now, title="A mill", text="We buy it."
                )
                ballots.open_ballot(draft, here, make.actor(officer), now)
                found = draft.id, draft.closes_at
            members = db.session.scalars(
                select(Membership)
                .where(Membership.organisation_id == organisation.id)
                .order_by(Membership.number)
            ).all()
            actors = [make.actor(member) for member in members]
            for giver, holder in proxies:
                with writing():
                    here, ballot = (
                        db.session.get(Organisation, organisation.id),
                        db.session.get(Ballot, found[0]),
                    )
                    ballots.name_proxy(ballot, here, actors[giver], now, number=members[holder].number)
            people = [Person(member.id, member.number) for member in members]
            db.session.remove()
        return organisation.id, *found, people, actors

    return build


@pytest.fixture
def naming(now):
    def build(here, ballot_id, actor, number):
        def run():
            ballot, organisation = db.session.get(Ballot, ballot_id), db.session.get(Organisation, here)
            ballots.name_proxy(ballot, organisation, actor, now, number=number)

        return run

    return build


def only_refusals(answers):
    assert all(answer is None or isinstance(answer, Refusal) for answer in answers), answers
    return answers.count(None)


def standing():
    return select(func.count(Proxy.id)).where(Proxy.state == "named")


def test_givers_who_reach_the_limit_at_once_do_not_exceed_it(app, ballot_of, naming):
    here, ballot_id, _, members, actors = ballot_of(6)
    answers = at_once(
        app, *(naming(here, ballot_id, actors[giver], members[0].number) for giver in range(1, 6))
    )
    assert only_refusals(answers) == 2
    with app.app_context():
        assert db.session.scalar(standing()) == 2


def test_two_who_name_each_other_at_once_are_one_proxy(app, ballot_of, naming):
    here, ballot_id, _, members, actors = ballot_of(2)
    answers = at_once(
        app,
        naming(here, ballot_id, actors[0], members[1].number),
        naming(here, ballot_id, actors[1], members[0].number),
    )
    assert only_refusals(answers) == 1


def test_a_chain_of_three_at_once_never_closes(app, ballot_of, naming):
    here, ballot_id, _, members, actors = ballot_of(3)
    only_refusals(
        at_once(
            app,
            *(naming(here, ballot_id, actors[at], members[(at + 1) % 3].number) for at in range(3)),
        )
    )
    with app.app_context():
        found = db.session.execute(
            select(Proxy.giver_id, Proxy.holder_id).where(Proxy.state == "named")
        ).all()
        assert not {giver for giver, _ in found} & {holder for _, holder in found}


def test_giver_and_holder_at_once_leave_the_givers_own_vote(app, ballot_of, now):
    """Pair by pair, each in two threads: whoever is first, the giver's “for” is what counts."""
    _, ballot_id, _, members, actors = ballot_of(
        2 * PAIRS, proxies=[(2 * at, 2 * at + 1) for at in range(PAIRS)]
    )

    def own(at):
        return lambda: ballots.cast_vote(db.session.get(Ballot, ballot_id), actors[2 * at], "for", now)

    def by_proxy(at):
        def run():
            giver = db.session.get(Membership, members[2 * at].id)
            ballots.cast_vote(
                db.session.get(Ballot, ballot_id), actors[2 * at + 1], "against", now, giver=giver
            )

        return run

    refused = 0
    for at in range(PAIRS):
        first, second = at_once(app, own(at), by_proxy(at))
        assert first is None
        only_refusals([second])
        refused += isinstance(second, Refusal)
    with app.app_context():
        cast = db.session.execute(
            select(Vote.choice, Vote.cast_by_id, Proxy.state)
            .join(RollEntry, RollEntry.id == Vote.roll_entry_id)
            .join(Proxy, Proxy.giver_id == RollEntry.membership_id)
        ).all()
    assert [tuple(row) for row in cast] == [("for", None, "revoked")] * PAIRS
    assert refused <= PAIRS


def test_taking_back_and_voting_at_once_are_one_or_the_other(app, ballot_of, now):
    _, ballot_id, _, members, actors = ballot_of(2 * 10, proxies=[(2 * at, 2 * at + 1) for at in range(10)])

    def back(at):
        return lambda: ballots.revoke_proxy(db.session.get(Ballot, ballot_id), actors[2 * at], now)

    def vote(at):
        def run():
            giver = db.session.get(Membership, members[2 * at].id)
            ballots.cast_vote(db.session.get(Ballot, ballot_id), actors[2 * at + 1], "for", now, giver=giver)

        return run

    for at in range(10):
        assert only_refusals(at_once(app, back(at), vote(at))) == 1
    with app.app_context():
        votes, revoked = (
            db.session.scalar(select(func.count(Vote.id))),
            db.session.scalar(select(func.count(Proxy.id)).where(Proxy.state == "revoked")),
        )
    assert votes + revoked == 10


def test_a_vote_by_proxy_and_the_count_at_once_never_lose_a_vote_that_was_accepted(app, ballot_of, now):
    _, ballot_id, closes_at, members, actors = ballot_of(8, proxies=[(0, 1), (2, 3), (4, 5), (6, 7)])

    def vote(at):
        def run():
            giver = db.session.get(Membership, members[at].id)
            ballots.cast_vote(db.session.get(Ballot, ballot_id), actors[at + 1], "for", now, giver=giver)

        return run

    answers = at_once(
        app,
        *(vote(at) for at in (0, 2, 4, 6)),
        lambda: ballots.seal(ballot_id, closes_at + ballots.GRACE).result["for"],
    )
    assert answers[-1] == only_refusals(answers[:-1])

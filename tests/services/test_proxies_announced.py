"""Proxies named before a ballot opens: they stand, or lapse, by the roll and the rule that opening freezes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.errors import Refusal
from coop.extensions import db
from coop.models.proxies import Proxy
from coop.services import ballots, constitution
from tests.proxy_house import cast_by, mails, rules, state_of, verbs


@pytest.fixture
def announced(coop_of, make, deed, now):
    def build(*articles):
        organisation, members, officer = coop_of(6, rules=rules(*articles))
        ballot = deed(ballots.propose_motion, organisation, officer, now, title="A mill", text="We buy it.")
        deed(ballots.announce, ballot, organisation, officer, now, opens_at=now + timedelta(days=2))
        return organisation, members, ballot

    return build


def test_a_proxy_named_before_opening_stands_when_voting_opens(announced, gives, make, deed, now):
    organisation, members, ballot = announced()
    gives(ballot, organisation, members[1], members[2])
    deed(ballots.open_due, ballot.id, ballot.opens_at)
    deed(ballots.cast_vote, ballot, make.actor(members[2]), "for", ballot.opens_at, giver=members[1])
    assert cast_by(ballot, members[1]) == ("for", members[2].id)


def test_before_opening_a_holder_must_be_one_who_will_stand_on_the_roll(announced, gives, make, now):
    organisation, members, ballot = announced()
    in_time = make.member(organisation, "In time", since=now.date() - timedelta(days=88))
    too_new = make.member(organisation, "Too new", since=now.date() - timedelta(days=87))
    gives(ballot, organisation, members[1], in_time)
    with pytest.raises(Refusal, match="can't vote on this one, so can't vote for you"):
        gives(ballot, organisation, members[2], too_new)


def test_a_proxy_whose_holder_is_suspended_before_opening_lapses_and_the_giver_is_told(
    announced, gives, make, deed, now
):
    organisation, members, ballot = announced()
    gives(ballot, organisation, members[1], members[2])
    gives(ballot, organisation, members[3], members[0])
    make.event(members[2], "suspended", ballot.opens_at.date())
    deed(ballots.open_due, ballot.id, ballot.opens_at)
    assert (state_of(ballot, members[1]), state_of(ballot, members[3])) == ("lapsed", "named")
    assert mails("proxy-ended") == [members[1].id]
    assert verbs()[-1] == "lapsed a proxy for"
    given = ballots.proxies_of(ballot, organisation, make.actor(members[1]), ballot.opens_at).given
    assert given.reason == "One of the two can't vote on this one."
    gives(ballot, organisation, members[1], members[4], at=ballot.opens_at)
    assert state_of(ballot, members[1]) == "named"


def test_a_limit_lowered_before_opening_lets_the_later_named_lapse(announced, gives, make, deed, now):
    organisation, members, ballot = announced()
    gives(ballot, organisation, members[1], members[0], at=now)
    gives(ballot, organisation, members[2], members[0], at=now + timedelta(minutes=1))
    deed(
        constitution.adopt_version,
        organisation,
        rules().replace(
            'two others]{provision="proxy.limit" value="2"}', 'one other]{provision="proxy.limit" value="1"}'
        ),
        passed_on=now.date(),
        registered_on=None,
        in_force_on=now.date(),
        decision_id=make.decision(organisation).id,
        now=now,
    )
    deed(ballots.open_due, ballot.id, ballot.opens_at)
    assert (state_of(ballot, members[1]), state_of(ballot, members[2])) == ("named", "lapsed")
    assert "One member may stand for 1 other at most (article 5)." in db.session.scalars(
        select(Proxy.reason).where(Proxy.giver_id == members[2].id)
    )


def test_a_holder_suspended_after_opening_votes_on_for_the_roll_is_frozen(voting, gives, make, deed, now):
    organisation, members, ballot = voting()
    gives(ballot, organisation, members[1], members[2])
    make.event(members[2], "suspended", now.date())
    deed(ballots.cast_vote, ballot, make.actor(members[2]), "for", now, giver=members[1])
    assert cast_by(ballot, members[1]) == ("for", members[2].id)

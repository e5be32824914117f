"""A co-op with a counted motion whose result is challenged and answered."""

from datetime import timedelta

import pytest

from coop.services import ballots
from tests.ballot_house import after, cast

WHY = "The roll lacked the night shift."


@pytest.fixture
def counted(coop_of, open_motion, deed, make, now):
    """A carried motion of four members, sealed."""
    organisation, people, officer = coop_of(4)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, people, ["for", "for", "against"], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    return organisation, people, officer, ballot, decision


def challenge(counted, deed, make, *, who=None, when=None, reason=WHY, named=False):
    organisation, people, _, ballot, _ = counted
    when = when or after(ballot)
    actor = make.actor(who or people[3])
    return deed(ballots.challenge, ballot, organisation, actor, when, reason=reason, named=named)


def answer(counted, deed, made, *, upheld, actor=None, words="They were left out.", when=None):
    organisation, _, officer, ballot, _ = counted
    when = when or after(ballot) + timedelta(days=1)
    deed(ballots.answer_challenge, made, organisation, actor or officer, when, upheld=upheld, answer=words)

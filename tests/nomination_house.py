"""A co-op that calls nominations: five members, a returning officer among them, and a treasurer to elect."""

from datetime import timedelta

import pytest

from coop.services import nominations, organisations

RULES = """
1. Officers are elected for [one year]{provision="office.term" value="12 months"}
   by [single transferable vote]{provision="election.method" value="scottish-stv"}.

2. Members nominate for [ten days]{provision="nomination.period" value="10 days"}; a candidate may withdraw
   until [two days]{provision="nomination.withdrawal" value="2 days"} later.

3. Where no more stand than there are seats, members vote on
   [reopening nominations]{provision="election.too_few" value="reopen"}.
"""
OVER = timedelta(days=12)


@pytest.fixture
def coop(make):
    """(organisation, members, the returning officer as an actor)."""
    organisation = make.organisation(text=RULES)
    officer = make.officer(organisation, "returning_officer", "Rita")
    members = [officer, *(make.member(organisation, f"Member {n}") for n in range(2, 6))]
    return organisation, members, make.actor(officer)


@pytest.fixture
def call(coop, deed, now):
    organisation, _, officer = coop
    office = organisations.find_office(organisation, "treasurer")
    body = organisations.assembly_of(organisation)
    return deed(nominations.call_nominations, organisation, officer, now, office=office, body=body, seats=1)


@pytest.fixture
def stands(coop, call, make, deed, now):
    """Let members stand, each with a statement."""

    def build(*members):
        for one in members:
            deed(nominations.stand, call, coop[0], make.actor(one), now, statement=f"I am {one.name}.")

    return build

"""What waits for officers while the constitution changes: only what each of them can do something about."""

import pytest

from coop.extensions import db
from coop.services import ballots, constitution, reports
from tests.amendment_house import LONGER, REGISTERED, STRICTER

WRONG = (
    REGISTERED + '\n7. Answers come [in good time]{provision="membership.admission_time" value="90 days"}.\n'
)


@pytest.fixture
def waits(amending):
    coop = amending(WRONG)

    def for_(actor, now=None):
        db.session.expire_all()
        piles = {pile.id: pile.waiting for pile in reports.desk_of(coop.here, actor, now or coop.now)}
        return [(one.verb, one.what, one.path) for one in piles.get("constitution", [])]

    return coop, for_


def test_an_amendment_waits_for_the_returning_officer_until_it_is_put_and_again_once_its_vote_is_void(waits):
    coop, for_ = waits
    coop.draft({"2": LONGER})
    assert for_(coop.officer) == []
    amendment = coop.amend({"3": STRICTER})
    line = ("Put", "Another rule", f"constitution/amendments/{amendment.number}")
    assert for_(coop.officer) == [line]
    ballot = coop.put(amendment)
    assert for_(coop.officer) == []
    coop.deed(ballots.void, ballot, coop.here, coop.officer, "A slip.", coop.now)
    assert for_(coop.officer) == [line]
    coop.count(coop.put(amendment))
    assert for_(coop.officer) == []


def test_a_passed_version_waits_for_the_secretary_until_it_is_registered(waits):
    coop, for_ = waits
    made = coop.carry({"2": LONGER}).version
    line = ("Register", "Version 2 of the constitution", "constitution/versions/2/registration")
    assert (for_(coop.secretary, coop.closing), for_(coop.officer, coop.closing)) == ([line], [])
    coop.deed(constitution.register_version, made, coop.here, coop.secretary, made.passed_on, coop.closing)
    assert for_(coop.secretary, coop.closing) == []


def test_a_correction_waits_for_another_officer_and_its_challenge_for_a_third(waits, make):
    coop, for_ = waits
    third = make.actor(make.officer(coop.here, "treasurer", "Tom"))
    fields = {"article": "7", "values": ["9 days"], "reason": "Nine days were meant."}
    correction = coop.deed(constitution.propose_correction, coop.here, coop.secretary, coop.now, **fields)
    confirm = ("Confirm", "Correction of article 7", "constitution/corrections/1")
    assert [for_(one) for one in (coop.secretary, coop.officer, third)] == [[], [confirm], [confirm]]
    coop.deed(constitution.confirm_correction, correction, coop.here, coop.officer, coop.now, tell=[])
    coop.deed(constitution.challenge_correction, correction, coop.here, coop.author, coop.now, reason="No.")
    member = coop.author.membership.number
    answer = (
        "Answer",
        "Challenge of the correction of article 7",
        f"constitution/corrections/1/challenges/{member}",
    )
    assert [for_(one) for one in (coop.secretary, coop.officer, third)] == [[], [], [answer]]

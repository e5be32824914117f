"""What other systems got wrong in rules, each a fact here: lessons 2, 3, 5, 9, 10 and 13 of governance."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.constitution import Amendment, ConstitutionVersion
from coop.models.organisations import Organisation
from coop.services import ballots, constitution, petitions
from coop.transaction import writing
from tests.amendment_house import LONGER, RULES
from tests.ballot_house import after, cast
from tests.services.test_ballots_races import at_once

THREE_QUARTERS = """
1. A special resolution is carried by [not less than three quarters of the votes cast]{provision="decision.special.majority" value=">= 3/4 of cast"},
   and [a quarter of the members]{provision="decision.special.quorum" value="1/4 of eligible"} must vote.
"""
QUORUM = """
1. An ordinary resolution needs [a quarter of the members]{provision="decision.ordinary.quorum" value="1/4 of eligible"} to vote.

2. A change of these rules needs [a tenth of the members]{provision="decision.constitutional.quorum" value="1/10 of eligible"} to vote.
"""
HALF_MUST_VOTE = 'An ordinary resolution needs [half of the members]{provision="decision.ordinary.quorum" value="1/2 of eligible"} to vote.'
PETITION = """
1. [One tenth of the members]{provision="meeting.petition" value="1/10 of eligible"} can have a general meeting called.
"""


@pytest.mark.parametrize(
    ("votes_for", "outcome"),
    [
        pytest.param(44, "lost", id="44 of 60"),
        pytest.param(45, "carried", id="45 of 60 are not less than three quarters"),
        pytest.param(46, "carried", id="46 of 60"),
    ],
)
def test_2_not_less_than_three_quarters_is_reached_at_exactly_three_quarters(
    coop_of, open_motion, deed, make, now, votes_for, outcome
):
    organisation, people, officer = coop_of(60, rules=THREE_QUARTERS)
    ballot = open_motion(organisation, officer, decision_class="special")
    cast(deed, make, ballot, people, ["for"] * votes_for + ["against"] * (60 - votes_for), now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == outcome
    assert (decision.articles, decision.result["needed"]) == (["1"], 45)


def test_3_the_quorum_is_read_when_counting_and_its_amendment_from_the_day_it_is_in_force(
    coop_of, open_motion, deed, make, now
):
    organisation, people, officer = coop_of(8, rules=QUORUM)

    def decide(votes, at):
        ballot = deed(
            ballots.propose_motion,
            organisation,
            officer,
            at,
            title=f"{votes} vote",
            text=f"{votes} vote on {at:%d %B}.",
        )
        deed(ballots.open_ballot, ballot, organisation, officer, at)
        cast(deed, make, ballot, people[:votes], ["for"] * votes, at)
        return deed(ballots.seal, ballot.id, after(ballot)).outcome

    assert [decide(votes, now) for votes in (1, 2, 3)] == ["inquorate", "carried", "carried"]

    author = make.actor(people[1])
    amendment = deed(constitution.draft_amendment, organisation, author, now, title="Half must vote")
    deed(constitution.write_article, amendment, organisation, author, now, number="1", body=HALF_MUST_VOTE)
    deed(constitution.hand_in, amendment, organisation, author, now)
    ballot = deed(ballots.put_amendment, amendment, organisation, officer, now)
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    cast(deed, make, ballot, people, ["for"] * 8, now)
    deed(ballots.seal, ballot.id, after(ballot))
    begins = amendment.version.in_force_on
    before, from_then = (now + (begins - now.date()) + timedelta(days=n) for n in (-1, 0))
    assert [decide(votes, before) for votes in (1, 2)] == ["inquorate", "carried"]
    assert [decide(votes, from_then) for votes in (3, 4, 5)] == ["inquorate", "carried", "carried"]


@pytest.mark.parametrize(
    ("members", "signed", "called"),
    [
        pytest.param(20, 1, False, id="1 of 20"),
        pytest.param(20, 2, True, id="2 of 20 are one tenth, not less"),
        pytest.param(21, 2, False, id="2 of 21 are less than one tenth"),
        pytest.param(21, 3, True, id="3 of 21 are more"),
    ],
)
def test_5_one_tenth_of_the_members_is_enough(make, deed, now, members, signed, called):
    organisation = make.organisation(text=PETITION)
    signers = make.members(organisation, 3)
    make.crowd(organisation, members)
    petition = deed(
        petitions.begin_meeting,
        organisation,
        make.actor(signers[0]),
        now,
        title="The mill",
        text="It leaks.",
        place="The mill",
        hour=18,
    )
    for one in signers[1:signed]:
        deed(petitions.sign, petition, organisation, make.actor(one), now)
    assert (petition.meeting is not None) == called


def test_9_nothing_is_carried_without_a_count(coop_of, open_motion, deed, make, now):
    """Neither before the closing, nor at it, nor by a row of one's own: only the count after it decides."""
    organisation, people, officer = coop_of(4)
    ballot = open_motion(organisation, officer)
    cast(deed, make, ballot, people, ["against"] * 4, now)
    insert = sa.insert(Decision).values(
        organisation_id=organisation.id,
        year=2026,
        number=1,
        ballot_id=ballot.id,
        decision_class="ordinary",
        body_id=ballot.body_id,
        title="The mill",
        text="The mill",
        outcome="carried",
        reasoning="Carried: because the secretary says so.",
        result={},
        version_id=ballot.version_id,
        articles=[],
        decided_on=now.date(),
        decided_at=now,
    )
    with pytest.raises(sa.exc.IntegrityError, match="no decision without a sealed count"), writing():
        db.session.execute(insert)
    grace = ballots.GRACE
    for early in (-timedelta(seconds=1), timedelta(0), grace - timedelta(seconds=1)):
        assert deed(ballots.seal, ballot.id, ballot.closes_at + early) is None
    decision = deed(ballots.seal, ballot.id, ballot.closes_at + grace)
    assert (decision.outcome, decision.result["against"]) == ("lost", 4)
    for change in (sa.update(Decision).values(outcome="carried"), sa.delete(Decision), insert):
        with pytest.raises(sa.exc.IntegrityError), writing():
            db.session.execute(change)
    assert db.session.scalars(select(Decision.outcome)).all() == ["lost"]


def test_10_two_organisations_use_the_same_numbers_slugs_versions_and_keys_at_the_same_time(app, make, now):
    coops = [make.organisation(slug=slug, text=RULES) for slug in ("north", "south")]
    for coop in coops:
        make.body(coop, "branch", slug="river")
    officers = [make.actor(make.officer(coop, "returning_officer")) for coop in coops]
    voters = [make.actor(make.member(coop, "Amina Holt")) for coop in coops]

    def carried(at):
        here = db.session.get(Organisation, coops[at].id)
        amendment = constitution.draft_amendment(here, voters[at], now, title="Longer notice")
        constitution.write_article(amendment, here, voters[at], now, number="2", body=LONGER)
        constitution.hand_in(amendment, here, voters[at], now)
        ballot = ballots.put_amendment(amendment, here, officers[at], now)
        ballots.open_ballot(ballot, here, officers[at], now)
        for voter in (officers[at], voters[at]):
            ballots.cast_vote(ballot, voter, "for", now)
        return ballot.id, ballot.closes_at + ballots.GRACE

    drawn = at_once(app, lambda: carried(0), lambda: carried(1))
    counted = at_once(app, *(lambda one=one: bool(ballots.seal(*one)) for one in drawn))
    assert counted == [True, True]
    with app.app_context():
        for kind, ordered in ((Ballot, Ballot.number), (Amendment, Amendment.number)):
            assert db.session.scalars(select(kind.number).order_by(ordered)).all() == [1, 1]
        labels = db.session.execute(select(Decision.year, Decision.number)).all()
        assert (len(labels), len(set(labels))) == (2, 1)
        for coop in coops:
            here = db.session.get(Organisation, coop.id)
            assert [one.number for one in constitution.versions(here)] == [2, 1]
            day = constitution.latest(here).in_force_on
            assert constitution.rule(constitution.in_force(here, day), "meeting.notice").text == "21 days"
        db.session.remove()


def test_13_two_versions_of_a_rule_are_never_current_at_once(amending):
    coop = amending()
    day = coop.carry({"2": LONGER}).version.in_force_on
    one_day = timedelta(days=1)
    for when, number, notice in ((day - one_day, 1, 14), (day, 2, 21), (day + one_day, 2, 21)):
        assert (coop.on(when).number, coop.notice(when)) == (number, notice)
    versions = ConstitutionVersion
    begun = select(func.count(versions.id)).where(versions.in_force_on == day)
    assert db.session.scalar(begun) == 1
    # The old rule's last instant and the new one's first are a second apart, by the organisation's own clock.
    midnight = datetime.combine(day, time(), ZoneInfo(coop.here.zone)).astimezone(UTC)
    seconds = [midnight + timedelta(seconds=n) for n in (-1, 0, 1)]
    assert [coop.notice(coop.here.day_of(second)) for second in seconds] == [14, 21, 21]


def test_13_the_database_refuses_a_second_version_from_the_same_day_and_one_from_before(amending, make):
    coop = amending()
    last = coop.carry({"2": LONGER}).version
    decided = make.decision(coop.here).id

    def insert(number, day):
        return sa.insert(ConstitutionVersion).values(
            organisation_id=coop.here.id,
            number=number,
            text="1. Other.\n",
            sha256="0" * 64,
            passed_on=last.passed_on,
            in_force_on=day,
            decision_id=decided,
            adopted_at=coop.now,
        )

    for days in (-1, 0):
        with pytest.raises(sa.exc.IntegrityError), writing():
            db.session.execute(insert(3, last.in_force_on + timedelta(days=days)))
    with writing():
        db.session.execute(insert(3, last.in_force_on + timedelta(days=1)))
    for row, day in ((last.id, last.in_force_on + timedelta(days=1)), (last.id, None)):
        with pytest.raises(sa.exc.IntegrityError), writing():
            db.session.execute(
                sa.update(ConstitutionVersion).where(ConstitutionVersion.id == row).values(in_force_on=day)
            )

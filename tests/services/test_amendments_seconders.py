"""An amendment that members must second: how many, until when, who may, and that it is then carried into force."""

from datetime import timedelta

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from coop.access import OPERATOR
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.gateways.model_texts import model_text
from coop.models.constitution import AmendmentSeconder
from coop.services import ballots, constitution, organisations, reports
from coop.transaction import writing
from tests.amendment_house import LONGER, RULES, STRICTER

SECONDED = RULES + (
    '\n6. A change of these rules is seconded by [two members]{provision="decision.constitutional.seconders" value="2"}'
    ' within [ten days]{provision="motion.seconding" value="10 days"}.\n'
)
NONE = 'Nobody seconds a change ([none]{provision="decision.constitutional.seconders" value="0"}).'
MOMENT = timedelta(minutes=1)


@pytest.fixture
def house(amending):
    return amending(SECONDED)


def second(coop, amendment, who, now=None):
    coop.deed(ballots.second_amendment, amendment, coop.here, who, now or coop.now)


def put(coop, amendment, now=None):
    return coop.deed(ballots.put_amendment, amendment, coop.here, coop.officer, now or coop.now)


def test_it_is_put_once_so_many_have_seconded_as_the_article_asks_for(house):
    amendment = house.amend({"2": LONGER})
    for who, lacking in ((house.members[1], 2), (house.members[2], 1)):
        with pytest.raises(Refusal, match=rf"^{lacking} more .* \(article 6, version 1\)\."):
            put(house, amendment)
        assert amendment.stage_at(house.now) == "seconding"
        assert list(constitution.amendments_to_put(house.here)) == []
        second(house, amendment, who)
    assert amendment.stage_at(house.now) == "handed in"
    assert constitution.amendments_to_put(house.here) == [amendment]
    with pytest.raises(Refusal, match="needs no more seconders"):
        second(house, amendment, house.secretary)
    house.count(house.put(amendment))
    assert (amendment.stage, house.versions) == ("passed", [1, 2])


def test_where_nobody_need_second_it_is_put_at_once(amending):
    coop = amending()
    amendment = coop.amend({"2": LONGER})
    assert amendment.stage_at(coop.now + timedelta(days=400)) == "handed in"
    with pytest.raises(Refusal, match="needs no more seconders"):
        second(coop, amendment, coop.members[1])
    assert put(coop, amendment).decision_class == "constitutional"


@pytest.mark.parametrize(("moment", "in_time"), [(-MOMENT, True), (0 * MOMENT, False), (MOMENT, False)])
def test_after_its_time_it_lapses(house, moment, in_time):
    amendment = house.amend({"2": LONGER})
    second(house, amendment, house.members[1])
    until = amendment.seconding.until
    assert until - house.now < timedelta(days=10, hours=1, minutes=1)
    when = until + moment
    if in_time:
        second(house, amendment, house.members[2], when)
        assert put(house, amendment, when + timedelta(days=9)).id == amendment.ballot_id  # in time, it stands
        return
    assert amendment.stage_at(when) == "lapsed"
    with pytest.raises(Refusal, match=r"The time to second is over \(article 6, version 1\)"):
        second(house, amendment, house.members[2], when)
    with pytest.raises(Refusal, match=r"lapsed: too few seconded it in time \(article 6"):
        put(house, amendment, when)
    with pytest.raises(IntegrityError), writing():
        db.session.add(
            AmendmentSeconder(
                amendment_id=amendment.id, membership_id=house.members[2].membership_id, seconded_at=when
            )
        )
    again, left = house.deed(constitution.draft_again, amendment, house.here, house.author, when)
    assert (again.stage, left) == ("drafted", [])


def test_the_rule_of_the_day_of_handing_in_stays_with_it(house):
    first, change = house.amend({"2": LONGER}), house.amend({"6": NONE})
    for who in house.members[1:]:
        second(house, change, who)
    house.count(house.put(change))
    after = house.now + timedelta(days=9)
    assert change.version.in_force_on > house.here.day_of(after)
    later = house.now.replace(year=house.now.year + 1)
    assert house.amend({"3": STRICTER}, now=later).seconding.seconders == 0
    assert (first.seconding.seconders, first.seconding.articles) == (2, ["6"])
    assert first.stage_at(after) == "seconding"


def test_nobody_seconds_their_own_and_pressed_twice_it_is_one(house):
    amendment = house.amend({"2": LONGER})
    with pytest.raises(Refusal, match=r"others must second it \(article 6"):
        second(house, amendment, house.author)
    second(house, amendment, house.members[1])
    second(house, amendment, house.members[1])
    assert [one.membership_id for one in amendment.seconders] == [house.members[1].membership_id]


def test_a_draft_and_what_was_withdrawn_are_not_seconded(house):
    draft = house.draft({"2": LONGER})
    with pytest.raises(Refusal, match="needs no more"):
        second(house, draft, house.members[1])
    amendment = house.amend({"2": LONGER})
    house.deed(constitution.withdraw_amendment, amendment, house.here, house.author, house.now)
    with pytest.raises(Refusal, match="needs no more"):
        second(house, amendment, house.members[1])


def test_only_members_who_can_vote_that_day_second(house, make):
    amendment = house.amend({"2": LONGER})
    suspended = make.member(house.here, "Sid")
    make.event(suspended, "suspended", make.today)
    elsewhere = make.actor(make.member(make.organisation("orchard")))
    for who in (make.actor(suspended), elsewhere, OPERATOR):
        with pytest.raises(Forbidden):
            second(house, amendment, who)


@pytest.mark.parametrize(("days", "can"), [(-1, False), (0, True), (1, True)])
def test_whoever_joined_too_lately_to_vote_seconds_when_they_can(amending, make, days, can):
    rule = '\n7. Members vote [thirty days]{provision="roll.cutoff" value="30 days"} after joining.\n'
    coop = amending(SECONDED + rule)
    amendment = coop.amend({"2": LONGER})
    joined = coop.now.date() - timedelta(days=30 + days)
    newcomer = make.actor(make.member(coop.here, "Nia", since=joined))
    if can:
        second(coop, amendment, newcomer)
    else:
        with pytest.raises(Refusal, match=r"can vote in ballots that open from .* \(article 7\)"):
            second(coop, amendment, newcomer)
    assert len(amendment.seconders) == can


def test_whoever_may_not_propose_it_or_again_too_soon_is_refused_with_the_article(amending):
    rule = (
        '\n7. Officers [propose]{provision="decision.constitutional.proposers" value="officer"} changes,'
        ' again after [six months]{provision="decision.constitutional.again" value="6 months"}.\n'
    )
    coop = amending(SECONDED + rule)
    voters = coop.members
    refused = coop.amend({"2": LONGER})
    for who in voters[1:]:
        second(coop, refused, who)
    with pytest.raises(Refusal, match=r"holds an office .*\(article 7, version 1\)"):
        put(coop, refused)
    lost = coop.amend({"2": LONGER}, author=coop.secretary)
    for who in voters[1:]:
        second(coop, lost, who)
    coop.count(coop.put(lost, choice="against"))
    after = coop.closing + timedelta(days=1)
    again = coop.amend({"2": LONGER}, author=coop.secretary, now=after)
    for who in voters[1:]:
        second(coop, again, who, after)
    with pytest.raises(Refusal, match=r"can be put again from .*\(article 7, version 1\)"):
        put(coop, again, after)


def test_home_offers_it_to_who_can_second_and_the_desk_waits_until_it_can_be_put(house):
    amendment = house.amend({"2": LONGER})

    def offered(who, now=None):
        home = reports.home_of(house.here, who, now or house.now)
        assert home.tasks == 0
        return [(one.title, one.lacking) for one in home.to_second]

    def desk():
        piles = reports.desk_of(house.here, house.officer, house.now)
        return [one.what for pile in piles if pile.id == "constitution" for one in pile.waiting]

    assert offered(house.author) == []
    second(house, amendment, house.members[1])
    assert (offered(house.members[1]), offered(house.members[2])) == ([], [("Another rule", 1)])
    until = amendment.seconding.until
    assert [bool(offered(house.members[2], until + moment)) for moment in (-MOMENT, 0 * MOMENT)] == [
        True,
        False,
    ]
    assert desk() == []
    second(house, amendment, house.members[2])
    assert offered(house.secretary) == []
    assert desk() == ["Another rule"]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE amendment_secondings SET seconders = 0",
        "DELETE FROM amendment_secondings",
        "UPDATE amendment_seconders SET seconded_at = seconded_at",
        "DELETE FROM amendment_seconders",
        "INSERT INTO amendment_seconders SELECT id, drafted_by_id, handed_in_at FROM amendments WHERE number = 1",
        "INSERT INTO amendment_seconders SELECT amendment_id, membership_id, seconded_at FROM amendment_seconders",
        (
            "INSERT INTO amendment_seconders SELECT a.id, m.id, a.drafted_at FROM amendments a, memberships m"
            " WHERE m.organisation_id = a.organisation_id AND a.number = 2 AND m.id <> a.drafted_by_id"
        ),
        "UPDATE amendments SET handed_in_at = drafted_at WHERE number = 2",
        "UPDATE amendments SET ballot_id = (SELECT ballot_id FROM amendments WHERE number = 3) WHERE number = 1",
        "UPDATE amendments SET ballot_id = (SELECT id FROM ballots WHERE number = 2) WHERE number = 1",
    ],
)
def test_nor_does_the_shell_second_it_or_put_it_before(house, attack):
    amendment = house.amend({"2": LONGER})
    house.draft({"2": LONGER})
    seconded = house.amend({"3": STRICTER})
    for who in house.members[1:]:
        second(house, seconded, who)
    put(house, seconded)
    house.deed(
        ballots.propose_motion,
        house.here,
        house.officer,
        house.now,
        title="Free",
        text="Free.",
        decision_class="constitutional",
        seconded=True,
    )
    second(house, amendment, house.members[1])
    with pytest.raises(IntegrityError), writing():
        db.session.execute(sql(attack))


def test_a_coop_founded_from_a_model_that_asks_for_seconders_changes_its_constitution(make, deed, now):
    """The housing model asks for two; before, no change of it could ever be put to the vote."""
    here = deed(organisations.found_organisation, "lane", "The Lane", actor=OPERATOR, now=now)
    day = here.day_of(now)
    text = model_text("housing", name="The Lane", zone="Europe/London", currency="GBP")
    first = deed(
        constitution.adopt_version,
        here,
        text,
        passed_on=day,
        registered_on=None,
        in_force_on=day,
        decision_id=None,
        now=now,
        actor=OPERATOR,
    )
    assert constitution.rule(first, "decision.constitutional.seconders").value.n == 2
    officer = make.actor(make.officer(here, "returning_officer"))
    ann, ben, cleo, *rest = (make.actor(one) for one in make.members(here, 6))
    notice = constitution.rule(first, "meeting.notice")
    amendment = deed(constitution.draft_amendment, here, ann, now, title="Longer notice")
    deed(constitution.write_article, amendment, here, ann, now, number=notice.article, body=LONGER)
    deed(constitution.hand_in, amendment, here, ann, now)
    with pytest.raises(Refusal, match="2 more members must second"):
        deed(ballots.put_amendment, amendment, here, officer, now)
    for who in (ben, cleo):
        deed(ballots.second_amendment, amendment, here, who, now)
    ballot = deed(ballots.put_amendment, amendment, here, officer, now)
    deed(ballots.open_ballot, ballot, here, officer, now)
    for who in (ann, ben, cleo, *rest):
        deed(ballots.cast_vote, ballot, who, "for", now)
    decision = deed(ballots.seal, ballot.id, ballot.closes_at + ballots.GRACE)
    db.session.expire_all()
    assert (decision.outcome, amendment.stage) == ("carried", "passed")
    begins = amendment.version.in_force_on
    for at, days in ((begins - timedelta(days=1), 14), (begins, 21)):
        assert constitution.rule(constitution.in_force(here, at), "meeting.notice").value.n == days

"""Who can hold an office and how often, which exclude each other, and who acts while one is vacant."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from coop.access import OPERATOR, PROGRAM, Permission, may
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.organisations import OfficeTerm
from coop.services import ballots, members, nominations, offices, organisations, petitions
from tests.ballot_house import after, cast

RULES = """
1. Officers are elected for [one year]{provision="office.term" value="12 months"}.

2. Nobody is elected treasurer for more than [two terms]{provision="office.most_terms" office="treasurer" value="2"} in a row.

3. The auditor is not [treasurer]{provision="office.excludes" office="auditor" value="treasurer"} as well.

4. While there is no treasurer, [the chair]{provision="office.treasurer.acting" value="chair"} acts.

5. A vacancy is filled by [a by-election]{provision="office.vacancy" value="by-election"}.
"""


@pytest.fixture
def coop(make, context):
    return make.organisation(text=RULES)


@pytest.fixture
def serve(coop, make, deed, now):
    """Give a member a term of an office by decision: `serve(member, "treasurer", first day, last day)`."""

    def build(member, kind, starts_on, ends_on):
        office = organisations.find_office(coop, kind)
        return deed(
            organisations.begin_term,
            office,
            member,
            starts_on,
            ends_on,
            decision_id=make.decision(coop).id,
            actor=PROGRAM,
            now=now,
            conditions=offices.conditions_of(office, member, starts_on),
        )

    return build


def years(serve, member, *begin):
    for year in begin:
        serve(member, "treasurer", date(year, 1, 1), date(year, 12, 31))


@pytest.mark.parametrize(("held", "refused"), [
    pytest.param((), False, id="after none"),
    pytest.param((2026,), False, id="after one of two"),
    pytest.param((2025, 2026), True, id="after two of two"),
])  # fmt: skip
def test_a_limit_of_two_terms_lets_two_and_refuses_the_third(coop, make, serve, held, refused):
    member, treasurer = make.member(coop, "Tom"), organisations.find_office(coop, "treasurer")
    years(serve, member, *held)
    why = offices.why_unfit(treasurer, member, date(2027, 1, 1))
    assert ("article 2" in why) is refused
    assert ("1 January 2028" in why) is refused


@pytest.mark.parametrize(("day", "refused"), [
    pytest.param(date(2027, 12, 31), True, id="a day less than a term later"),
    pytest.param(date(2028, 1, 1), False, id="a term later"),
    pytest.param(date(2028, 1, 2), False, id="a day more"),
])  # fmt: skip
def test_a_break_as_long_as_a_term_begins_the_count_anew(coop, make, serve, day, refused):
    member, treasurer = make.member(coop, "Tom"), organisations.find_office(coop, "treasurer")
    years(serve, member, 2025, 2026)
    assert bool(offices.why_unfit(treasurer, member, day)) is refused


def test_leaving_a_week_early_does_not_begin_the_count_anew(coop, make, serve):
    member, treasurer = make.member(coop, "Tom"), organisations.find_office(coop, "treasurer")
    years(serve, member, 2025)
    serve(member, "treasurer", date(2026, 1, 1), date(2026, 12, 24))
    assert "article 2" in offices.why_unfit(treasurer, member, date(2027, 1, 1))


def test_the_database_refuses_the_third_term_too(coop, make, serve):
    member = make.member(coop, "Tom")
    years(serve, member, 2025, 2026)
    with pytest.raises(IntegrityError, match="no more terms one after another"):
        years(serve, member, 2027)
    db.session.rollback()


def test_another_office_has_no_limit_of_its_own(coop, make, serve):
    member, chair = make.member(coop, "Tom"), organisations.find_office(coop, "chair")
    for year in (2024, 2025, 2026):
        serve(member, "chair", date(year, 1, 1), date(year, 12, 31))
    assert not offices.why_unfit(chair, member, date(2027, 1, 1))


def test_an_election_names_the_article_to_whoever_may_not_stand_again(coop, make, serve, deed, now):
    member, officer = make.member(coop, "Tom"), make.actor(make.officer(coop, "returning_officer"))
    years(serve, member, 2025, 2026)
    treasurer = organisations.find_office(coop, "treasurer")
    with pytest.raises(Refusal, match="article 2 allows no more"):
        deed(
            ballots.set_up_election,
            coop,
            officer,
            now,
            office=treasurer,
            candidates=[ballots.Candidate(member)],
        )
    body = organisations.assembly_of(coop)
    call = deed(nominations.call_nominations, coop, officer, now, office=treasurer, body=body, seats=1)
    with pytest.raises(Refusal, match="article 2 allows no more"):
        deed(nominations.stand, call, coop, make.actor(member), now, statement="Again.")


@pytest.mark.parametrize(("starts_on", "refused"), [
    pytest.param(date(2026, 12, 30), True, id="the day before the other ends"),
    pytest.param(date(2026, 12, 31), True, id="the day the other ends"),
    pytest.param(date(2027, 1, 1), False, id="the day after"),
])  # fmt: skip
@pytest.mark.parametrize(("held", "wanted"), [("auditor", "treasurer"), ("treasurer", "auditor")])
def test_offices_that_exclude_each_other_do_so_both_ways(coop, make, serve, held, wanted, starts_on, refused):
    member, office = make.member(coop, "Ann"), organisations.find_office(coop, wanted)
    serve(member, held, date(2026, 1, 1), date(2026, 12, 31))
    why = offices.why_unfit(office, member, starts_on)
    assert ("article 3" in why) is refused
    if refused:
        with pytest.raises(IntegrityError, match="excludes"):
            serve(member, wanted, starts_on, date(2027, 12, 31))
        db.session.rollback()
    else:
        assert serve(member, wanted, starts_on, date(2027, 12, 31)).id


def test_whoever_takes_an_excluded_office_during_the_vote_is_elected_and_not_seated(
    coop, make, serve, deed, now
):
    ann, officer = make.member(coop, "Ann"), make.actor(make.officer(coop, "returning_officer"))
    treasurer = organisations.find_office(coop, "treasurer")
    ballot = deed(
        ballots.set_up_election, coop, officer, now, office=treasurer, candidates=[ballots.Candidate(ann)]
    )
    deed(ballots.open_ballot, ballot, coop, officer, now)
    deed(ballots.cast_vote, ballot, make.actor(ann), [1], now)
    serve(ann, "auditor", make.today, date(2027, 12, 31))
    decision = deed(ballots.seal, ballot.id, ballot.closes_at + ballots.GRACE)
    assert decision.outcome == "elected"
    assert not organisations.holders_of(treasurer, decision.decided_on + timedelta(days=1))


def test_whoever_acts_can_while_the_office_is_vacant_and_stops_when_a_term_starts(
    coop, make, serve, deed, now
):
    chair = make.officer(coop, "chair")
    assert may(make.actor(chair), Permission.SEE_BOOKS, coop)
    serve(make.member(coop, "Tom"), "treasurer", make.today + timedelta(days=3), None)
    assert may(make.actor(chair, on=make.today + timedelta(days=2)), Permission.SEE_BOOKS, coop)
    assert not may(make.actor(chair, on=make.today + timedelta(days=3)), Permission.SEE_BOOKS, coop)


def test_an_elected_secretary_can_and_the_old_one_cannot_from_the_first_day_of_the_term(
    make, context, deed, now
):
    house = make.organisation(text=RULES)
    old, new = make.officer(house, "secretary", "Old"), make.member(house, "New")
    officer = make.actor(make.officer(house, "returning_officer"))
    make.officer(house, "chair")
    secretary = organisations.find_office(house, "secretary")
    ballot = deed(
        ballots.set_up_election, house, officer, now, office=secretary, candidates=[ballots.Candidate(new)]
    )
    deed(ballots.open_ballot, ballot, house, officer, now)
    deed(ballots.cast_vote, ballot, make.actor(new), [1], now)
    decision = deed(ballots.seal, ballot.id, ballot.closes_at + ballots.GRACE)
    first = decision.decided_on + timedelta(days=1)
    can = {
        day: (may(make.actor(old, on=day), Permission.SEE_REGISTER, house), may(make.actor(new, on=day), Permission.SEE_REGISTER, house))
        for day in (first - timedelta(days=1), first, first + timedelta(days=1))
    }  # fmt: skip
    assert list(can.values()) == [(True, False), (False, True), (False, True)]


@pytest.mark.parametrize(("zone", "midnight"), [
    pytest.param("Pacific/Auckland", datetime(2026, 12, 5, 11, 0, tzinfo=UTC), id="thirteen hours ahead"),
    pytest.param("America/New_York", datetime(2026, 12, 6, 5, 0, tzinfo=UTC), id="five hours behind"),
])  # fmt: skip
def test_an_elected_secretary_can_from_midnight_in_the_co_ops_zone_until_recalled_in_the_course_of_a_day(
    make, context, deed, now, zone, midnight
):
    text = (
        RULES
        + f"""
6. Days are those of [our town]{{provision="organisation.zone" value="{zone}"}}; an election lasts
   [fourteen days]{{provision="election.voting_period" value="14 days"}}.

7. [A fifth]{{provision="recall.threshold" value="1/5 of eligible"}} can ask for a recall.
"""
    )
    house = make.organisation(text=text, zone=zone)
    old, new = make.officer(house, "secretary", "Old"), make.member(house, "New")
    officer = make.actor(make.officer(house, "returning_officer"))
    make.officer(house, "chair")
    others = make.members(house, 4)
    secretary = organisations.find_office(house, "secretary")
    ballot = deed(
        ballots.set_up_election, house, officer, now, office=secretary, candidates=[ballots.Candidate(new)],
        secrecy="private",
    )  # fmt: skip
    deed(ballots.open_ballot, ballot, house, officer, now)
    cast(deed, make, ballot, [new, *others], [[1]] * 5, now)
    decision = deed(ballots.seal, ballot.id, after(ballot))

    def can(at):
        on = house.day_of(at)
        return [may(make.actor(who, on=on), Permission.SEE_REGISTER, house) for who in (old, new)]

    minute = timedelta(minutes=1)
    first = midnight + timedelta(days=(house.day_of(ballot.closes_at) - house.day_of(midnight)).days + 1)
    assert house.day_of(first) == decision.decided_on + timedelta(days=1)
    assert house.day_of(first - minute) == decision.decided_on
    assert [can(first - minute), can(first), can(first + minute)] == [
        [True, False],
        [False, True],
        [False, True],
    ]

    begun = first + timedelta(days=3)
    term = secretary.terms[-1]
    petition = deed(petitions.begin_recall, term, house, make.actor(others[0]), begun, grounds="No letters.")
    deed(petitions.sign, petition, house, make.actor(others[1]), begun)
    deed(ballots.open_due, petition.ballot_id, petition.ballot.opens_at)
    cast(deed, make, petition.ballot, others, ["for"] * 4, petition.ballot.opens_at)
    assert can(petition.ballot.closes_at) == [False, True]
    assert deed(ballots.seal, petition.ballot_id, after(petition.ballot)).outcome == "carried"
    assert can(after(petition.ballot)) == [False, False]


def test_nobody_acts_for_the_auditor_unless_the_constitution_names_them(coop, make):
    secretary = make.officer(coop, "secretary")
    assert not may(make.actor(secretary), Permission.SEE_AUDIT_PARTICULARS, coop)


def test_where_the_acting_office_is_vacant_too_the_duty_falls_on(make, context):
    house = make.organisation(text=RULES)
    chair = make.actor(make.officer(house, "chair"))
    assert may(chair, Permission.SET_UP_BALLOT, house)  # returning officer → secretary → chair
    assert may(chair, Permission.SEE_REGISTER, house)


def test_a_vacancy_says_since_when_and_who_acts_by_which_article(coop, make, serve):
    chair = make.officer(coop, "chair", "Clara")
    serve(make.member(coop, "Tom"), "treasurer", date(2026, 1, 1), date(2026, 11, 10))
    treasurer, auditor = (organisations.find_office(coop, kind) for kind in ("treasurer", "auditor"))
    found = offices.vacancies_on(coop, [treasurer, auditor], make.today)
    one = found[treasurer.id]
    assert (one.since, [who.id for who in one.acting], one.article) == (date(2026, 11, 11), [chair.id], "4")
    assert (one.filling.value, one.filling.article) == ("by-election", "5")
    assert (found[auditor.id].since, found[auditor.id].acting) == (None, ())


def test_resigning_from_an_office_leaves_it_vacant_after_its_last_day(coop, make, serve, deed, now):
    member, chair = make.member(coop, "Tom"), make.officer(coop, "chair")
    term = serve(member, "treasurer", date(2026, 1, 1), date(2027, 12, 31))
    last = make.today + timedelta(days=4)
    deed(offices.resign, term, make.actor(member), now, last_day=last)
    assert may(make.actor(member, on=last), Permission.SEE_BOOKS, coop)
    assert not may(make.actor(member, on=last + timedelta(days=1)), Permission.SEE_BOOKS, coop)
    assert may(make.actor(chair, on=last + timedelta(days=1)), Permission.SEE_BOOKS, coop)
    assert member.status_on(last + timedelta(days=1)) == "active"


@pytest.mark.parametrize(("days", "refusal"), [
    pytest.param(-1, "This day is over", id="yesterday"),
    pytest.param(0, "", id="today"),
    pytest.param(1, "", id="tomorrow"),
])  # fmt: skip
def test_nobody_resigns_backwards(coop, make, serve, deed, now, days, refusal):
    member = make.member(coop, "Tom")
    term = serve(member, "treasurer", date(2026, 1, 1), None)
    resign = (offices.resign, term, make.actor(member), now)
    if refusal:
        with pytest.raises(Refusal, match=refusal):
            deed(*resign, last_day=make.today + timedelta(days=days))
    else:
        deed(*resign, last_day=make.today + timedelta(days=days))
        assert term.ends_on == make.today + timedelta(days=days)


def test_nobody_resigns_for_another(coop, make, serve, deed, now):
    term = serve(make.member(coop, "Tom"), "treasurer", date(2026, 1, 1), None)
    with pytest.raises(Forbidden):
        deed(offices.resign, term, make.actor(make.member(coop, "Ida")), now, last_day=make.today)


def test_a_death_leaves_the_office_vacant(coop, make, serve, deed, now):
    member = make.member(coop, "Tom")
    serve(member, "treasurer", date(2026, 1, 1), None)
    deed(members.record_event, member, "died", OPERATOR, now)
    treasurer = organisations.find_office(coop, "treasurer")
    tomorrow = make.today + timedelta(days=1)
    assert offices.vacancies_on(coop, [treasurer], tomorrow)[treasurer.id].since == tomorrow


def test_the_office_of_another_co_op_is_missing(coop, make):
    other = make.organisation("orchard", "Orchard")
    make.officer(other, "treasurer")
    term = db.session.scalars(select(OfficeTerm)).one()
    with pytest.raises(Missing):
        offices.find_term(coop, term.id)

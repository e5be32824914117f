"""Nominations: called, named, accepted or not, withdrawn in time, and drawn up as a ballot by the constitution."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.nominations import Nomination
from coop.models.organisations import OfficeTerm
from coop.models.records import AuditEvent, OutboxMail
from coop.rules.verification import read, verify
from coop.services import ballots, nominations, organisations, records
from tests.ballot_house import after, cast
from tests.nomination_house import OVER, RULES

MOMENT = timedelta(seconds=1)


def states(call):
    rows = db.session.scalars(select(Nomination).where(Nomination.call_id == call.id).order_by(Nomination.id))
    return [(one.membership.name, one.state) for one in rows]


def test_the_deadlines_of_a_call_come_from_the_constitution_and_everyone_is_told(coop, call, now):
    assert call.closes_at - call.called_at == timedelta(days=10)
    assert call.answers_until - call.closes_at == timedelta(days=2)
    assert call.rule["articles"] == ["2", "3"]
    mails = select(func.count(OutboxMail.id)).where(OutboxMail.template == "nominations-open")
    assert db.session.scalar(mails) == 5


def test_deadlines_keep_the_wall_time_over_a_change_of_clocks(make, deed, now):
    organisation = make.organisation(
        text=RULES + '\n4. By the clocks of [Madrid]{provision="organisation.zone" value="Europe/Madrid"}.\n'
    )
    officer = make.actor(make.officer(organisation, "returning_officer"))
    called = now.replace(month=10, day=20)
    made = deed(
        nominations.call_nominations, organisation, officer, called, seats=1,
        office=organisations.find_office(organisation, "treasurer"), body=organisations.assembly_of(organisation),
    )  # fmt: skip
    zone = ZoneInfo("Europe/Madrid")
    assert made.closes_at.astimezone(zone).time() == made.called_at.astimezone(zone).time()
    assert made.closes_at - made.called_at == timedelta(days=10, hours=1)


def test_an_office_has_one_call_at_a_time(coop, call, deed, now):
    organisation, _, officer = coop
    with pytest.raises(Refusal, match="called already"):
        deed(
            nominations.call_nominations,
            organisation,
            officer,
            now,
            office=call.office,
            body=call.body,
            seats=1,
        )


def test_only_the_returning_officer_calls_and_draws_up(coop, call, make, deed, now):
    organisation, members, _ = coop
    member = make.actor(members[1])
    for refused in (
        lambda: deed(nominations.draw_up, call, organisation, member, now + OVER),
        lambda: deed(nominations.call_off, call, organisation, member, now, reason="I want it"),
        lambda: deed(nominations.call_nominations, organisation, member, now,
                     office=call.office, body=call.body, seats=1),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            refused()


def test_whoever_is_named_by_another_stands_only_once_they_accept(coop, call, make, deed, now):
    organisation, members, _ = coop
    deed(nominations.nominate, call, organisation, make.actor(members[1]), now, number=members[2].number)
    assert states(call) == [("Member 3", "named")]
    assert nominations.to_answer(organisation, make.actor(members[2]), now) == [call]
    mail = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "nominated")).one()
    assert mail.membership_id == members[2].id
    deed(nominations.stand, call, organisation, make.actor(members[2]), now, statement="I keep books.")
    assert states(call) == [("Member 3", "accepted")]
    assert nominations.to_answer(organisation, make.actor(members[2]), now) == []


def test_nobody_is_nominated_twice_or_without_being_a_member_in_good_standing(coop, call, make, deed, now):
    organisation, members, _ = coop
    amina = make.actor(members[1])
    make.event(members[3], "suspended", now.date())
    make.event(members[4], "resigned", now.date())
    deed(nominations.nominate, call, organisation, amina, now, number=members[2].number)
    for number, why in (
        (members[2].number, "nominated already"),
        (members[3].number, "Suspended since 21 November 2026"),
        (members[4].number, "No longer a member"),
        (members[1].number, "your own number"),
        (4711, "no member with the number 4711"),
    ):
        with pytest.raises(Refusal, match=why):
            deed(nominations.nominate, call, organisation, amina, now, number=number)
    assert len(states(call)) == 1


def test_a_suspended_member_neither_nominates_nor_stands(coop, call, make, deed, now):
    organisation, members, _ = coop
    make.event(members[3], "suspended", now.date())
    with pytest.raises(Forbidden):
        deed(nominations.stand, call, organisation, make.actor(members[3]), now, statement="")


@pytest.mark.parametrize(("late", "open_"), [(-MOMENT, True), (timedelta(0), False), (MOMENT, False)])
def test_nominations_are_taken_until_they_close(coop, call, make, deed, late, open_):
    organisation, members, _ = coop
    when = call.closes_at + late

    def nominate():
        deed(nominations.nominate, call, organisation, make.actor(members[1]), when, number=members[2].number)

    if open_:
        nominate()
    else:
        with pytest.raises(Refusal, match="have closed"):
            nominate()


@pytest.mark.parametrize(("late", "open_"), [(-MOMENT, True), (timedelta(0), False), (MOMENT, False)])
def test_a_candidate_accepts_and_withdraws_until_the_withdrawal_day(
    coop, call, stands, make, deed, now, late, open_
):
    organisation, members, officer = coop
    stands(members[1])
    deed(nominations.nominate, call, organisation, officer, now, number=members[2].number)
    when = call.answers_until + late
    deeds = [
        lambda: deed(nominations.decline, call, organisation, make.actor(members[1]), when),
        lambda: deed(nominations.stand, call, organisation, make.actor(members[2]), when, statement=""),
    ]
    for one in deeds:
        if open_:
            one()
        else:
            with pytest.raises(Refusal, match="is over"):
                one()
    after_it = ["withdrawn", "accepted"] if open_ else ["accepted", "named"]
    assert [state for _, state in states(call)] == after_it


def test_whoever_stepped_back_comes_back_only_while_nominations_are_open(coop, call, stands, make, deed, now):
    organisation, members, _ = coop
    amina = make.actor(members[1])
    stands(members[1])
    deed(nominations.decline, call, organisation, amina, now)
    deed(nominations.decline, call, organisation, amina, now)
    deed(nominations.stand, call, organisation, amina, now, statement="After all.")
    deed(nominations.decline, call, organisation, amina, now)
    with pytest.raises(Refusal, match="stepped back"):
        deed(nominations.stand, call, organisation, amina, call.closes_at, statement="")
    assert states(call) == [("Member 2", "withdrawn")]


def test_nobody_answers_for_another(coop, call, stands, make, deed, now):
    organisation, members, _ = coop
    stands(members[1])
    with pytest.raises(Missing):
        deed(nominations.decline, call, organisation, make.actor(members[2]), now)


def test_a_statement_has_a_limit(coop, call, make, deed, now):
    organisation, members, _ = coop
    amina, most = make.actor(members[1]), nominations.MOST_STATEMENT
    with pytest.raises(Refusal, match="characters"):
        deed(nominations.stand, call, organisation, amina, now, statement="x" * (most + 1))
    deed(nominations.stand, call, organisation, amina, now, statement="x" * most)


def test_a_refusal_needs_a_reason_and_stays(coop, call, stands, make, deed, now):
    organisation, members, officer = coop
    stands(members[1])
    nomination = nominations.nomination_of(call, members[1].number)
    with pytest.raises(Refusal, match="Say why"):
        deed(nominations.refuse, nomination, organisation, officer, now, reason="  ")
    deed(nominations.refuse, nomination, organisation, officer, now, reason="Article 9: two terms served.")
    with pytest.raises(Refusal, match="Article 9"):
        deed(nominations.stand, call, organisation, make.actor(members[1]), now, statement="")
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "refused a nomination")).one()
    assert "Article" not in event.facts


def test_whoever_stands_judges_nobody(coop, call, stands, deed, now):
    organisation, members, officer = coop
    stands(members[0], members[1])
    nomination = nominations.nomination_of(call, members[1].number)
    with pytest.raises(Forbidden):
        deed(nominations.refuse, nomination, organisation, officer, now, reason="A rival.")


def test_whoever_is_named_and_has_not_answered_judges_nobody(coop, call, stands, make, deed, now):
    organisation, members, officer = coop
    stands(members[1])
    deed(nominations.nominate, call, organisation, make.actor(members[1]), now, number=members[0].number)
    nomination = nominations.nomination_of(call, members[1].number)
    with pytest.raises(Refusal, match="You are nominated yourself"):
        deed(nominations.refuse, nomination, organisation, officer, now, reason="A rival.")


def test_more_candidates_than_seats_become_an_election_by_the_constitutions_method(
    coop, call, stands, deed, now
):
    organisation, members, officer = coop
    stands(members[2], members[1])
    with pytest.raises(Refusal, match="is over"):
        deed(nominations.draw_up, call, organisation, officer, call.answers_until - MOMENT)
    ballot = deed(nominations.draw_up, call, organisation, officer, call.answers_until)
    assert [(one.name, one.statement) for one in ballot.options] == [
        ("Member 2", "I am Member 2."),
        ("Member 3", "I am Member 3."),
    ]
    assert ballot.method == "scottish-stv"
    again = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    assert again.id == ballot.id
    assert db.session.scalar(select(func.count(Ballot.id))) == 1


def test_whoever_lost_their_standing_is_left_out_with_the_reason(coop, call, stands, make, deed, now):
    organisation, members, officer = coop
    stands(members[1], members[2], members[3])
    make.event(members[2], "resigned", now.date() + timedelta(days=3))
    ballot = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    assert [one.name for one in ballot.options] == ["Member 2", "Member 4"]
    left_out = nominations.nomination_of(call, members[2].number)
    assert (left_out.state, left_out.reason) == ("refused", "No longer a member since 24 November 2026.")


def test_where_nobody_stands_nothing_is_drawn_up_and_the_call_can_be_called_off(coop, call, deed, now):
    organisation, _, officer = coop
    with pytest.raises(Refusal, match="Nobody stands"):
        deed(nominations.draw_up, call, organisation, officer, now + OVER)
    deed(nominations.call_off, call, organisation, officer, now + OVER, reason="Nobody stood.")
    deed(
        nominations.call_nominations,
        organisation,
        officer,
        now + OVER,
        office=call.office,
        body=call.body,
        seats=1,
    )


@pytest.mark.parametrize(
    ("papers", "elected"),
    [
        ([[1], [1], [2]], True),  # one more for the candidate
        ([[1], [2]], False),  # as many for reopening
        ([[1], [2], [2]], False),
        ([[1, 2], [1]], True),
        ([[1, 2]], False),
    ],
)
def test_an_only_candidate_is_elected_only_if_more_want_them_than_want_to_reopen_nominations(
    coop, call, stands, make, deed, now, papers, elected
):
    organisation, members, officer = coop
    stands(members[1])
    ballot = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    assert [one.name for one in ballot.options] == ["Member 2", "Reopen nominations"]
    deed(ballots.open_ballot, ballot, organisation, officer, now + OVER)
    assert (ballot.method, ballot.rule["method"], ballot.rule["reopen"]) == ("approval", "approval", 2)
    assert ballot.rule["articles"] == ["1", "3"]
    assert ballot.rule["provisions"]["election.too_few"] == "reopen"
    cast(deed, make, ballot, members, papers, now + OVER)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert decision.outcome == ("elected" if elected else "lost")
    assert decision.text == ("Elected: Member 2." if elected else "Nobody is elected.")
    holders = db.session.scalars(
        select(OfficeTerm.membership_id).where(OfficeTerm.office_id == call.office_id)
    )
    assert list(holders) == ([members[1].id] if elected else [])

    deed(records.chain_events, organisation.id)
    bundle = ballots.bundle(ballot, organisation, officer, after(ballot))
    assert [check.name for check in verify(read(json.dumps(bundle).encode())) if not check.ok] == []
    looser = bundle | {"rule": bundle["rule"] | {"reopen": 1}}
    assert "rule" in [check.name for check in verify(read(json.dumps(looser).encode())) if not check.ok]


def test_a_draft_that_is_void_is_drawn_up_again(coop, call, stands, deed, now):
    organisation, members, officer = coop
    stands(members[1], members[2])
    first = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    deed(ballots.void, first, organisation, officer, "a slip", now + OVER)
    second = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    assert second.number == first.number + 1
    assert [one.name for one in second.options] == ["Member 2", "Member 3"]


def test_a_body_takes_nominations_from_its_own_members(coop, make, deed, now):
    organisation, members, _ = coop
    board = make.body(organisation, "board", members=members[1:3])
    officer = make.actor(make.officer(organisation, "returning_officer", "Olga", body=board))
    office = organisations.find_office(organisation, "returning_officer", board)
    call = deed(nominations.call_nominations, organisation, officer, now, office=office, body=board, seats=1)
    assert "only those who belong" in nominations.who_may_nominate(call, make.actor(members[4]))
    with pytest.raises(Refusal, match="belong to it"):
        deed(nominations.stand, call, organisation, make.actor(members[4]), now, statement="")
    deed(nominations.stand, call, organisation, make.actor(members[1]), now, statement="")


def test_the_trail_tells_numbers_and_no_names(coop, call, stands, make, deed, now):
    organisation, members, officer = coop
    stands(members[1])
    deed(nominations.nominate, call, organisation, officer, now, number=members[2].number)
    deed(nominations.decline, call, organisation, make.actor(members[2]), now)
    deed(nominations.draw_up, call, organisation, officer, now + OVER)
    about = f"nominations {call.number}"
    rows = db.session.scalars(
        select(AuditEvent).where(AuditEvent.subject == about).order_by(AuditEvent.id)
    ).all()
    assert [row.verb for row in rows] == [
        "called nominations", "accepted", "nominated", "declined", "drew up the ballot of",
    ]  # fmt: skip
    assert not any("Member" in row.facts for row in rows)


def test_the_calls_of_another_organisation_are_missing(coop, call, make):
    with pytest.raises(Missing):
        nominations.find(make.organisation("orchard", "Orchard"), call.number)

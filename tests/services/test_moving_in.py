"""An organisation that exists moves in as it is: text unchanged, marks attested by two, balances that balance."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from coop.access import Permission, actor_for, may
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.accounts import Person
from coop.models.organisations import OfficeTerm
from coop.models.records import OutboxMail
from coop.models.treasury import LedgerEntry, Posting
from coop.services import beginnings, constitution
from tests.beginning_house import REGISTERED


def test_it_opens_with_its_own_text_officers_members_and_balances(moving):
    moving.ready()
    version = moving.do(beginnings.open_moved, moving.rosa)
    assert re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", version.text) == REGISTERED
    assert (version.registered_on, version.decision_id) == (date(1999, 5, 1), None)
    assert constitution.rule(version, "meeting.notice").value.n == 21
    assert constitution.rule(version, "office.term").article == "4"
    assert (moving.mill.zone, moving.mill.currency, moving.mill.unopened) == ("Europe/Lisbon", "GBP", "")
    secretary = moving.as_member(0)
    assert may(secretary, Permission.ADMIT_MEMBER, moving.mill)
    term = db.session.scalars(select(OfficeTerm)).first()
    assert (term.because, term.from_beginning) == ("annual meeting of 1 March 2026", True)


def test_what_is_missing_is_said_in_order(moving):
    said = beginnings.why_not_open(moving.mill, moving.now)
    assert said[0] == "Enter who holds the office: secretary."
    with pytest.raises(Refusal, match="Enter who holds the office: secretary"):
        moving.do(beginnings.open_moved, moving.rosa)
    moving.ready()
    assert beginnings.why_not_open(moving.mill, moving.now) == []
    assert beginnings.why_not_open(moving.mill, moving.now - timedelta(seconds=1)) == [
        "Members still have time to question the marks."
    ]


def test_before_it_opens_members_hold_no_founders_power(moving, now):
    una = actor_for(db.session.get(Person, moving.rows[2].holders[0].person_id), moving.mill, now.date())
    assert not una.founding
    for deed, more in (
        (beginnings.open_moved, {}),
        (beginnings.attest, {"sha256": moving.sha256}),
        (beginnings.choose_marks, {"yes": [], "no": []}),
    ):
        with pytest.raises(Forbidden):
            moving.do(deed, una, **more)


def test_the_same_officer_attests_once(moving):
    moving.officers()
    moving.text()
    moving.marks()
    moving.attest(0)
    with pytest.raises(Refusal, match="attested these marks already"):
        moving.attest(0)
    assert moving.state.beginning.attested_at is None
    moving.attest(1)
    told = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "marks-to-question")).all()
    assert len(told) == 3


def test_other_marks_need_new_attestations_and_new_time(moving):
    moving.ready()
    moving.marks(0)
    assert moving.state.attested == ()
    assert moving.state.beginning.attested_at is None
    with pytest.raises(Refusal, match="marks were changed since you read them"):
        moving.do(beginnings.attest, moving.as_member(0), sha256="0" * 64)


def test_marks_are_attested_only_once_every_offer_is_answered(moving):
    moving.officers()
    moving.text()
    with pytest.raises(Refusal, match="every offered mark"):
        moving.attest(0)
    with pytest.raises(Refusal, match="Answer every one"):
        moving.do(beginnings.choose_marks, moving.rosa, yes=[0], no=[])


def test_a_mark_that_contradicts_its_words_is_refused(moving):
    moving.text()
    asked = {"article": "4", "words": "three years", "key": "office.term", "value": "24 months", "body": ""}
    with pytest.raises(Refusal, match="Words prevail"):
        moving.do(beginnings.mark_words, moving.rosa, asked=asked)
    own = '[twenty-one clear days]{provision="meeting.notice" value="14 days"}'
    with pytest.raises(Refusal, match=r"Line 5: .*Words prevail"):
        moving.text(REGISTERED.replace("twenty-one clear days", own))


def test_words_that_no_offer_found_are_marked_by_hand_and_unmarked(moving):
    moving.text()
    asked = {"article": "2", "words": "general meeting", "key": "decision.tie", "value": "lost", "body": ""}
    moving.do(beginnings.mark_words, moving.rosa, asked=asked)
    assert 'A [general meeting]{provision="decision.tie" value="lost"} is' in moving.state.beginning.text
    moving.do(beginnings.unmark_words, moving.rosa, at=0)
    assert moving.state.beginning.text == REGISTERED


def test_a_text_without_articles_is_refused_with_its_line(moving):
    with pytest.raises(Refusal, match="Line 1: There is no article"):
        moving.text("We just meet.")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"number": 99}, "no member 99"),
        ({"source": " "}, "which meeting decided it"),
        ({"starts_on": date(2099, 1, 1)}, "holds the office today"),
        ({"ends_on": date(2026, 3, 2)}, "holds the office today"),
    ],
)
def test_an_officer_needs_a_source_and_holds_the_office_today(moving, more, said):
    with pytest.raises(Refusal, match=said):
        moving.officer(**{"kind": "secretary", "number": 1} | more)


def test_members_ask_within_fourteen_days_and_another_officer_answers(moving):
    una = moving.as_member(2)
    with pytest.raises(Refusal, match="Two officers attest"):
        moving.do(beginnings.ask, una, article="2", text="Clear days?")
    moving.officers()
    moving.text()
    moving.marks()
    moving.attest()
    first = moving.do(beginnings.ask, una, article="2", text="Clear days?").id
    own = moving.do(beginnings.ask, moving.as_member(0), article="3", text="Of whom?").id
    moving.do(beginnings.answer, moving.as_member(0), question_id=first, answer="Yes, as it says.")
    with pytest.raises(Refusal, match="another officer must answer"):
        moving.do(beginnings.answer, moving.as_member(0), question_id=own, answer="Of all.")
    with pytest.raises(Refusal, match="answered already"):
        moving.do(beginnings.answer, moving.as_member(1), question_id=first, answer="No.")
    with pytest.raises(Forbidden):
        moving.do(beginnings.answer, una, question_id=own, answer="No.")
    moving.now += timedelta(days=14)
    moving.balances()
    with pytest.raises(Refusal, match="time for questions is over"):
        moving.do(beginnings.ask, una, article="2", text="Still there?")
    with pytest.raises(Refusal, match="Answer every question"):
        moving.do(beginnings.open_moved, moving.rosa)


def test_balances_sum_to_zero_and_name_each_member_who_owes(moving):
    moving.officers()
    entry = moving.balances()
    assert sum(one.amount_minor for one in entry.postings) == 0
    owing = [(one.membership_id, one.amount_minor) for one in entry.postings if one.membership_id]
    assert owing == [(moving.rows[2].id, 1_500)]


@pytest.mark.parametrize("off", [-1, 1])
def test_balances_that_do_not_sum_to_zero_are_refused_by_the_cent(moving, off):
    moving.officers()
    with pytest.raises(Refusal, match=r"do not sum to zero: .* The difference is .*0[.,]01"):
        moving.balances(amounts={"bank": 90_000, "opening": 91_500 + off})
    assert db.session.scalar(select(LedgerEntry.id)) is None


def test_balances_entered_again_reverse_the_first(moving):
    moving.officers()
    moving.balances()
    moving.balances(amounts={"bank": 100, "opening": 100}, owed={})
    total = db.session.scalars(select(Posting.amount_minor).where(Posting.amount_minor > 0)).all()
    assert sorted(total) == [100, 1_500, 90_000, 91_500]


@pytest.mark.parametrize(("owed", "said"), [({99: 5}, "no member 99"), ({3: -5}, "not negative")])
def test_what_members_owe_names_members(moving, owed, said):
    moving.officers()
    with pytest.raises(Refusal, match=said):
        moving.balances(owed=owed)


def test_only_the_treasurer_enters_balances(moving):
    moving.officers()
    with pytest.raises(Forbidden):
        moving.do(
            beginnings.enter_balances, moving.as_member(0), on=moving.now.date(), amounts={"bank": 1}, owed={}
        )

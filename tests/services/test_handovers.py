"""Handing an office over: opened by a new term, signed off by both, kept for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.access import PROGRAM
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.handovers import Handover
from coop.services import members, offices, organisations, records, reports

TASKS = ({"title": "Bank lines", "count": 3},)


class Succession:
    """Tom was treasurer until today, and Uma is from tomorrow."""

    def __init__(self, make, deed, now):
        self.make, self.deed, self.now = make, deed, now
        self.organisation = make.organisation()
        self.tom, self.uma = (
            make.officer(self.organisation, "treasurer", "Tom"),
            make.member(self.organisation, "Uma"),
        )
        self.office = organisations.find_office(self.organisation, "treasurer")
        deed(organisations.end_term, self.office.terms[0], make.today, actor=PROGRAM, now=now)
        self.begin(self.uma, make.today + timedelta(days=1))
        self.tomorrow = now + timedelta(days=1)

    def begin(self, member, day):
        return self.deed(
            organisations.begin_term,
            self.office,
            member,
            day,
            None,
            decision_id=self.make.decision(self.organisation).id,
            actor=PROGRAM,
            now=self.now,
        )

    @property
    def handover(self):
        return db.session.scalars(select(Handover).order_by(Handover.id.desc())).first()

    def sign(self, member, at=None, why=""):
        at = at or self.tomorrow
        self.deed(
            offices.sign_handover,
            self.handover,
            self.organisation,
            self.make.actor(member, on=self.organisation.day_of(at)),
            at,
            tasks=TASKS,
            statement="The last bank statement.",
            alone_because=why,
        )


@pytest.fixture
def coop(make, deed, now):
    return Succession(make, deed, now)


def test_a_new_term_opens_the_hand_over_with_what_a_treasurer_receives(coop):
    left, incoming = offices.parties_of(coop.handover)
    assert (left.id, incoming.id) == (coop.tom.id, coop.uma.id)
    listed = [item.what for item in coop.handover.items]
    assert listed[0].startswith("Access to the bank accounts")
    assert "Keys" in listed
    assert [offices.to_sign(who.id) != [] for who in (coop.tom, coop.uma)] == [True, True]


def test_whoever_goes_on_or_is_the_first_hands_nothing_over(coop, make):
    coop.deed(organisations.end_term, coop.office.terms[-1], make.today + timedelta(days=9), actor=PROGRAM, now=coop.now)  # fmt: skip
    coop.begin(coop.uma, make.today + timedelta(days=10))
    assert len(db.session.scalars(select(Handover)).all()) == 1
    coop.office = organisations.find_office(coop.organisation, "librarian")
    coop.begin(coop.uma, make.today)
    assert len(db.session.scalars(select(Handover)).all()) == 1


def test_both_sign_and_what_stood_open_and_the_last_proof_are_kept(coop, deed):
    deed(records.chain_events, coop.organisation.id)
    coop.sign(coop.tom, coop.now)
    assert coop.handover.closed_at is None
    coop.sign(coop.uma)
    made = coop.handover
    assert made.closed_at == coop.tomorrow
    assert made.proof["tasks"] == list(TASKS)
    assert made.proof["statement"] == "The last bank statement."
    assert made.proof["head"] == records.head_of(coop.organisation.id)[1]
    assert offices.to_sign(coop.uma.id) == offices.to_sign(coop.tom.id) == []


@pytest.mark.parametrize(("hours", "refused"), [(11, True), (12, False), (13, False)])
def test_the_incoming_signs_from_the_first_day_of_the_term(coop, hours, refused):
    at = coop.now + timedelta(hours=hours)  # noon in a co-op of UTC
    if refused:
        with pytest.raises(Refusal, match="Sign from that day on"):
            coop.sign(coop.uma, at)
    else:
        coop.sign(coop.uma, at)
        assert coop.handover.taken_at == at


def test_a_signed_hand_over_is_neither_changed_nor_signed_again(coop, make):
    coop.sign(coop.tom)
    with pytest.raises(Refusal, match="signed this already"):
        coop.sign(coop.tom)
    coop.sign(coop.uma)
    uma = make.actor(coop.uma)
    with pytest.raises(Refusal, match="stands as it is"):
        coop.deed(offices.add_item, coop.handover, uma, coop.tomorrow, what="A van")
    with pytest.raises(Refusal, match="stands as it is"):
        coop.deed(
            offices.write_items, coop.handover, uma, coop.tomorrow, notes={1: "x"}, received=frozenset()
        )


def test_both_write_what_was_received_and_nobody_else_does(coop, make):
    coop.deed(offices.add_item, coop.handover, make.actor(coop.tom), coop.now, what="The  van")
    last = coop.handover.items[-1]
    notes = {last.position: "Key under the seat."}
    received = frozenset({1, last.position})
    coop.deed(
        offices.write_items, coop.handover, make.actor(coop.uma), coop.now, notes=notes, received=received
    )
    assert (last.what, last.note, last.received) == ("The van", "Key under the seat.", True)
    assert not coop.handover.items[1].received
    with pytest.raises(Forbidden):
        coop.deed(
            offices.add_item, coop.handover, make.actor(make.member(coop.organisation)), coop.now, what="x"
        )


def test_if_the_leaver_is_gone_the_incoming_signs_alone_with_a_reason(coop, deed):
    with pytest.raises(Refusal, match="can still sign"):
        coop.sign(coop.uma, why="He is away.")
    deed(members.record_event, coop.tom, "died", PROGRAM, coop.now)
    assert "no member any more" in offices.why_alone(coop.handover, coop.organisation, coop.tomorrow)
    coop.sign(coop.uma, why="He died.")
    assert (coop.handover.alone_because, coop.handover.given_at) == ("He died.", None)
    assert coop.handover.closed_at is not None


@pytest.mark.parametrize(("days", "alone"), [(29, False), (30, True), (31, True)])
def test_whoever_left_and_does_not_sign_holds_it_up_for_thirty_days(coop, days, alone):
    coop.sign(coop.uma)
    at = coop.tomorrow + timedelta(days=days)
    if alone:
        coop.sign(coop.uma, at, why="He doesn't answer.")
        assert coop.handover.closed_at == at
    else:
        with pytest.raises(Refusal, match="can still sign"):
            coop.sign(coop.uma, at, why="He doesn't answer.")


def test_the_open_tasks_are_those_of_the_office_and_of_no_other(coop, make):
    make.officer(coop.organisation, "secretary")
    assert reports.open_tasks(coop.office, coop.uma, coop.organisation, coop.now) == []
    assert "No bank statement yet" in reports.last_statement(coop.office, coop.organisation)
    secretary = organisations.find_office(coop.organisation, "secretary")
    assert reports.last_statement(secretary, coop.organisation) == ""


def test_the_hand_over_of_another_co_op_is_missing(coop, make):
    other = make.organisation("orchard", "Orchard")
    with pytest.raises(Missing):
        offices.find_handover(other, coop.handover.id)

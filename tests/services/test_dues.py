from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.dues import Charge
from coop.models.organisations import Organisation
from coop.services import dues, treasury

TODAY = date(2026, 11, 21)
NOVEMBER = date(2026, 11, 1)


class House:
    def __init__(self, make, deed):
        self.make, self.deed, self.now = make, deed, make.now
        self.organisation = make.organisation()
        self.amina = make.member(self.organisation, "Amina Okafor")
        self.treasurer = make.actor(make.officer(self.organisation, "treasurer", "Ines"))

    def set_plan(self, *, decision=None, actor=None, bands=(("full", 1200), ("student", 600)), **facts):
        decision = decision or self.make.decision(self.organisation, decision_class="ordinary")
        facts = {"name": "Dues", "interval": "month", "starts_on": NOVEMBER, **facts}
        actor = actor or self.treasurer
        return self.deed(
            dues.set_plan, self.organisation, actor, self.now, bands=list(bands), decision=decision, **facts
        )

    def charge(self, until=TODAY):
        return self.deed(treasury.charge_dues, self.organisation, self.treasurer, until, self.now)

    def owed(self, member=None):
        account = dues.account_of(member or self.amina, self.treasurer, TODAY)
        return sum(row.open_minor for row in account.rows)


@pytest.fixture
def house(context, make, deed):
    return House(make, deed)


@pytest.mark.parametrize(
    ("asked", "given", "serves"),
    [
        pytest.param("ordinary", "ordinary", True, id="the class asked for"),
        pytest.param("ordinary", "special", True, id="a stricter class"),
        pytest.param("special", "ordinary", False, id="a weaker class"),
        pytest.param("ordinary", "election", False, id="a class of another kind"),
    ],
)
def test_dues_are_set_by_the_class_of_decision_that_the_constitution_names(
    context, make, deed, asked, given, serves
):
    make_rules = f'1. Dues are set by [such a resolution]{{provision="dues.decision" value="{asked}"}}.\n'
    organisation = make.organisation(text=make_rules)
    treasurer = make.actor(make.officer(organisation, "treasurer"))
    decision = make.decision(organisation, decision_class=given)
    facts = {
        "name": "Dues",
        "interval": "month",
        "bands": [("full", 1)],
        "starts_on": NOVEMBER,
        "decision": decision,
    }
    if serves:
        plan = deed(dues.set_plan, organisation, treasurer, make.now, **facts)
        assert (plan.decision_id, plan.article) == (decision.id, "1")
    else:
        with pytest.raises(Refusal, match="the constitution lets dues be set by"):
            deed(dues.set_plan, organisation, treasurer, make.now, **facts)


def test_a_decision_that_was_lost_sets_nothing(house):
    lost = house.make.decision(house.organisation, decision_class="ordinary", outcome="lost")
    with pytest.raises(Refusal, match="not carried"):
        house.set_plan(decision=lost)


def test_another_organisations_decision_sets_nothing_here(house):
    orchard = house.make.organisation("orchard", "Orchard")
    theirs = house.make.decision(orchard, decision_class="ordinary")
    with pytest.raises(Missing):
        house.set_plan(decision=theirs)


def test_only_the_treasurer_sets_dues(house):
    with pytest.raises(Forbidden):
        house.set_plan(actor=house.make.actor(house.amina))


@pytest.mark.parametrize("bands", [[], [("", 100)], [("full", 100), ("full", 200)]])
def test_every_band_has_a_name_of_its_own(house, bands):
    with pytest.raises(Refusal, match="name of its own"):
        house.set_plan(bands=bands)


@pytest.mark.parametrize(
    ("starts_on", "serves"),
    [(NOVEMBER - timedelta(days=1), False), (NOVEMBER, False), (NOVEMBER + timedelta(days=1), True)],
)
def test_a_new_price_begins_after_what_was_charged(house, starts_on, serves):
    house.set_plan()
    house.charge()
    if serves:
        house.set_plan(bands=[("full", 1500)], starts_on=starts_on)
        assert house.charge().added == 0
    else:
        with pytest.raises(Refusal, match="never changes past charges"):
            house.set_plan(bands=[("full", 1500)], starts_on=starts_on)
    assert house.owed() == 1200


def test_a_member_who_left_owes_nothing_from_the_next_month_on(house):
    house.set_plan(starts_on=date(2026, 9, 1))
    house.make.event(house.amina, "resigned", date(2026, 10, 2))
    house.charge()
    rows = db.session.scalars(select(Charge).where(Charge.membership_id == house.amina.id)).all()
    assert sorted(row.period_starts_on.month for row in rows) == [9, 10]


def test_a_payment_never_changes_who_is_a_member(house):
    house.set_plan()
    house.charge()
    assert house.amina.status_on(TODAY) == "active"
    assert [event.kind for event in house.amina.events] == ["admitted"]


def test_a_band_changes_the_next_run_and_takes_back_what_it_replaces(house):
    house.set_plan()
    house.charge()
    house.deed(dues.put_in_band, house.amina, house.treasurer, house.now, "student", NOVEMBER)
    run = house.charge()
    assert (run.added, run.reversed, house.owed()) == (1, 1, 600)
    assert house.charge().added == 0


def test_a_band_that_no_plan_has_is_refused(house):
    house.set_plan()
    with pytest.raises(Refusal, match="No plan has a band"):
        house.deed(dues.put_in_band, house.amina, house.treasurer, house.now, "gold", NOVEMBER)


def waive(house, share, **facts):
    facts = {"plan_name": "Dues", "starts_on": NOVEMBER, "ends_on": None, "reason": "article 7", **facts}
    return house.deed(dues.waive, house.amina, house.treasurer, house.now, share=share, **facts)


def test_a_waiver_of_the_whole_leaves_nothing_owed(house):
    house.set_plan()
    house.charge()
    waive(house, Fraction(1))
    run = house.charge()
    assert (run.added, run.reversed, house.owed()) == (0, 1, 0)


@pytest.mark.parametrize("share", [Fraction(0), Fraction(5, 4), Fraction(-1, 2)])
def test_a_waiver_is_more_than_nothing_and_at_most_the_whole(house, share):
    with pytest.raises(Refusal, match="more than nothing"):
        waive(house, share)


def test_a_waiver_needs_a_reason_or_a_decision(house):
    with pytest.raises(Refusal, match="reason or a decision"):
        waive(house, Fraction(1), reason=" ")


def test_nobody_is_charged_for_a_period_that_has_not_begun(house):
    house.set_plan(starts_on=TODAY)
    with pytest.raises(Refusal, match="have begun"):
        house.charge(until=TODAY + timedelta(days=1))


def test_a_branchs_dues_are_owed_by_its_members_only(house):
    branch = house.make.body(house.organisation, members=[house.amina])
    theirs = house.make.actor(house.make.officer(house.organisation, "treasurer", "Branch", body=branch))
    house.set_plan(body=branch, actor=theirs, name="Branch dues")
    organisation = db.session.get(Organisation, house.organisation.id)
    assert house.deed(treasury.charge_dues, organisation, theirs, TODAY, house.now).added == 1
    assert house.owed() == 1200


def test_a_branch_treasurer_sees_the_branchs_charges_only(house):
    branch = house.make.body(house.organisation, members=[house.amina])
    theirs = house.make.actor(house.make.officer(house.organisation, "treasurer", "Branch", body=branch))
    house.set_plan()
    house.charge()
    assert dues.account_of(house.amina, theirs, TODAY).rows == ()
    (charge, *_others) = db.session.scalars(select(Charge).order_by(Charge.id))
    with pytest.raises(Forbidden):
        dues.find_charge(house.organisation, charge.id, theirs, TODAY)


# LESSONS, money 10: only what is still open of a part-paid charge is asked for.
def test_arrears_count_what_is_still_open(house):
    house.set_plan()
    house.charge()
    content = b"date,amount,currency,name,account,purpose,bank_id\n2026-11-03,5.00,EUR,,,,\n"
    account = house.deed(treasury.accounts_of, house.organisation.bodies[0], house.now)["bank"]
    parsed = treasury.read(content, "a.csv")
    done = house.deed(
        treasury.import_statement,
        account,
        house.treasurer,
        house.now,
        content=content,
        file_name="a.csv",
        parsed=parsed,
    )
    from coop.models.treasury import StatementLine

    line = db.session.scalars(
        select(StatementLine).where(StatementLine.statement_id == done.statements[0].id)
    ).one()
    (charge,) = db.session.scalars(select(Charge).where(Charge.membership_id == house.amina.id))
    house.deed(treasury.pay_charges, line, [charge.id], house.treasurer, house.now)
    late = charge.due_on + timedelta(days=1)
    debts = dues.arrears(house.organisation, house.treasurer, late, "okafor").debts
    assert [(debt.name, debt.amount_minor) for debt in debts] == [("Amina Okafor", 700)]
    assert dues.arrears(house.organisation, house.treasurer, charge.due_on).debts == ()


def test_a_branch_treasurer_neither_waives_nor_bands_the_assemblys_dues(house):
    branch = house.make.body(house.organisation, members=[house.amina])
    theirs = house.make.actor(house.make.officer(house.organisation, "treasurer", "Branch", body=branch))
    house.set_plan()
    facts = {"plan_name": "Dues", "starts_on": NOVEMBER, "ends_on": None, "reason": "x", "share": Fraction(1)}
    with pytest.raises(Forbidden):
        house.deed(dues.waive, house.amina, theirs, house.now, **facts)
    with pytest.raises(Forbidden):
        house.deed(dues.put_in_band, house.amina, theirs, house.now, "student", NOVEMBER)


def test_dues_that_do_not_exist_cannot_be_waived(house):
    with pytest.raises(Refusal, match="no dues called"):
        waive(house, Fraction(1))

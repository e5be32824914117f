"""Passed, registered, in force: three days; on the last one the software obeys, by itself."""

from datetime import UTC, datetime, time, timedelta

import pytest

from coop import background
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.rules.provisions import REGISTRY
from coop.rules.provisions import registry as registered
from coop.services import constitution
from tests.amendment_house import LONGER, REGISTERED, RULES, STRICTER

DOLLARS = 'Dues are paid in [dollars]{provision="organisation.currency" value="USD"} by [the clocks of Tokyo]{provision="organisation.zone" value="Asia/Tokyo"}.'
AT_ONCE = RULES.replace("[ten days]", "[one day]").replace('"10 days"', '"1 day"')


def noon(day):
    return datetime.combine(day, time(12), UTC)


def test_zone_and_currency_change_on_the_day_and_not_before(amending, deed):
    coop = amending()
    day = coop.carry({"5": DOLLARS}).version.in_force_on
    for when, currency in ((day - timedelta(days=1), "EUR"), (day, "USD"), (day + timedelta(days=1), "USD")):
        deed(constitution.obey_due, coop.here.id, noon(when))
        assert coop.here.currency == currency
    assert (coop.here.zone, coop.here.changes_on) == ("Asia/Tokyo", None)


def test_the_background_brings_a_version_into_force(amending, app, monkeypatch):
    coop = amending()
    day = coop.carry({"5": DOLLARS}).version.in_force_on
    assert coop.here.id in constitution.organisations_due(noon(day))
    assert constitution.organisations_due(noon(day) - timedelta(days=2)) == []

    class OnTheDay(datetime):
        @classmethod
        def now(cls, tz=None):
            return noon(day).astimezone(tz)

    monkeypatch.setattr(background, "datetime", OnTheDay)
    background.bring_into_force(app)
    db.session.expire_all()
    assert coop.here.currency == "USD"


def test_a_page_that_comes_first_brings_it_into_force(amending, client):
    import time_machine

    coop = amending()
    day = coop.carry({"5": DOLLARS}).version.in_force_on
    with time_machine.travel(noon(day)):
        client.visit("/pioneers/constitution")
    db.session.expire_all()
    assert coop.here.currency == "USD"


@pytest.mark.parametrize(("rules", "days"), [(RULES, 10), (AT_ONCE, 1)])
def test_a_change_never_comes_into_force_on_a_day_that_has_begun(amending, rules, days):
    coop = amending(rules)
    ballot = coop.put(coop.amend({"2": LONGER}))
    late = ballot.closes_at + timedelta(days=30)
    from coop.services import ballots

    coop.deed(ballots.seal, ballot.id, late)
    made = constitution.find_version(coop.here, 2)
    today = coop.here.day_of(late)
    assert made.in_force_on == max(made.passed_on + timedelta(days=days), today + timedelta(days=1))


def test_a_change_that_must_be_registered_waits_for_it(amending):
    coop = amending(REGISTERED)
    made = coop.carry({"2": LONGER}).version
    assert (made.in_force_on, constitution.awaits_registration(made)) == (None, True)
    assert coop.notice(made.passed_on + timedelta(days=900)) == 14
    later = coop.closing + timedelta(days=20)
    on = coop.here.day_of(later) - timedelta(days=2)
    coop.deed(constitution.register_version, made, coop.here, coop.secretary, on, later)
    assert (made.registered_on, made.in_force_on) == (on, on + timedelta(days=10))
    assert coop.notice(made.in_force_on) == 21
    assert not constitution.awaits_registration(made)


@pytest.mark.parametrize(
    ("days", "says"),
    [(1, "still to come"), (0, None), (-20, None), (-21, "not registered before that")],
)
def test_a_day_of_registration_lies_between_passing_and_today(amending, days, says):
    coop = amending(REGISTERED)
    made = coop.carry({"2": LONGER}).version
    later = noon(made.passed_on + timedelta(days=20))
    on = made.passed_on + timedelta(days=20 + days)
    if says is None:
        coop.deed(constitution.register_version, made, coop.here, coop.secretary, on, later)
        assert made.registered_on == on
        return
    with pytest.raises(Refusal, match=says):
        coop.deed(constitution.register_version, made, coop.here, coop.secretary, on, later)


def test_registrations_are_recorded_in_the_order_of_the_versions(amending):
    coop = amending(REGISTERED)
    first, second = (coop.carry({n: body}).version for n, body in (("2", LONGER), ("3", STRICTER)))
    later = noon(second.passed_on + timedelta(days=9))
    on = coop.here.day_of(later)
    with pytest.raises(Refusal, match="Version 2 comes first"):
        coop.deed(constitution.register_version, second, coop.here, coop.secretary, on, later)
    for version in (first, second):
        coop.deed(constitution.register_version, version, coop.here, coop.secretary, on, later)
    assert second.in_force_on == first.in_force_on + timedelta(days=1)
    with pytest.raises(Refusal, match="does not wait"):
        coop.deed(constitution.register_version, first, coop.here, coop.secretary, on, later)


def test_nobody_but_the_secretary_records_a_registration(amending):
    coop = amending(REGISTERED)
    made = coop.carry({"2": LONGER}).version
    for other in (coop.officer, coop.author):
        with pytest.raises(Forbidden):
            coop.deed(constitution.register_version, made, coop.here, other, made.passed_on, coop.closing)


def test_what_needs_no_registration_can_have_none(amending):
    coop = amending()
    made = coop.carry({"2": LONGER}).version
    with pytest.raises(Refusal, match="does not wait for a registration"):
        coop.deed(
            constitution.register_version, made, coop.here, coop.secretary, made.passed_on, coop.closing
        )


def test_a_release_that_adds_a_key_and_changes_a_default_changes_nothing_adopted(amending, monkeypatch):
    coop = amending()
    made = coop.carry({"2": LONGER}).version
    before, sha256 = constitution.as_data(made), made.sha256
    old = REGISTRY["dues.due"]
    fields = (old.kind, "99 days", old.label, old.sentence, old.scopes, old.low, old.high)
    monkeypatch.setitem(REGISTRY, "dues.due", registered.Provision(old.key, *fields))
    monkeypatch.setitem(REGISTRY, "dues.new", registered.Provision("dues.new", *fields))
    constitution.reading._KEPT.clear()
    assert constitution.as_data(made) == before
    assert constitution.find_version(coop.here, made.number).sha256 == sha256
    another = coop.draft({"3": STRICTER}, now=coop.closing)
    assert constitution.preview(another, coop.here).effects == (
        "Ordinary majority: more than half of the votes cast → at least 2/3 of the votes cast",
    )
    coop.deed(constitution.hand_in, another, coop.here, coop.author, coop.closing)
    coop.count(coop.put(another, now=coop.closing))
    assert constitution.rule(another.version, "dues.due").text == old.default
    assert constitution.rule(another.version, "dues.new").text == "99 days"
    constitution.reading._KEPT.clear()

from sqlalchemy import insert, select, text

from coop.access import OPERATOR
from coop.extensions import db
from coop.models.records import AuditEvent, AuditParticulars, OutboxMail
from coop.services import records


def test_every_deed_is_linked_to_the_one_before(make, deed, now):
    organisation = make.organisation(text=None)
    for n in range(3):
        deed(
            records.record, organisation, OPERATOR, "counted", f"thing {n}", now, {"n": n}, {"name": "Amina"}
        )
    head = deed(records.chain_events, organisation.id)

    answer = records.verify_chain(organisation.id)
    assert answer["ok"]
    assert (answer["events"], answer["unchained"], answer["head"]) == (3, 0, head)


def test_a_changed_event_breaks_the_chain_at_its_place(make, deed, now, context):
    organisation = make.organisation(text=None)
    for n in range(3):
        deed(records.record, organisation, OPERATOR, "counted", f"thing {n}", now, {"n": n})
    deed(records.chain_events, organisation.id)
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()[1]
    event_id = event.id
    db.session.rollback()
    _without_guard("audit_events", "UPDATE audit_events SET verb = 'forged' WHERE id = :id", id=event_id)

    answer = records.verify_chain(organisation.id)
    assert (answer["ok"], answer["first_bad"]) == (False, event_id)


def test_erasing_particulars_keeps_the_chain_whole(make, deed, now):
    organisation = make.organisation(text=None)
    deed(records.record, organisation, OPERATOR, "admitted", "member 1", now, {}, {"name": "Amina Holt"})
    deed(records.chain_events, organisation.id)

    def erase():
        db.session.execute(text("DELETE FROM audit_particulars"))

    deed(erase)
    assert db.session.scalar(select(AuditParticulars)) is None
    assert records.verify_chain(organisation.id)["ok"]


def test_an_event_whose_transaction_ended_after_later_ones_is_linked_all_the_same(
    make, deed, now, monkeypatch
):
    organisation = make.organisation(text=None)

    def event_with(number):
        values = {"id": number, "organisation_id": organisation.id, "at": now, "actor": "coop", "facts": "{}"}
        db.session.execute(insert(AuditEvent).values(verb="counted", subject="things", **values))

    for number in (1_000, 990):
        deed(event_with, number)
        assert records.organisations_with_unchained_events() == [organisation.id]
        deed(records.chain_events, organisation.id)
    assert records.verify_chain(organisation.id)["unchained"] == 0

    monkeypatch.setattr(records, "LOOK_BACK", 5)
    deed(event_with, 980)
    deed(records.chain_events, organisation.id)
    assert records.organisations_with_unchained_events() == []
    assert records.organisations_with_unchained_events(everything=True) == [organisation.id]
    deed(records.chain_events, organisation.id, everything=True)
    answer = records.verify_chain(organisation.id)
    assert (answer["ok"], answer["events"], answer["unchained"]) == (True, 3, 0)


def test_the_same_mail_is_queued_once(make, deed, now):
    organisation = make.organisation(text=None)
    for _ in range(2):
        deed(records.send, organisation, "welcome", "welcome:1", now)
    assert len(db.session.scalars(select(OutboxMail)).all()) == 1


def _without_guard(table, statement, **values):
    """Write as someone who holds the database would."""
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text(statement), values)
            connection.execute(text("SET session_replication_role = DEFAULT"))
        else:
            connection.execute(text(f"DROP TRIGGER {table}_kept_update"))
            connection.execute(text(statement), values)

"""The founding code works once, also for two who send it at the same moment."""

import threading

import pytest
import sqlalchemy as sa

from coop.access import OPERATOR
from coop.blueprints.beginnings.found import founding_code
from coop.extensions import db
from coop.models.organisations import Organisation
from coop.services import organisations
from coop.transaction import writing
from tests.pages.client import PageClient


@pytest.fixture
def second(app):
    """Another founder at the door of a server that holds nothing yet, the form filled in: a thread to start."""
    with app.app_context():
        code = founding_code()
    client = PageClient(app)
    client.visit(f"/found?code={code}")
    answers = {
        "kind": "society",
        "name": "The Second Mill",
        "slug": "second-mill",
        "zone": "Europe/Lisbon",
        "currency": "EUR",
        "founder": "Bo Lind",
        "email": "bo@mill.example",
        "password": "grind-slow-and-fine",
        "code": code,
    }

    class Founder(threading.Thread):
        answer = None

        def run(self):
            self.answer = client.post("/found", answers)

    return Founder(daemon=True)


def found_the_first(now):
    organisations.refuse_unless_first()
    organisations.found_organisation("first-mill", "The First Mill", actor=OPERATOR, now=now)


def slugs():
    found = db.session.scalars(sa.select(Organisation.slug)).all()
    db.session.rollback()
    return found


def test_of_two_foundings_at_once_the_second_waits_and_is_refused(context, second, now):
    with writing():
        found_the_first(now)
        second.start()
        second.join(0.6)
        assert second.is_alive(), "the second founding did not wait for the first"
    second.join(20)
    assert second.answer.status_code == 409
    assert "Somebody has founded an organisation here in the meantime." in second.answer.text
    assert slugs() == ["first-mill"]


def test_when_the_first_founding_fails_the_second_is_done(context, second, now):
    with pytest.raises(ZeroDivisionError), writing():  # noqa: PT012 - the second comes in between
        found_the_first(now)
        second.start()
        second.join(0.1)
        1 / 0  # noqa: B018
    second.join(20)
    assert second.answer.status_code == 302
    assert slugs() == ["second-mill"]

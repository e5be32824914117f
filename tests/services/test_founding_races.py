"""Founders act at the same moment: the organisation opens once, and no acceptance is for another text."""

from coop.access import OPERATOR
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.services import beginnings
from coop.transaction import writing
from tests.services.test_ballots_races import at_once


def test_two_founders_open_at_once_and_it_opens_once(app, founding):
    founding.accept()
    founding.meet()
    both, now, here = (founding.ana, founding.bo), founding.now, founding.mill_id
    db.session.remove()

    def opens(actor):
        return lambda: bool(beginnings.open_founded(db.session.get(Organisation, here), actor, now))

    answers = at_once(app, *map(opens, both))
    assert sorted(isinstance(one, (Refusal, Forbidden)) for one in answers) == [False, True]
    assert db.session.query(Membership).count() == 3


def test_an_answer_changed_while_another_accepts_leaves_no_acceptance_of_what_was_not_read(app, founding):
    read, answers = founding.sha256, founding.answers(notice="28 days")
    ana, bo, now, here = founding.ana, founding.bo, founding.now, founding.mill_id
    db.session.remove()

    def mill():
        return db.session.get(Organisation, here)

    at_once(
        app,
        lambda: beginnings.answer_questions(mill(), ana, now, **answers),
        lambda: beginnings.accept(mill(), bo, now, sha256=read),
    )
    assert founding.sha256 != read
    assert founding.state.accepted == ()


def test_an_invitation_used_by_two_at_once_serves_one(app, context, now):
    with writing():
        code = beginnings.invite(OPERATOR, now)
    db.session.remove()
    answers = at_once(app, *(lambda: beginnings.use_invitation(code, now) or "used" for _ in range(2)))
    assert sorted(isinstance(one, Refusal) for one in answers) == [False, True]

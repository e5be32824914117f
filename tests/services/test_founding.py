"""A co-op is founded by all its founders: each accepts, meets and votes for themselves, and nobody for another."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.access import OPERATOR, Actor, Permission, actor_for, may
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.members import Application, Membership
from coop.models.organisations import OfficeTerm
from coop.models.records import OutboxMail
from coop.services import accounts, ballots, beginnings, constitution, organisations
from tests.beginning_house import FOUNDERS


def test_what_all_founders_accepted_adopted_and_voted_on_opens(founding, now):
    founding.accept()
    founding.meet()
    joined = founding.do(beginnings.open_founded, founding.bo)
    mill, today = founding.mill, founding.mill.day_of(now)
    assert [(one.number, one.name) for one in joined] == [(1, "Ana Ruiz"), (2, "Bo Lind"), (3, "Caro Diaz")]
    version = constitution.in_force(mill, today)
    assert version.text == founding.state.beginning.text
    held = {one.office.kind: one.holder.name for one in organisations.holders_on(mill, today) if one.holder}
    assert held == {"secretary": "Ana Ruiz", "treasurer": "Bo Lind"}
    because = db.session.scalars(select(OfficeTerm.because)).first()
    assert "by 3 of 3 founders, by recorded vote" in because
    assert len(db.session.scalars(select(Application)).all()) == 3
    assert mill.unopened == ""
    ana = actor_for(accounts.find_by_email(FOUNDERS[0][1]), mill, today)
    assert may(ana, Permission.ADMIT_MEMBER, mill)
    assert not ana.founding


def test_before_it_is_open_there_are_no_members_and_a_founder_has_no_power(founding, now):
    ana = actor_for(accounts.find_by_email(FOUNDERS[0][1]), founding.mill, founding.mill.day_of(now))
    assert {one for one in Permission if may(ana, one, founding.mill)} == {
        Permission.SIGNED_IN,
        Permission.SEE_APPLICATION,
        Permission.SEE_BEGINNING,
        Permission.FOUND_TOGETHER,
    } | {
        one
        for one in Permission
        if may(Actor(person_id=0, organisation_id=founding.mill_id), one, founding.mill)
    }
    assert db.session.scalar(select(Membership.id)) is None
    assert constitution.latest(founding.mill) is None


def test_one_founder_cannot_open_for_the_others(founding):
    founding.accept(0)
    with pytest.raises(Refusal, match="Every founder must accept the draft first"):
        founding.meet(0)
    founding.accept(1, 2)
    founding.meet(0, 1)
    with pytest.raises(Refusal, match="Every founder must take part"):
        founding.do(beginnings.open_founded, founding.ana)


def test_a_stranger_and_a_founder_who_withdrew_do_nothing(founding):
    founding.do(beginnings.withdraw, founding.caro)
    stranger = Actor(person_id=987, organisation_id=founding.mill_id)
    for actor in (founding.caro, stranger):
        with pytest.raises(Forbidden):
            founding.do(beginnings.accept, actor, sha256=founding.sha256)


def test_the_same_text_is_accepted_once(founding):
    founding.accept(0)
    with pytest.raises(Refusal, match="accepted this text already"):
        founding.accept(0)


def test_an_answer_that_changes_voids_what_was_accepted_and_tells_those_who_had(founding):
    founding.accept()
    read = founding.sha256
    founding.do(beginnings.answer_questions, founding.bo, **founding.answers(notice="28 days"))
    assert founding.state.accepted == ()
    told = db.session.scalars(select(OutboxMail.person_id).where(OutboxMail.template == "founding-changed"))
    assert len(told.all()) == 2
    with pytest.raises(Refusal, match="changed since you read it"):
        founding.do(beginnings.accept, founding.ana, sha256=read)


def test_answering_the_same_again_changes_nothing(founding):
    founding.accept()
    founding.do(beginnings.answer_questions, founding.bo, **founding.answers())
    assert founding.state.all_accepted


def test_words_and_value_change_together(founding):
    founding.do(
        beginnings.answer_questions, founding.ana, **founding.answers(notice="28 days", board="3 years")
    )
    text = founding.state.beginning.text
    assert '[twenty-eight clear days]{provision="meeting.notice" value="28 days"}' in text
    assert '[three years]{provision="office.term" value="36 months"}' in text


@pytest.mark.parametrize(
    ("question", "value", "said"),
    [
        ("notice", "soon", "Notice: “soon” is not a number of days"),
        ("notice", "181 days", "Notice: .*at most 180"),
        ("quorum", "1/3 of cast", "Quorum of a meeting"),
        ("special", "> 1/2 of cast", "Special majority: choose one"),
        ("declarations", "a; a", "Declarations: The list names the same item twice"),
        ("declarations", '"]{provision="x"', "Declarations: .*no quotes or brackets"),
        ("zone", "Mars/Base", "Time zone"),
        ("board", "", "Term of office"),
    ],
)
def test_a_bad_answer_is_refused_and_its_question_named(founding, question, value, said):
    before = founding.sha256
    with pytest.raises(Refusal, match=said):
        founding.do(beginnings.answer_questions, founding.ana, **founding.answers(**{question: value}))
    assert founding.sha256 == before


def test_two_do_not_found_and_the_third_who_withdraws_stops_them(founding):
    founding.do(beginnings.withdraw, founding.caro)
    founding.accept(0, 1)
    with pytest.raises(Refusal, match="At least 3 people"):
        founding.meet(0, 1)


def test_who_withdrew_can_be_asked_again_and_begins_anew(founding):
    founding.accept()
    founding.do(beginnings.withdraw, founding.caro)
    again = {"name": "Caro Diaz", "email": FOUNDERS[2][1]}
    founding.do(beginnings.invite_founder, founding.ana, **again)
    assert [founding.state.has_accepted(one) for one in founding.state.founders] == [True, True, False]
    with pytest.raises(Refusal, match="invited already"):
        founding.do(beginnings.invite_founder, founding.ana, **again)


def test_votes_for_one_who_withdraws_fall_away(founding):
    founding.accept()
    founding.meet()
    founding.do(beginnings.withdraw, founding.actor(0))
    assert founding.state.elected("secretary") is None
    assert founding.state.elected("treasurer").name == "Bo Lind"


def test_half_of_the_founders_elect_nobody(founding):
    founding.do(beginnings.invite_founder, founding.ana, name="Dag", email="dag@mill.example")
    founding.accept()
    dag = accounts.find_by_email("dag@mill.example").id
    fourth = Actor(person_id=dag, organisation_id=founding.mill_id)
    founding.do(beginnings.accept, fourth, sha256=founding.sha256)
    founding.meet(0, 1)
    assert founding.state.elected("secretary") is None
    founding.meet(2)
    assert founding.state.elected("secretary").name == "Ana Ruiz"


def test_without_a_secretary_it_does_not_open(founding):
    founding.accept()
    founding.meet(treasurer=founding.founder(1))
    with pytest.raises(Refusal, match="Nobody is elected yet as secretary"):
        founding.do(beginnings.open_founded, founding.ana)


def test_a_vote_for_somebody_who_does_not_found_is_refused(founding):
    founding.accept()
    with pytest.raises(Refusal, match="does not found with you"):
        founding.meet(0, secretary=987654)


def test_once_open_the_founding_stands(founding):
    founding.accept()
    founding.meet()
    founding.do(beginnings.open_founded, founding.ana)
    with pytest.raises(Forbidden):
        founding.do(beginnings.open_founded, founding.bo)
    with pytest.raises(Forbidden):
        founding.do(beginnings.answer_questions, founding.bo, **founding.answers(notice="7 days"))


def test_an_invitation_works_once_and_for_thirty_days(context, deed, now):
    code = deed(beginnings.invite, OPERATOR, now)
    assert beginnings.is_invited(code.upper() + " ", now + timedelta(days=29))
    assert not beginnings.is_invited(code, now + timedelta(days=30))
    deed(beginnings.use_invitation, code, now)
    with pytest.raises(Refusal, match="Ask whoever runs the server"):
        deed(beginnings.use_invitation, code, now)


def test_only_the_operator_invites(deed, make, now):
    member = make.member(make.organisation())
    with pytest.raises(Forbidden):
        deed(beginnings.invite, make.actor(member), now)


def test_founders_vote_from_the_first_day_and_whoever_joins_the_day_after_waits(founding, make, now):
    founding.accept()
    founding.meet()
    founding.do(beginnings.open_founded, founding.ana)
    tomorrow = founding.mill.day_of(now) + timedelta(days=1)
    make.member(founding.mill, "Newcomer", since=tomorrow)
    assembly = organisations.assembly_of(founding.mill)
    rule = ballots.lawful(founding.mill, "ordinary", assembly, now, None).frozen
    assert rule["cutoff_days"] == 30
    roll = ballots.draw_roll(founding.mill, assembly, tomorrow, rule)
    assert [one.entitled for one in roll] == [True, True, True, False]

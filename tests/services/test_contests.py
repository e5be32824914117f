"""The roll to come: everyone sees their own line, and contests it before it is frozen."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.access import Permission
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.objections import RollContest
from coop.models.organisations import Organisation
from coop.models.records import AuditEvent, AuditParticulars, OutboxMail
from coop.services import ballots, members, records, reports
from tests.services.test_ballots_races import at_once


@pytest.fixture
def announced(coop_of, make, deed, now):
    """A motion announced for in ten days, four members and one who joined 85 days ago (90 are asked)."""
    organisation, people, officer = coop_of(4)
    newcomer = make.member(organisation, "New", since=now.date() - timedelta(days=75))
    ballot = deed(ballots.propose_motion, organisation, officer, now, title="Buy a mill", text="We buy it.")
    deed(ballots.announce, ballot, organisation, officer, now, opens_at=now + timedelta(days=10))
    return organisation, people, officer, newcomer, ballot


def contest(announced, deed, make, now, *, who=None, text="I joined in spring."):
    organisation, _, _, newcomer, ballot = announced
    return deed(ballots.contest_roll, ballot, organisation, make.actor(who or newcomer), now, text=text)


def answer(announced, deed, found, now, *, actor=None, upheld=True, words="The register is put right."):
    organisation, officer = announced[0], announced[2]
    deed(ballots.answer_contest, found, organisation, actor or officer, now, upheld=upheld, answer=words)


def test_each_sees_their_line_as_the_roll_would_be_drawn_on_the_day_it_opens(announced, now):
    organisation, people, _, newcomer, ballot = announced
    assert ballots.line_to_come(ballot, organisation, people[1], now)[0]
    assert ballots.line_to_come(ballot, organisation, newcomer, now) == (
        False,
        "A member since 7 September 2026; can vote in ballots that open from 6 December 2026 (article 1).",
    )
    # Sixteen days later they would have been a member for long enough.
    assert ballots.line_to_come(ballot, organisation, newcomer, now + timedelta(days=16))[0]


def test_the_roll_to_come_is_the_roll_that_is_frozen(announced, deed, now):
    organisation, _, _, _, ballot = announced
    opens = ballot.opens_at
    before, total = ballots.lines_to_come(ballot, organisation, now)
    deed(ballots.open_due, ballot.id, opens)
    after, same = ballots.roll_lines(ballot)
    assert before == after
    assert total == same == 5


def test_the_roll_to_come_is_paged_and_searched(announced, make, now):
    organisation, _, _, _, ballot = announced
    make.crowd(organisation, 45)
    first, total = ballots.lines_to_come(ballot, organisation, now, page=1)
    third, _ = ballots.lines_to_come(ballot, organisation, now, page=3)
    assert (total, len(first), len(third)) == (45, 20, 5)
    assert [line.number for line in first] == list(range(1, 21))
    found, total = ballots.lines_to_come(ballot, organisation, now, words="New")
    assert ([line.name for line in found], total) == (["New"], 1)


def test_a_board_ballot_says_whom_the_register_names_as_of_the_board(coop_of, make, deed, now):
    organisation, people, officer = coop_of(3)
    board = make.body(organisation, "board", members=people[:2])
    fields = {"title": "Paint the door", "text": "We paint it.", "body": board}
    ballot = deed(ballots.propose_motion, organisation, officer, now, **fields)
    deed(ballots.announce, ballot, organisation, officer, now, opens_at=now + timedelta(days=1))
    assert ballots.lines_to_come(ballot, organisation, now)[1] == 2
    told = ballots.line_to_come(ballot, organisation, people[2], now)
    assert told == (False, "This is a vote of The board, and the register does not name you as one of it.")


def test_a_contest_is_one_a_member_and_can_be_changed_until_it_is_answered(announced, deed, make, now):
    _organisation, _, _, newcomer, ballot = announced
    contest(announced, deed, make, now)
    found = contest(announced, deed, make, now, text="I joined on 1 August.")
    assert [one.text for one, _who in ballots.contests_of(ballot)] == ["I joined on 1 August."]
    answer(announced, deed, found, now, upheld=False, words="You joined on 7 September.")
    with pytest.raises(Refusal, match="You joined on 7 September"):
        contest(announced, deed, make, now, text="I did not.")
    mail = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "objection-answered")).one()
    assert (mail.membership_id, mail.ids["path"]) == (newcomer.id, "/ballots/1/roll")


def test_an_answer_needs_its_reason_and_stands(announced, deed, make, now):
    found = contest(announced, deed, make, now)
    with pytest.raises(Refusal, match="reason for your answer"):
        answer(announced, deed, found, now, words="  ")
    answer(announced, deed, found, now)
    with pytest.raises(Refusal, match="answered already"):
        answer(announced, deed, found, now, upheld=False, words="No.")


def test_only_officers_of_ballots_answer_and_none_their_own(announced, deed, make, now):
    _, people, officer, _, _ = announced
    found = contest(announced, deed, make, now)
    with pytest.raises(Forbidden):
        answer(announced, deed, found, now, actor=make.actor(people[1]))
    own = contest(announced, deed, make, now, who=people[0])
    with pytest.raises(Refusal, match="another officer"):
        answer(announced, deed, own, now)
    assert officer.membership_id == people[0].id


def test_the_roll_is_contested_from_the_announcement_until_voting_opens(announced, coop_of, deed, make, now):
    organisation, _, officer, _, ballot = announced
    found = contest(announced, deed, make, now)
    deed(ballots.open_due, ballot.id, ballot.opens_at)
    for late in (
        lambda: contest(announced, deed, make, ballot.opens_at),
        lambda: answer(announced, deed, found, ballot.opens_at),
    ):
        with pytest.raises(Refusal, match=r"so the roll stands\. Its result can be challenged"):
            late()
    draft = deed(ballots.propose_motion, organisation, officer, now, title="A clock", text="We buy one.")
    with pytest.raises(Refusal, match="not announced yet"):
        deed(ballots.contest_roll, draft, organisation, officer, now, text="But I …")


def test_an_upheld_contest_shows_once_the_register_is_put_right(announced, deed, make, now):
    organisation, _, _, newcomer, ballot = announced
    make.event(newcomer, "admitted", now.date() - timedelta(days=200))
    db.session.expire_all()
    assert ballots.line_to_come(ballot, organisation, newcomer, now)[0]
    deed(ballots.open_due, ballot.id, ballot.opens_at)
    assert ballots.place_of(ballot, make.actor(newcomer)).entitled


def test_what_is_contested_waits_on_the_desk_of_those_who_answer(announced, deed, make, now):
    organisation, _people, officer, newcomer, _ballot = announced
    found = contest(announced, deed, make, now)
    path = f"ballots/1/contests/{newcomer.number}"
    assert path in paths(organisation, officer, now)
    answer(announced, deed, found, now)
    assert path not in paths(organisation, officer, now)


def paths(organisation, actor, now):
    return [one.path for pile in reports.desk_of(organisation, actor, now) for one in pile.waiting]


def test_the_words_are_personal_and_erasing_takes_them_from_table_and_trail(announced, deed, make, now):
    organisation, _, _officer, newcomer, ballot = announced
    found = contest(announced, deed, make, now, text="I was ill in spring.")
    answer(announced, deed, found, now, upheld=False, words="Being ill changes nothing.")
    holder = newcomer.holders[0].person_id
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.verb.contains("the roll of"))).all()
    assert [json.loads(event.facts) for event in events] == [{}, {"member": 5, "outcome": "dismissed"}]
    secretary = make.actor(make.officer(organisation, "secretary"))
    make.event(newcomer, "resigned", now.date())
    deed(members.ask_for_erasure, newcomer, make.actor(newcomer), now)
    deed(members.erase, newcomer, secretary, now)
    assert db.session.execute(select(RollContest.text, RollContest.answer)).one() == ("", "")
    kept = select(AuditParticulars.payload).where(AuditParticulars.person_id == holder)
    assert not [payload for payload in db.session.scalars(kept) if "ill" in payload]
    deed(records.chain_events, organisation.id)
    assert records.verify_chain(organisation.id)["ok"]
    assert ballots.contests_of(ballot) == []


def test_the_whole_roll_is_taken_along_by_officers_and_that_is_recorded(announced, deed, make, now):
    organisation, people, officer, _, ballot = announced
    assert len(deed(ballots.roll_as_table, ballot, organisation, officer, now)) == 5
    deed(ballots.open_due, ballot.id, ballot.opens_at)
    assert len(deed(ballots.roll_as_table, ballot, organisation, officer, now)) == 5
    taken = select(AuditEvent.id).where(AuditEvent.verb == "exported the roll of")
    assert len(db.session.scalars(taken).all()) == 2
    with pytest.raises(Forbidden) as refused:
        deed(ballots.roll_as_table, ballot, organisation, make.actor(people[1]), now)
    assert refused.value.args == (Permission.SEE_ROLL,)


def test_a_contest_of_a_member_who_made_none_is_missing(announced, now):
    with pytest.raises(Missing):
        ballots.find_contest(announced[-1], 1)


def test_two_officers_who_answer_at_once_give_one_answer(app, announced, deed, make, now):
    organisation, _, officer, _, _ = announced
    found_id = contest(announced, deed, make, now).id
    organisation_id = organisation.id
    db.session.remove()

    def reply(upheld):
        def run():
            here, found = db.session.get(Organisation, organisation_id), db.session.get(RollContest, found_id)
            ballots.answer_contest(found, here, officer, now, upheld=upheld, answer="So it is.")

        return run

    answers = at_once(app, reply(True), reply(False), reply(True))
    assert answers.count(None) == 1
    assert all(one is None or isinstance(one, Refusal) for one in answers)


def test_a_contest_sent_twice_at_once_is_one_contest(app, announced, make, now):
    organisation, _, _, newcomer, ballot = announced
    actor, ids = make.actor(newcomer), (organisation.id, ballot.id)
    db.session.remove()

    def send():
        here, found = db.session.get(Organisation, ids[0]), db.session.get(Ballot, ids[1])
        ballots.contest_roll(found, here, actor, now, text="I joined in spring.")

    assert at_once(app, send, send, send) == [None] * 3
    with app.app_context():
        assert len(db.session.scalars(select(RollContest.id)).all()) == 1


def test_an_answer_and_the_opening_at_once_leave_no_answer_after_the_roll_is_frozen(
    app, announced, deed, make, now
):
    organisation, _, officer, _, ballot = announced
    found_id, ids, opens = (
        contest(announced, deed, make, now).id,
        (organisation.id, ballot.id),
        ballot.opens_at,
    )
    db.session.remove()

    def reply():
        here, found = db.session.get(Organisation, ids[0]), db.session.get(RollContest, found_id)
        ballots.answer_contest(found, here, officer, now, upheld=True, answer="Put right.")

    said, _ = at_once(app, reply, lambda: ballots.open_due(ids[1], opens))
    with app.app_context():
        outcome = db.session.get(RollContest, found_id).outcome
    assert (said is None) == (outcome == "upheld")

"""Challenging a result: within the time, once a member, answered once; upheld, the ballot is void for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.constitution import ConstitutionVersion
from coop.models.objections import Challenge
from coop.models.organisations import Organisation
from coop.models.records import OutboxMail
from coop.services import ballots, dues, reports
from tests.ballot_house import RULES, after
from tests.objection_house import WHY, answer, challenge
from tests.services.test_ballots_races import at_once


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, True), (0, False), (1, False)])
def test_a_result_is_challenged_within_fourteen_days_of_the_count(counted, deed, make, seconds, is_open):
    ballot = counted[3]
    until = ballots.challenged_until(ballot)
    assert until.date() - ballot.sealed_at.date() == timedelta(days=14)
    if is_open:
        assert challenge(counted, deed, make, when=until + timedelta(seconds=seconds)).outcome is None
    else:
        with pytest.raises(Refusal, match="could be challenged until"):
            challenge(counted, deed, make, when=until + timedelta(seconds=seconds))


def test_a_constitution_can_give_no_time_to_challenge(coop_of, open_motion, deed, make, now):
    article = '5. A result stands [at once]{provision="ballot.challenge_period" value="0 days"}.'
    organisation, people, officer = coop_of(2, rules=f"{RULES}\n\n{article}\n")
    ballot = open_motion(organisation, officer)
    deed(ballots.seal, ballot.id, after(ballot))
    with pytest.raises(Refusal, match="no time to challenge"):
        deed(
            ballots.challenge,
            ballot,
            organisation,
            make.actor(people[1]),
            after(ballot),
            reason="?",
            named=True,
        )


def test_the_time_to_challenge_is_that_of_the_constitution_under_which_the_ballot_opened(counted):
    ballot = counted[3]
    assert ballot.rule["challenge_days"] == 14
    assert ballot.rule["provisions"]["ballot.challenge_period"] == "14 days"


def test_there_is_nothing_to_challenge_before_the_count(coop_of, open_motion, deed, make, now):
    organisation, people, officer = coop_of(2)
    ballot = open_motion(organisation, officer)
    with pytest.raises(Refusal, match="no result yet"):
        deed(ballots.challenge, ballot, organisation, make.actor(people[1]), now, reason="?", named=False)


def test_a_challenge_has_its_reason_and_is_one_a_member(counted, deed, make):
    with pytest.raises(Refusal, match="what was wrong"):
        challenge(counted, deed, make, reason="  ")
    challenge(counted, deed, make)
    with pytest.raises(Refusal, match="challenged this result already"):
        challenge(counted, deed, make)
    challenge(counted, deed, make, who=counted[1][1])
    assert len(ballots.challenges_of(counted[3])) == 2


def test_only_members_of_the_body_challenge_its_result(coop_of, make, deed, now):
    organisation, people, officer = coop_of(4)
    board = make.body(organisation, "board", members=people[:2])
    fields = {"title": "Paint the door", "text": "We paint it.", "body": board}
    ballot = deed(ballots.propose_motion, organisation, officer, now, **fields)
    deed(ballots.open_ballot, ballot, organisation, officer, now)
    deed(ballots.seal, ballot.id, after(ballot))
    for who, may in ((people[1], True), (people[3], False)):
        call = (ballots.challenge, ballot, organisation, make.actor(who), after(ballot))
        if may:
            deed(*call, reason=WHY, named=False)
        else:
            with pytest.raises(Forbidden):
                deed(*call, reason=WHY, named=False)


def test_a_dismissed_challenge_leaves_the_result_and_is_kept_with_its_answer(counted, deed, make):
    _organisation, people, _officer, ballot, decision = counted
    made = challenge(counted, deed, make)
    answer(counted, deed, made, upheld=False, words="The night shift stood on the roll.")
    assert ballot.stage_at(after(ballot)) == "sealed"
    assert not decision.is_void
    [(kept, who)] = ballots.challenges_of(ballot)
    assert (kept.reason, kept.outcome, kept.answer, kept.answered_by) == (
        WHY,
        "dismissed",
        "The night shift stood on the roll.",
        "member 1",
    )
    assert who.id == people[3].id
    with pytest.raises(Refusal, match="answered already"):
        answer(counted, deed, made, upheld=True)
    mail = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "objection-answered")).one()
    assert mail.membership_id == people[3].id


def test_an_upheld_challenge_makes_the_ballot_void_and_the_decision_stays_as_it_was_counted(
    counted, deed, make, deliver, post
):
    organisation, _people, _officer, ballot, decision = counted
    before = {column: getattr(decision, column) for column in ("outcome", "reasoning", "result", "text")}
    answer(counted, deed, challenge(counted, deed, make), upheld=True)
    db.session.expire_all()
    assert ballot.stage_at(after(ballot)) == "void"
    assert ballot.void_reason == "They were left out."
    assert {column: getattr(decision, column) for column in before} == before
    assert (decision.outcome, decision.outcome_now, decision.is_void) == ("carried", "void", True)
    assert ballots.outcomes_of([ballot]) == {ballot.id: (decision.label, "void")}
    assert ballots.list_decisions(organisation, outcome="carried").total == 0
    assert ballots.list_decisions(organisation, outcome="void").total == 1
    deliver(after(ballot) + timedelta(days=2))
    told = [one for one in post.letters if "declared void" in one.text]
    assert len(told) == 4
    assert all("They were left out." in one.text for one in told)


def test_no_outcome_is_told_any_more_of_a_result_that_became_void_before_it_was_sent(
    counted, deed, make, deliver, post
):
    answer(counted, deed, challenge(counted, deed, make), upheld=True)
    deliver(after(counted[3]) + timedelta(days=2))
    assert post.to("There is a result") == []


def test_the_bundle_and_the_recount_of_an_overturned_result_stay_to_be_checked(counted, deed, make, deliver):
    organisation, _, officer, ballot, _ = counted
    deliver(after(ballot))
    before = ballots.bundle(ballot, organisation, officer, after(ballot))
    answer(counted, deed, challenge(counted, deed, make), upheld=True)
    assert ballots.bundle(ballot, organisation, officer, after(ballot)) == before
    assert ballots.recount(ballot, officer).same


def test_a_void_result_is_neither_certified_nor_challenged_nor_has_it_a_certificate(counted, deed, make):
    organisation, people, officer, ballot, _ = counted
    second = challenge(counted, deed, make, who=people[1])
    answer(counted, deed, challenge(counted, deed, make), upheld=True)
    with pytest.raises(Refusal, match="void already"):
        answer(counted, deed, second, upheld=True)
    with pytest.raises(Refusal, match="no result to challenge"):
        challenge(counted, deed, make, who=people[2])
    with pytest.raises(Refusal, match="no result to certify"):
        deed(ballots.certify, ballot, organisation, officer, after(ballot))
    with pytest.raises(Refusal, match="no certificate"):
        ballots.certificate(ballot, organisation, officer)


def test_the_certificate_counts_the_challenges_with_their_answers_and_names_nobody(
    counted, deed, make, deliver
):
    organisation, people, _officer, ballot, decision = counted
    deliver(after(ballot))
    certificate = lambda: ballots.certificate_record(ballot, decision, organisation)["words"]["challenges"]  # noqa: E731
    assert certificate() == []
    made = challenge(counted, deed, make)
    assert certificate() == ["1 challenge.", f"Not answered yet: “{WHY}”."]
    answer(counted, deed, made, upheld=False, words="They stood on it.")
    assert certificate() == ["1 challenge.", f"“{WHY}” Dismissed: They stood on it."]
    assert people[3].name not in str(certificate())


def test_a_void_decision_serves_for_nothing_any_more(counted, deed, make, now):
    organisation, _, _, ballot, decision = counted
    treasurer = make.actor(make.officer(organisation, "treasurer"))
    day = organisation.day_of(after(ballot))
    assert decision in dues.dues_decisions(organisation, day)
    answer(counted, deed, challenge(counted, deed, make), upheld=True)
    db.session.expire_all()
    assert decision not in dues.dues_decisions(organisation, day)
    with pytest.raises(Refusal, match="was not carried"):
        deed(
            dues.set_plan,
            organisation,
            treasurer,
            now,
            name="Dues",
            interval="month",
            bands=[("full", 1200)],
            starts_on=day,
            decision=decision,
        )


def test_what_was_recorded_under_a_void_decision_is_named_and_stays(counted, deed, make, now):
    organisation, _, _, ballot, decision = counted
    treasurer = make.actor(make.officer(organisation, "treasurer"))
    make.dues_plan(organisation, treasurer, decision=decision)
    assert ballots.effects_of(ballot, organisation, after(ballot)).stands == {"dues_plans": 1}
    answer(counted, deed, challenge(counted, deed, make), upheld=True)


def test_only_officers_of_ballots_answer_and_none_their_own(counted, deed, make):
    people = counted[1]
    made = challenge(counted, deed, make)
    with pytest.raises(Forbidden):
        answer(counted, deed, made, upheld=False, actor=make.actor(people[1]))
    own = challenge(counted, deed, make, who=people[0])
    with pytest.raises(Refusal, match="your own challenge"):
        answer(counted, deed, own, upheld=False)
    assert not ballots.may_answer(own, counted[2])
    with pytest.raises(Refusal, match="reason for your answer"):
        answer(counted, deed, made, upheld=True, words=" ")
    with pytest.raises(Missing):
        ballots.find_challenge(counted[3], 77)


def test_an_open_challenge_waits_on_the_desk(counted, deed, make):
    organisation, people, officer, ballot, _ = counted
    made = challenge(counted, deed, make)
    path = f"ballots/1/challenges/{people[3].number}"

    def waiting():
        piles = reports.desk_of(organisation, officer, after(ballot))
        return [one.path for pile in piles for one in pile.waiting]

    assert path in waiting()
    answer(counted, deed, made, upheld=False)
    assert path not in waiting()


# Two at once


def test_two_officers_who_answer_at_once_give_one_answer(app, counted, deed, make, now):
    organisation, _, officer, ballot, _ = counted
    made_id, ids, when = challenge(counted, deed, make).id, (organisation.id, ballot.id), after(ballot)
    db.session.remove()

    def reply(upheld):
        def run():
            here, made = db.session.get(Organisation, ids[0]), db.session.get(Challenge, made_id)
            ballots.answer_challenge(made, here, officer, when, upheld=upheld, answer="So it is.")

        return run

    answers = at_once(app, reply(True), reply(False), reply(True), reply(False))
    assert answers.count(None) == 1
    assert all(one is None or isinstance(one, Refusal) for one in answers)
    with app.app_context():
        made, found = db.session.get(Challenge, made_id), db.session.get(Ballot, ids[1])
        assert (made.outcome == "upheld") == (found.void_at is not None)


def test_two_challenges_upheld_at_once_make_the_ballot_void_once(app, counted, deed, make, now):
    organisation, people, officer, ballot, _ = counted
    made = [challenge(counted, deed, make, who=who).id for who in people[1:3]]
    ids, when = (organisation.id, ballot.id), after(ballot)
    db.session.remove()

    def reply(made_id):
        def run():
            here, found = db.session.get(Organisation, ids[0]), db.session.get(Challenge, made_id)
            ballots.answer_challenge(found, here, officer, when, upheld=True, answer="So it is.")

        return run

    answers = at_once(app, *(reply(one) for one in made))
    assert sorted(type(one).__name__ for one in answers) == ["NoneType", "Refusal"]


def test_a_challenge_sent_twice_at_once_is_one_challenge(app, counted, make, now):
    organisation, people, _, ballot, _ = counted
    actor, ids, when = make.actor(people[3]), (organisation.id, ballot.id), after(ballot)
    db.session.remove()

    def send():
        here, found = db.session.get(Organisation, ids[0]), db.session.get(Ballot, ids[1])
        return ballots.challenge(found, here, actor, when, reason=WHY, named=False)

    answers = at_once(app, send, send, send)
    assert sum(isinstance(one, Challenge) for one in answers) == 1
    assert sum(isinstance(one, Refusal) for one in answers) == 2
    with app.app_context():
        assert len(db.session.scalars(select(Challenge.id)).all()) == 1


def test_the_decision_is_read_with_whether_it_is_void_in_one_query(counted, count_queries):
    db.session.expire_all()
    db.session.rollback()
    with count_queries() as seen:
        [decision] = db.session.scalars(select(Decision)).all()
        assert not decision.is_void
    assert seen.count == 1
    assert db.session.scalar(select(ConstitutionVersion.void_at)) is None

"""Amending: from a member's draft to the version that the vote makes, and nothing else makes one."""

from datetime import timedelta

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from coop.access import OPERATOR
from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Decision
from coop.services import ballots, constitution
from coop.transaction import writing
from tests.amendment_house import LONGER, RULES, SHORTER, STRICTER


def test_a_carried_amendment_is_the_next_version_with_its_decision(amending):
    coop = amending()
    amendment = coop.carry({"2": LONGER})
    assert (amendment.outcome, amendment.stage, coop.versions) == ("passed", "passed", [1, 2])
    made = constitution.find_version(coop.here, 2)
    decision = db.session.get(Decision, made.decision_id)
    assert decision.ballot_id == amendment.ballot_id
    assert made.text == RULES.replace("fourteen clear days", "twenty-one clear days").replace(
        '"14 days"', '"21 days"'
    )
    assert made.passed_on == decision.decided_on


def test_it_comes_into_force_on_its_day_and_the_day_before_reads_the_old_rule(amending):
    coop = amending()
    amendment = coop.carry({"2": LONGER})
    day = amendment.version.in_force_on
    assert day == amendment.version.passed_on + timedelta(days=10)
    assert [coop.notice(day + timedelta(days=n)) for n in (-400, -1, 0, 1)] == [14, 14, 21, 21]


def test_a_lost_amendment_changes_nothing(amending):
    coop = amending()
    amendment = coop.amend({"2": LONGER})
    coop.count(coop.put(amendment, choice="against"))
    assert (amendment.outcome, coop.versions) == ("lost", [1])


def test_two_amendments_to_the_same_article_one_passes_and_one_is_stale(amending):
    coop = amending()
    first, second = coop.amend({"2": LONGER}), coop.amend({"2": SHORTER})
    polls = [coop.put(first), coop.put(second)]
    for ballot in polls:
        coop.count(ballot)
    assert (first.outcome, second.outcome, coop.versions) == ("passed", "stale", [1, 2])
    assert second.why == "Article 2 was changed by another amendment, which passed as version 2."
    assert second.version_id is None


def test_two_amendments_to_different_articles_both_apply(amending):
    coop = amending()
    first, second = coop.amend({"2": LONGER}), coop.amend({"3": STRICTER})
    for ballot in [coop.put(first), coop.put(second)]:
        coop.count(ballot)
    assert (first.outcome, second.outcome, coop.versions) == ("passed", "passed", [1, 2, 3])
    both = constitution.find_version(coop.here, 3)
    assert constitution.rule(both, "meeting.notice").value.n == 21
    assert constitution.rule(both, "decision.ordinary.majority").text == ">= 2/3 of cast"
    assert both.in_force_on == first.version.in_force_on + timedelta(days=1)


def test_two_amendments_that_give_one_rule_twice_together_are_not_both_passed(amending):
    coop = amending()
    due = 'Dues are due within [ten days]{provision="dues.due" value="10 days"}.'
    first, second = coop.amend({"7": due}), coop.amend({"8": due})
    for ballot in [coop.put(first), coop.put(second)]:
        coop.count(ballot)
    assert (first.outcome, second.outcome) == ("passed", "stale")
    assert "Together with version 2 the text would have a problem. Article 8, line 1: dues.due" in second.why


def test_an_amendment_overtaken_before_its_vote_opens_is_not_opened(amending):
    coop = amending()
    late = coop.amend({"2": SHORTER})
    coop.carry({"2": LONGER})
    with pytest.raises(Refusal, match=r"Article 2 was changed by another amendment.*Draft it again"):
        coop.deed(ballots.put_amendment, late, coop.here, coop.officer, coop.closing)


def test_an_announced_vote_that_was_overtaken_is_void_with_the_reason(amending):
    coop = amending()
    ballot = coop.deed(ballots.put_amendment, coop.amend({"2": SHORTER}), coop.here, coop.officer, coop.now)
    opens_at = coop.now + timedelta(days=20)
    coop.deed(ballots.announce, ballot, coop.here, coop.officer, coop.now, opens_at=opens_at)
    coop.carry({"2": LONGER})
    coop.deed(ballots.open_due, ballot.id, opens_at)
    assert ballot.stage_at(opens_at) == "void"
    assert "Article 2 was changed by another amendment" in ballot.void_reason


def test_what_was_overtaken_is_drafted_again_on_the_latest_text(amending):
    coop = amending()
    late = coop.amend({"2": SHORTER, "3": STRICTER})
    coop.carry({"2": LONGER})
    again, left = coop.deed(constitution.draft_again, late, coop.here, coop.author, coop.closing)
    assert (again.base.number, left, again.stage) == (2, [], "drafted")
    assert constitution.preview(again, coop.here).effects == (
        "Ordinary majority: more than half of the votes cast → at least 2/3 of the votes cast",
        "Notice: 21 → 10 clear days",
    )


def test_the_preview_says_in_a_sentence_what_changes_and_shows_the_words(amending):
    coop = amending()
    found = constitution.preview(coop.draft({"2": LONGER}), coop.here)
    assert found.effects == ("Notice: 14 → 21 clear days",)
    assert [(run.change, run.text) for run in found.articles[0].words if run.change != "same"] == [
        ("removed", "fourteen"),
        ("added", "twenty-one"),
    ]


@pytest.mark.parametrize(
    ("number", "body", "says"),
    [
        ("2", LONGER.replace('"21 days"', '"20 days"'), "Article 2, line 1: meeting.notice: The words say"),
        ("2", "Notice is\n" + LONGER.replace("meeting.notice", "meeting.notise"), "Article 2, line 2: There is no"),
        ("1", LONGER, "Article 2, line 1: meeting.notice has a value already"),
        ("2", LONGER.replace("value=", "value =").replace('"21 days"', "21 days"), "Article 2, line 1:"),
        ("2", "  ", "Write what the article shall say, or remove it."),
        ("2", RULES.split("2. ")[1].split("\n")[0], "These are the words that article 2 has already."),
        ("two", LONGER, "is not the number of an article"),
    ],
)  # fmt: skip
def test_bad_and_contradictory_values_are_refused_with_their_line(amending, number, body, says):
    coop = amending()
    amendment = coop.draft({"3": STRICTER})
    with pytest.raises(Refusal) as refused:
        coop.deed(
            constitution.write_article, amendment, coop.here, coop.author, coop.now, number=number, body=body
        )
    assert says in str(refused.value)
    assert [one.number for one in amendment.articles] == ["3"]


def test_articles_are_added_removed_and_left_alone_again(amending):
    coop = amending()
    amendment = coop.draft({"9": "The books are open.", "1": "", "2": LONGER})
    assert [(c.number, c.kind) for c in constitution.changes_of(amendment)] == [
        ("1", "removed"),
        ("2", "changed"),
        ("9", "added"),
    ]
    coop.deed(constitution.leave_article, amendment, coop.here, coop.author, coop.now, number="2")
    coop.deed(constitution.hand_in, amendment, coop.here, coop.author, coop.now)
    coop.count(coop.put(amendment))
    made = constitution.find_version(coop.here, 2)
    assert [article.number for article in made.articles] == ["2", "3", "4", "5", "9"]


def test_a_new_article_takes_no_number_that_is_taken(amending):
    coop = amending()
    amendment = coop.draft({"9": "The books are open."})
    for number in ("2", "9", "09"):
        more = {"number": number, "body": "Other words.", "new": True}
        with pytest.raises(Refusal, match="Choose a free number"):
            coop.deed(constitution.write_article, amendment, coop.here, coop.author, coop.now, **more)


def test_the_words_voted_on_hold_the_changes_the_effects_and_the_hashes(amending):
    coop = amending()
    amendment = coop.amend({"2": LONGER})
    ballot = coop.put(amendment)
    for said in (
        "Version 1 of the constitution is changed.",
        "Article 2 now reads: Notice of a general meeting is twenty-one clear days.",
        "Notice: 14 → 21 clear days",
        amendment.articles[0].replaces,
    ):
        assert said in ballot.text
    assert ballot.decision_class == "constitutional"
    decision = coop.count(ballot)
    assert constitution.find_version(coop.here, 2).sha256 in decision.text


def test_the_words_of_the_vote_follow_from_the_amendment_alone(amending):
    coop = amending()
    ballot = coop.deed(ballots.put_amendment, coop.amend({"2": LONGER}), coop.here, coop.officer, coop.now)
    with pytest.raises(Refusal, match="These words follow from the amendment"):
        coop.deed(ballots.change_draft, ballot, coop.here, coop.officer, coop.now, title="x", text="x")


def test_an_amendment_whose_vote_is_void_is_put_again(amending):
    coop = amending()
    amendment = coop.amend({"2": LONGER})
    ballot = coop.put(amendment)
    with pytest.raises(Refusal, match="put to the vote already"):
        coop.put(amendment)
    coop.deed(ballots.void, ballot, coop.here, coop.officer, "The notice had a mistake.", coop.now)
    coop.count(coop.put(amendment))
    assert amendment.outcome == "passed"


def test_a_draft_exists_only_for_its_drafter(amending):
    coop = amending()
    amendment = coop.draft({"2": LONGER})
    for other in (coop.officer, coop.secretary, coop.members[1]):
        with pytest.raises(Missing):
            constitution.find_amendment(coop.here, amendment.number, other)
        assert constitution.amendments_of(coop.here, other) == []
    coop.deed(constitution.hand_in, amendment, coop.here, coop.author, coop.now)
    assert constitution.amendments_of(coop.here, coop.officer) == [amendment]


@pytest.mark.parametrize("service", [constitution.hand_in, constitution.withdraw_amendment])
def test_only_the_drafter_changes_hands_in_or_withdraws(amending, service):
    coop = amending()
    amendment = coop.draft({"2": LONGER})
    for other in (coop.officer, coop.members[1], OPERATOR):
        with pytest.raises(Forbidden):
            coop.deed(service, amendment, coop.here, other, coop.now)


def test_what_was_handed_in_stands_and_can_be_withdrawn_until_the_vote(amending):
    coop = amending()
    amendment = coop.amend({"2": LONGER})
    with pytest.raises(Refusal, match="its words stand"):
        coop.deed(
            constitution.write_article, amendment, coop.here, coop.author, coop.now, number="2", body=SHORTER
        )
    coop.deed(constitution.withdraw_amendment, amendment, coop.here, coop.author, coop.now)
    with pytest.raises(Refusal, match="not handed in"):
        coop.deed(ballots.put_amendment, amendment, coop.here, coop.officer, coop.now)
    running = coop.amend({"2": LONGER})
    coop.put(running)
    with pytest.raises(Refusal, match="put to the vote already"):
        coop.deed(constitution.withdraw_amendment, running, coop.here, coop.author, coop.now)


def test_an_amendment_of_nothing_is_not_handed_in(amending):
    coop = amending()
    with pytest.raises(Refusal, match="changes no article yet"):
        coop.deed(constitution.hand_in, coop.draft({}), coop.here, coop.author, coop.now)


def test_a_suspended_member_proposes_no_change(amending, make):
    coop = amending()
    member = make.member(coop.here)
    make.event(member, "suspended", make.today)
    with pytest.raises(Forbidden):
        coop.draft({}, author=make.actor(member))


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE amended_articles SET text = '2. Mine.'",
        "INSERT INTO amended_articles (amendment_id, number, text, replaces) SELECT id, '9', '9. Mine.', '' FROM amendments",
        "DELETE FROM amended_articles",
        "DELETE FROM amendments",
        "UPDATE amendments SET title = 'Harmless'",
        "UPDATE amendments SET handed_in_at = NULL",
        "UPDATE amendments SET drafted_by_id = drafted_by_id + 1",
        "UPDATE amendments SET ballot_id = NULL",
        "UPDATE amendments SET withdrawn_at = drafted_at",
        "UPDATE amendments SET outcome = 'passed', settled_at = drafted_at, version_id = base_id",
        "UPDATE amendments SET outcome = 'lost', settled_at = drafted_at",
    ],
)
def test_neither_the_shell_changes_what_is_voted_on_nor_what_became_of_it(amending, attack):
    coop = amending()
    coop.put(coop.amend({"2": LONGER}))
    with pytest.raises(IntegrityError), writing():
        db.session.execute(sql(attack))


def test_a_decision_passes_one_version_only(amending):
    coop = amending()
    amendment = coop.carry({"2": LONGER})
    with pytest.raises(IntegrityError):
        coop.deed(
            constitution.adopt_version,
            coop.here,
            RULES,
            passed_on=coop.now.date(),
            registered_on=None,
            in_force_on=None,
            decision_id=amendment.version.decision_id,
            now=coop.now,
        )


def test_a_version_void_with_its_decision_no_longer_stands_in_the_way(amending):
    coop = amending()
    amendment = coop.amend({"2": LONGER})
    ballot = coop.put(amendment)
    coop.count(ballot)
    other = coop.amend({"2": SHORTER}, now=coop.closing)
    assert constitution.why_stale(other, coop.here) == ""
    member = coop.members[1]
    found = coop.deed(
        ballots.challenge, ballot, coop.here, member, coop.closing, reason="No notice.", named=False
    )
    coop.deed(
        ballots.answer_challenge,
        found,
        coop.here,
        coop.officer,
        coop.closing,
        upheld=True,
        answer="True.",
    )
    db.session.expire_all()
    assert constitution.why_stale(other, coop.here) == (
        "Article 2 is again as in version 1, since version 2 became void."
    )
    fresh = coop.amend({"2": SHORTER}, now=coop.closing)
    assert fresh.base.number == 1
    coop.count(coop.put(fresh, now=coop.closing))
    assert (fresh.outcome, fresh.version.number) == ("passed", 3)
    assert constitution.rule(fresh.version, "meeting.notice").value.n == 10

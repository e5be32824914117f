"""A wrong mark is corrected by two officers with a reason, told to all, open to challenge; never a word."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from coop.access import OPERATOR
from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.records import OutboxMail
from coop.services import constitution
from coop.transaction import writing
from tests.amendment_house import LONGER, RULES

WRONG = RULES + '\n7. Answers come [in good time]{provision="membership.admission_time" value="90 days"}.\n'


@pytest.fixture
def coop(amending, make):
    built = amending(WRONG)
    built.treasurer = make.actor(make.officer(built.here, "treasurer", "Tom"))
    built.everybody = [one.membership_id for one in (*built.members, built.secretary, built.officer)]
    return built


def propose(coop, value="9 days", *, by=None, reason="Nine days were meant.", article="7"):
    who = by or coop.secretary
    more = {"article": article, "values": [value], "reason": reason}
    return coop.deed(constitution.propose_correction, coop.here, who, coop.now, **more)


def confirm(coop, made, *, by=None):
    who = by or coop.officer
    return coop.deed(constitution.confirm_correction, made, coop.here, who, coop.now, tell=coop.everybody)


def answer_time(version):
    return constitution.rule(version, "membership.admission_time").text


def test_two_officers_correct_a_value_and_no_word(coop):
    made = propose(coop)
    version = confirm(coop, made)
    old = constitution.find_version(coop.here, 1)
    assert (answer_time(old), answer_time(version)) == ("90 days", "9 days")
    assert version.text == old.text.replace('"90 days"', '"9 days"')
    assert version.in_force_on == coop.here.day_of(coop.now) + timedelta(days=1)
    assert (version.decision_id, made.version_id) == (None, version.id)


def test_every_member_is_told_with_a_neutral_subject(coop):
    confirm(coop, propose(coop))
    told = select(func.count()).select_from(OutboxMail).where(OutboxMail.template == "mark-corrected")
    assert db.session.scalar(told) == len(coop.everybody)


def test_one_officer_is_not_two(coop):
    made = propose(coop)
    with pytest.raises(Refusal, match="another officer must confirm"):
        confirm(coop, made, by=coop.secretary)
    assert coop.versions == [1]


def test_neither_a_member_nor_the_operator_corrects_a_value(coop):
    for other in (coop.author, OPERATOR):
        with pytest.raises(Forbidden):
            propose(coop, by=other)
    made = propose(coop)
    for other in (coop.author, OPERATOR):
        with pytest.raises(Forbidden):
            confirm(coop, made, by=other)


@pytest.mark.parametrize(
    ("value", "article", "says"),
    [
        ("21 days", "2", "The words say “fourteen clear days”"),
        ("90 days", "7", "These are the values it has already."),
        ("soon", "7", "membership.admission_time"),
        ("", "7", "write the value like this"),
    ],
)
def test_a_value_that_the_words_deny_is_no_correction(coop, value, article, says):
    with pytest.raises(Refusal, match=says):
        propose(coop, value, article=article)


def test_a_correction_needs_a_reason(coop):
    with pytest.raises(Refusal, match="Say why the value is wrong"):
        propose(coop, reason="  ")


def test_a_correction_overtaken_by_an_amendment_is_not_confirmed(coop):
    made = propose(coop)
    coop.carry({"7": "Answers come when they come."})
    with pytest.raises(Refusal, match="The article was changed since"):
        confirm(coop, made)


def test_a_correction_overtakes_no_amendment(coop):
    amendment = coop.amend({"7": "Answers come when they come.", "2": LONGER})
    confirm(coop, propose(coop))
    assert constitution.why_stale(amendment, coop.here) == ""
    coop.count(coop.put(amendment))
    assert amendment.outcome == "passed"


def test_a_challenge_that_is_upheld_gives_the_old_value_back(coop):
    made = propose(coop)
    confirm(coop, made)
    found = coop.deed(
        constitution.challenge_correction, made, coop.here, coop.author, coop.now, reason="Ninety it was."
    )
    more = {"upheld": True, "answer": "The minutes say ninety.", "tell": coop.everybody}
    for party in (coop.secretary, coop.officer):
        with pytest.raises(Refusal, match="another officer must answer"):
            coop.deed(constitution.answer_correction, found, coop.here, party, coop.now, **more)
    coop.deed(constitution.answer_correction, found, coop.here, coop.treasurer, coop.now, **more)
    assert coop.versions == [1, 2, 3]
    assert answer_time(constitution.find_version(coop.here, 3)) == "90 days"


def test_a_dismissed_challenge_leaves_the_correction(coop):
    made = propose(coop)
    confirm(coop, made)
    found = coop.deed(
        constitution.challenge_correction, made, coop.here, coop.author, coop.now, reason="Ninety it was."
    )
    with pytest.raises(Refusal, match="challenged this correction already"):
        coop.deed(constitution.challenge_correction, made, coop.here, coop.author, coop.now, reason="Again.")
    more = {"upheld": False, "answer": "No.", "tell": ()}
    coop.deed(constitution.answer_correction, found, coop.here, coop.treasurer, coop.now, **more)
    assert (found.outcome, coop.versions) == ("dismissed", [1, 2])


@pytest.mark.parametrize(("days", "allowed"), [(13, True), (14, False), (15, False)])
def test_a_correction_is_challenged_within_the_time_of_the_constitution(coop, days, allowed):
    made = propose(coop)
    confirm(coop, made)
    at = coop.now + timedelta(days=days)
    if allowed:
        assert coop.deed(constitution.challenge_correction, made, coop.here, coop.author, at, reason="No.")
        return
    with pytest.raises(Refusal, match="any more"):
        coop.deed(constitution.challenge_correction, made, coop.here, coop.author, at, reason="No.")


def test_a_corrected_value_still_names_the_decision_that_set_its_words(coop):
    amendment = coop.carry(
        {"8": 'Applications are kept [a while]{provision="application.retention" value="24 months"}.'}
    )
    made = coop.deed(
        constitution.propose_correction,
        coop.here,
        coop.secretary,
        coop.closing,
        article="8",
        values=["6 months"],
        reason="Six.",
    )
    version = coop.deed(constitution.confirm_correction, made, coop.here, coop.officer, coop.closing, tell=())
    row = next(one for one in version.provisions if one.key == "application.retention")
    assert (row.value, row.decision_id) == ("6 months", amendment.version.decision_id)
    assert version.in_force_on == amendment.version.in_force_on + timedelta(days=1)


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM mark_corrections",
        "UPDATE mark_corrections SET text = '7. Mine.'",
        "UPDATE mark_corrections SET confirmed_by_id = proposed_by_id, confirmed_at = proposed_at",
        (
            "INSERT INTO constitution_versions (organisation_id, number, text, sha256, passed_on, adopted_at) "
            "SELECT organisation_id, 2, 'mine', sha256, passed_on, adopted_at FROM constitution_versions"
        ),
    ],
)
def test_the_tables_refuse_a_correction_by_one_and_a_version_by_none(coop, attack):
    propose(coop)
    with pytest.raises(IntegrityError), writing():
        db.session.execute(sql(attack))

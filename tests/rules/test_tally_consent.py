"""Consent: a text passes when no valid objection stands, and a declared vote decides where it doesn't."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.rules.tally.consent import ConsentRule, Position, Voice, count_consent
from coop.rules.tally.motion import MotionRule, TieRule
from coop.rules.tally.objections import Objection, State
from coop.rules.thresholds import Limit, Majority, Quorum

JUDGES = ("Ada", "Ben", "Cem")
PLAIN = ConsentRule()
VOTE = MotionRule(Majority.parse(">= 2/3 of cast"))


def voices(agree, stand_aside=0, objecting=0, version=1):
    """Make voices of members named by a letter and a number: a1, a2, s1, o1."""
    return [
        *(Voice(f"a{n}", Position.AGREE, version) for n in range(agree)),
        *(Voice(f"s{n}", Position.STAND_ASIDE, version) for n in range(stand_aside)),
        *(Voice(f"o{n}", Position.OBJECT, version, "It harms the river.") for n in range(objecting)),
    ]


def objection(member="o0", version=1):
    return Objection(member, "It harms the river.", version)


def ruled(valid, member="o0", version=1):
    return objection(member, version).rule(
        valid=valid, judges=JUDGES, by=("Ada", "Ben"), reason="The river is far."
    )


def count(heard, objections=(), rule=PLAIN, version=1, eligible=40, **more):
    return count_consent(heard, objections, rule, version=version, eligible=eligible, **more)


@pytest.mark.parametrize(
    ("heard", "objections", "outcome"),
    [
        pytest.param(voices(3), [], "consent", id="nobody objects"),
        pytest.param(voices(3, 9), [], "consent", id="without a limit any number may stand aside"),
        pytest.param(voices(3, 0, 1), [], "no consent", id="an objection not yet ruled on stands"),
        pytest.param(voices(3, 0, 1), [ruled(valid=True)], "no consent", id="a valid objection stands"),
        pytest.param(voices(3, 0, 1), [ruled(valid=False)], "consent", id="one ruled not valid doesn't"),
        pytest.param(voices(3, 0, 2), [ruled(valid=False)], "no consent", id="another one does"),
        pytest.param(voices(0, 3), [], "no consent", id="what nobody agrees to doesn't pass"),
        pytest.param([], [], "no consent", id="silence is no consent"),
    ],
)
def test_a_text_passes_when_no_valid_objection_stands(heard, objections, outcome):
    result = count(heard, objections)
    assert result.outcome == outcome
    assert result.carried is (outcome == "consent")


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_an_objection_without_a_reason_is_refused(reason):
    for wrong in (lambda: Voice("Eve", Position.OBJECT, 1, reason), lambda: Objection("Eve", reason, 1)):
        with pytest.raises(ValueError, match=r"Eve objects without a reason\. Write down"):
            wrong()


@pytest.mark.parametrize(
    ("limit", "aside", "outcome"),
    [
        ("<= 1/4 of present", 2, "consent"),
        ("<= 1/4 of present", 3, "consent"),
        ("<= 1/4 of present", 4, "no consent"),
        ("<= 2 of eligible", 1, "consent"),
        ("<= 2 of eligible", 2, "consent"),
        ("<= 2 of eligible", 3, "no consent"),
        ("<= 0 of present", 0, "consent"),
        ("<= 0 of present", 1, "no consent"),
    ],
)
def test_no_more_than_the_limit_may_stand_aside(limit, aside, outcome):
    rule = ConsentRule(stand_asides=Limit.parse(limit))
    assert count(voices(12 - aside, aside), rule=rule).outcome == outcome


@pytest.mark.parametrize(
    ("limit", "objecting", "outcome"),
    [
        ("<= 1 of eligible", 0, "consent"),
        ("<= 1 of eligible", 1, "consent"),
        ("<= 1 of eligible", 2, "no consent"),
        ("<= 1/6 of present", 1, "consent"),
        ("<= 1/6 of present", 2, "consent"),
        ("<= 1/6 of present", 3, "no consent"),
    ],
)
def test_a_text_survives_no_more_standing_objections_than_the_rule_allows(limit, objecting, outcome):
    rule = ConsentRule(blocks=Limit.parse(limit))
    assert count(voices(12 - objecting, 0, objecting), rule=rule).outcome == outcome


def test_a_member_blocks_once_however_many_objections_stand():
    result = count(
        voices(3, 0, 1, version=2),
        [objection()],
        ConsentRule(blocks=Limit.parse("<= 1 of eligible")),
        version=2,
    )
    assert len(result.counts.standing) == 2
    assert result.outcome == "consent"


@pytest.mark.parametrize(("agree", "outcome"), [(9, "inquorate"), (10, "consent"), (11, "consent")])
def test_without_a_quorum_nothing_is_decided(agree, outcome):
    assert count(voices(agree), rule=ConsentRule(Quorum.parse("1/4 of eligible"))).outcome == outcome


def test_every_position_takes_part_and_a_missing_quorum_starts_no_vote():
    rule = ConsentRule(Quorum.parse("6 of eligible"), fallback=VOTE)
    assert count(voices(2, 2, 2), rule=rule).outcome == "lost"
    short = count(voices(2, 2, 1), rule=rule)
    assert short.outcome == "inquorate"
    assert short.fallback is None


@pytest.mark.parametrize(
    ("agree", "aside", "objecting", "outcome"),
    [
        pytest.param(5, 9, 3, "lost", id="two thirds: one below"),
        pytest.param(6, 9, 3, "carried", id="two thirds; who stands aside abstains"),
        pytest.param(7, 9, 3, "carried", id="two thirds: one above"),
        pytest.param(6, 0, 0, "consent", id="no vote where there is consent"),
    ],
)
def test_a_vote_declared_beforehand_decides_where_consent_fails(agree, aside, objecting, outcome):
    result = count(voices(agree, aside, objecting), rule=ConsentRule(fallback=VOTE))
    assert result.outcome == outcome
    assert result.carried is (outcome != "lost")


@pytest.mark.parametrize(("round_number", "outcome"), [(2, "no consent"), (3, "carried"), (4, "carried")])
def test_the_vote_waits_for_the_declared_number_of_rounds(round_number, outcome):
    rule = ConsentRule(fallback=VOTE, fallback_round=3)
    result = count(voices(6, 0, 3), rule=rule, round_number=round_number)
    assert result.outcome == outcome
    assert ("A vote is taken if there is no consent in round 3." in result.says) is (outcome == "no consent")


def test_an_objection_ruled_not_valid_is_still_a_vote_against_where_a_vote_is_taken():
    rule = ConsentRule(stand_asides=Limit.parse("<= 0 of eligible"), fallback=VOTE)
    result = count(voices(6, 1, 3), [ruled(valid=False, member=f"o{n}") for n in range(3)], rule)
    assert result.counts.blocking == 0
    assert (
        result.fallback.counts.votes_for,
        result.fallback.counts.against,
        result.fallback.counts.abstained,
    ) == (6, 3, 1)


def test_a_tied_vote_can_go_to_the_lot():
    by_lot = ConsentRule(fallback=MotionRule(Majority.parse("> 1/2 of cast"), tie=TieRule.LOT))
    assert {count(voices(3, 0, 3), rule=by_lot, seed=bytes([n])).outcome for n in range(9)} == {
        "carried",
        "lost",
    }


def test_the_objector_cannot_rule_on_the_objection():
    with pytest.raises(ValueError, match="Ada raised the objection and can't rule on it"):
        objection("Ada").rule(valid=False, judges=JUDGES, by=("Ada", "Ben"), reason="It is not so.")
    assert (
        not objection("Ada")
        .rule(valid=False, judges=JUDGES, by=("Ben", "Cem"), reason="It is not so.")
        .stands_at(1)
    )


def test_only_those_named_may_rule_and_a_ruling_has_a_reason_that_is_kept():
    with pytest.raises(ValueError, match="Eve is not among those who rule"):
        objection().rule(valid=False, judges=JUDGES, by=("Ada", "Eve"), reason="It is not so.")
    with pytest.raises(ValueError, match="A ruling needs a reason"):
        objection().rule(valid=False, judges=JUDGES, by=("Ada", "Ben"), reason=" ")
    assert ruled(valid=False).plain(1)["rulings"] == [
        {
            "valid": False,
            "judges": list(JUDGES),
            "by": ["Ada", "Ben"],
            "reason": "The river is far.",
            "met_by": None,
        }
    ]


@pytest.mark.parametrize(
    ("member", "by", "enough"),
    [
        pytest.param("o0", ("Ada",), False, id="one of three"),
        pytest.param("o0", ("Ada", "Ada"), False, id="one of three, named twice"),
        pytest.param("o0", ("Ada", "Ben"), True, id="two of three"),
        pytest.param("Ada", ("Ben",), False, id="one of the two that are left is not more than half"),
        pytest.param("Ada", ("Ben", "Cem"), True, id="two of the two that are left"),
    ],
)
def test_a_ruling_is_made_by_more_than_half_of_those_who_may_rule(member, by, enough):
    def rule():
        return objection(member).rule(valid=False, judges=JUDGES, by=by, reason="It is not so.")

    if enough:
        assert rule().state_at(1) is State.INVALID
    else:
        with pytest.raises(ValueError, match="not more than half"):
            rule()


def test_nobody_can_rule_where_the_objector_is_the_only_judge():
    with pytest.raises(ValueError, match="not more than half"):
        objection("Ada").rule(valid=False, judges=("Ada",), by=(), reason="It is not so.")


def test_a_later_ruling_replaces_an_earlier_one_which_is_kept():
    twice = ruled(valid=False).rule(valid=True, judges=JUDGES, by=("Ben", "Cem"), reason="We looked again.")
    assert twice.state_at(1) is State.VALID
    assert [ruling.valid for ruling in twice.rulings] == [False, True]


def test_an_objection_outlives_the_version_it_was_raised_at():
    assert count(voices(5, version=2), [objection()], version=2).outcome == "no consent"
    assert count(voices(5, version=2), [ruled(valid=True)], version=2).outcome == "no consent"


def test_an_amended_text_meets_an_objection_by_a_ruling_from_that_version_on():
    met = ruled(valid=True).meet(3, JUDGES, ("Ada", "Cem"), "The mill is moved.")
    assert [met.state_at(version) for version in (1, 2, 3, 4)] == [
        State.VALID,
        State.VALID,
        State.MET,
        State.MET,
    ]
    assert count(voices(5, version=2), [met], version=2).outcome == "no consent"
    assert count(voices(5, version=3), [met], version=3).outcome == "consent"
    with pytest.raises(ValueError, match="Version 1 is not later than version 1"):
        objection().meet(1, JUDGES, ("Ada", "Cem"), "The mill is moved.")
    with pytest.raises(ValueError, match="Ada raised the objection"):
        objection("Ada").meet(2, JUDGES, ("Ada", "Cem"), "The mill is moved.")


def test_the_objector_can_take_the_objection_back_for_the_same_text_or_a_later_one():
    assert objection().withdraw(1, "I was wrong.").state_at(1) is State.WITHDRAWN
    later = objection().withdraw(2, "The mill is moved.")
    assert [later.state_at(version) for version in (1, 2)] == [State.UNRULED, State.WITHDRAWN]
    with pytest.raises(ValueError, match="can't withdraw that for an earlier one"):
        objection(version=2).withdraw(1)
    with pytest.raises(ValueError, match="nothing left to rule on"):
        later.rule(valid=True, judges=JUDGES, by=("Ada", "Ben"), reason="It was so.")


@pytest.mark.parametrize("position", [Position.AGREE, Position.STAND_ASIDE])
def test_an_objector_who_no_longer_objects_to_a_later_text_has_withdrawn(position):
    heard = [*voices(5, version=2), Voice("o0", position, 2)]
    result = count(heard, [objection()], version=2)
    assert result.outcome == "consent"
    assert result.plain()["objections"][0]["withdrawal"] == {
        "version": 2,
        "reason": f"{position} on version 2",
    }


def test_an_agreement_to_an_earlier_text_is_none_to_a_later_one():
    result = count([*voices(5, version=1), *voices(0, 1, version=2)], version=2)
    assert (result.counts.agree, result.counts.stand_aside) == (0, 1)
    assert result.outcome == "no consent"


def test_the_reasoning_says_what_was_counted():
    rule = ConsentRule(
        Quorum.parse("1/4 of eligible"),
        Limit.parse("<= 1/4 of present"),
        fallback=VOTE,
        articles=("9", "10"),
        version=2,
    )
    met = objection("x").meet(2, JUDGES, JUDGES, "The mill is moved.")
    result = count(
        voices(9, 2, 1, version=2),
        [met, ruled(valid=False, version=2)],
        rule,
        version=2,
        round_number=2,
        present=14,
    )
    assert result.says == (
        "Passed by consent: 9 agree, 2 stand aside, 1 objects (version 2 of the text, round 2). "
        "Objections raised: 2, of which 1 ruled not valid, 1 met by a later text. "
        "Members whose objections stand: 0; allowed: at most 0. "
        "Members who stand aside: 2; allowed: at most 1/4 of 14 members present (3). "
        "Quorum 1/4 of 40 members (10): 12 took part. Articles 9 and 10, version 2."
    )
    plain = result.plain()
    assert (plain["outcome"], plain["text_version"], plain["blocking"]) == ("consent", 2, 0)
    assert [each["state"] for each in plain["objections"]] == ["met by a later text", "ruled not valid"]


def test_the_reasoning_of_a_vote_names_what_failed_and_prints_the_vote():
    result = count(voices(6, 1, 3), rule=ConsentRule(fallback=VOTE))
    assert result.says == (
        "No consent, but carried by the vote that was declared for this case: 6 agree, 1 stands aside, 3 object "
        "(version 1 of the text, round 1). Too many objections stand. "
        "Objections raised: 3, of which 3 not yet ruled on. Members whose objections stand: 3; allowed: at most 0. "
        "The vote: Carried: 6 for, 3 against, 1 abstained. Needs at least 2/3 of 9 votes cast (6)."
    )
    assert result.plain()["fallback"]["for"] == 6
    assert "An objection stands." in count(voices(6, 1, 1)).says
    assert "No objection was raised." in count(voices(1)).says


def test_every_member_can_take_a_position():
    assert count(voices(3, 1, 1), eligible=5).counts.taking_part == 5


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: count(voices(5), eligible=4), "5 positions were taken, but only 4 members"),
        (lambda: count([*voices(1), Voice("a0", Position.STAND_ASIDE, 1)]), "a0 takes two positions"),
        (lambda: count(voices(1, version=2)), "speaks of version 2; the text is at 1"),
        (lambda: count(voices(1), [objection(version=2)]), "objects to version 2, not yet written"),
        (lambda: count(voices(1), [objection(), objection()]), "one objection to a version"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_a_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        wrong()


few = st.integers(0, 6)
limits = st.sampled_from(
    [None, *map(Limit.parse, ("<= 0 of eligible", "<= 1/4 of present", "<= 2 of eligible"))]
)


@given(
    agree=few,
    aside=few,
    objecting=few,
    limit=limits,
    fallback=st.sampled_from([None, VOTE]),
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_the_voices_changes_nothing(agree, aside, objecting, limit, fallback, order):
    rule = ConsentRule(stand_asides=limit, fallback=fallback)
    heard = voices(agree, aside, objecting)
    shuffled = list(heard)
    order.shuffle(shuffled)
    assert count(shuffled, rule=rule).says == count(heard, rule=rule).says


@given(
    agree=few,
    aside=few,
    objecting=few,
    limit=limits,
    blocks=limits.filter(bool),
    fallback=st.sampled_from([None, VOTE]),
)
def test_one_more_agreement_never_loses_what_passed(agree, aside, objecting, limit, blocks, fallback):
    rule = ConsentRule(None, limit, blocks, fallback)
    before, after = (count(voices(number, aside, objecting), rule=rule) for number in (agree, agree + 1))
    assert after.carried or not before.carried

"""A motion from its mover's draft to the vote: seconders, rulings, appeals, deadlines, each by its article."""

from datetime import timedelta

import pytest

from coop.errors import Forbidden, Missing, Refusal
from coop.services import ballots, motions, organisations
from tests.ballot_house import after, cast

SECOND = timedelta(seconds=1)
DEBATED = timedelta(days=5, minutes=1)


def lose(deed, make, ballot, organisation, members, officer, when, choice="against"):
    """Open the ballot and let everybody vote so; return its decision."""
    deed(ballots.open_ballot, ballot, organisation, officer, when)
    cast(deed, make, ballot, members, [choice] * len(members), when)
    deed(ballots.seal, ballot.id, after(ballot))
    return ballots.decision_on(ballot)


def test_a_draft_is_seen_by_its_mover_alone(movers, moved, make, now):
    organisation, members, officer = movers
    told = moved("draft")
    assert told().stage == "draft"
    for other in (make.actor(members[1]), officer):
        with pytest.raises(Missing):
            told(actor=other)
        assert motions.motions_of(organisation, other, now) == []
    assert [one.stage for one in motions.motions_of(organisation, make.actor(members[0]), now)] == ["draft"]


@pytest.mark.parametrize(("seconders", "stage"), [(1, "submitted"), (2, "seconded")])
def test_a_motion_is_seconded_once_the_number_of_the_constitution_is_reached(
    movers, moved, make, deed, now, seconders, stage
):
    organisation, members, officer = movers
    told = moved("submitted")
    for one in members[1 : 1 + seconders]:
        deed(motions.second, told(), organisation, make.actor(one), now)
    assert told().stage == stage
    if stage == "submitted":
        with pytest.raises(Refusal, match=r"^Seconded by 1, and it needs 2 \(article 1, version 1\)\.$"):
            deed(motions.admit, told(), organisation, officer, now)
    else:
        with pytest.raises(Refusal, match="needs no more seconders"):
            deed(motions.second, told(), organisation, make.actor(members[3]), now)
        deed(motions.admit, told(), organisation, officer, now)
        assert told().stage == "debate"


def test_seconding_twice_counts_once_and_nobody_seconds_their_own(movers, moved, make, deed, now):
    organisation, members, _ = movers
    told = moved("submitted")
    for _time in range(2):
        deed(motions.second, told(), organisation, make.actor(members[1]), now)
    assert [one.membership_id for one in told().seconders] == [members[1].id]
    with pytest.raises(Refusal, match="others must second it"):
        deed(motions.second, told(), organisation, make.actor(members[0]), now)


@pytest.mark.parametrize(
    ("early", "stage"), [(SECOND, "submitted"), (0 * SECOND, "lapsed"), (-SECOND, "lapsed")]
)
def test_an_unseconded_motion_lapses_at_its_deadline(movers, moved, make, deed, early, stage):
    organisation, members, _ = movers
    told = moved("submitted")
    when = told().moved.second_until - early
    assert told(when).stage == stage
    if stage == "lapsed":
        with pytest.raises(Refusal, match=r"The time to second is over \(article 1, version 1\)"):
            deed(motions.second, told(when), organisation, make.actor(members[1]), when)
    else:
        deed(motions.second, told(when), organisation, make.actor(members[1]), when)


@pytest.mark.parametrize(("early", "open_to_vote"), [(SECOND, False), (0 * SECOND, True), (-SECOND, True)])
def test_a_motion_is_put_when_its_time_for_debate_is_over(movers, moved, deed, early, open_to_vote):
    organisation, _, officer = movers
    told = moved()
    when = told().step("admitted").until - early
    if open_to_vote:
        ballot = deed(motions.put, told(when), organisation, officer, when)
        assert (ballot.title, ballot.text) == ("Buy a mill", "The co-op buys the mill.")
        assert told(when).stage == "put"
    else:
        with pytest.raises(Refusal, match=r"^It is debated until .* \(article 2, version 1\)"):
            deed(motions.put, told(when), organisation, officer, when)


@pytest.mark.parametrize(("early", "lapsed"), [(SECOND, False), (0 * SECOND, True), (-SECOND, True)])
def test_a_motion_that_is_not_put_lapses(movers, moved, deed, early, lapsed):
    organisation, _, officer = movers
    told = moved()
    when = told().moved.lapses_at - early
    if lapsed:
        assert told(when).stage == "lapsed"
        with pytest.raises(Refusal, match=r"^This motion has lapsed \(article 2, version 1\)\.$"):
            deed(motions.put, told(when), organisation, officer, when)
    else:
        deed(motions.put, told(when), organisation, officer, when)


def test_the_words_stand_once_submitted_and_the_ballot_carries_them(movers, moved, make, deed, now):
    organisation, members, officer = movers
    mover = make.actor(members[0])
    told = moved("draft")
    deed(motions.redraft, told(), organisation, mover, now, title="Buy the mill", text="We buy the mill.")
    deed(motions.submit, told(), organisation, mover, now)
    with pytest.raises(Refusal, match="its words stand"):
        deed(motions.redraft, told(), organisation, mover, now, title="Sell it", text="We sell the mill.")
    for one in members[1:3]:
        deed(motions.second, told(), organisation, make.actor(one), now)
    deed(motions.admit, told(), organisation, officer, now)
    ballot = deed(motions.put, told(now + DEBATED), organisation, officer, now + DEBATED)
    assert (ballot.title, ballot.text) == ("Buy the mill", "We buy the mill.")
    with pytest.raises(Refusal, match="seconded and debated, so they stand"):
        deed(ballots.change_draft, ballot, organisation, officer, now + DEBATED, title="x", text="Other.")
    assert [one.text for one in told().versions] == ["We buy the mill."]


@pytest.mark.parametrize(("choice", "stage"), [("for", "carried"), ("against", "lost")])
def test_the_vote_decides_what_becomes_of_it(movers, moved, make, deed, now, choice, stage):
    organisation, members, officer = movers
    told, when = moved(), now + DEBATED
    ballot = deed(motions.put, told(when), organisation, officer, when)
    lose(deed, make, ballot, organisation, members, officer, when, choice)
    assert told(after(ballot)).stage == stage
    assert motions.motions_of(organisation, officer, after(ballot))[0].stage == stage


def test_pressed_twice_it_is_one_ballot_and_after_a_void_one_it_is_put_again(movers, moved, deed, now):
    organisation, _, officer = movers
    told, when = moved(), now + DEBATED
    first = deed(motions.put, told(when), organisation, officer, when)
    assert deed(motions.put, told(when), organisation, officer, when).number == first.number
    deed(ballots.void, first, organisation, officer, "A slip.", when)
    assert told(when).stage == "debated"
    assert deed(motions.put, told(when), organisation, officer, when).number != first.number


def test_a_motion_ruled_out_has_a_reason_and_the_meeting_hears_the_appeal(movers, moved, make, deed, now):
    organisation, members, officer = movers
    mover, told = make.actor(members[0]), moved("seconded")
    with pytest.raises(Refusal, match="Say why"):
        deed(motions.rule_out, told(), organisation, officer, now, reason=" ")
    deed(motions.rule_out, told(), organisation, officer, now, reason="We own the mill.")
    assert (told().stage, told().steps[-1].reason) == ("ruled_out", "We own the mill.")
    with pytest.raises(Refusal):
        deed(motions.admit, told(), organisation, officer, now)
    deed(motions.appeal, told(), organisation, mover, now, reason="We rent it.")
    ballot = deed(motions.put_appeal, told(), organisation, officer, now)
    assert "We own the mill." in ballot.text
    assert "We rent it." in ballot.text
    with pytest.raises(Refusal):
        deed(motions.admit, told(), organisation, officer, now)
    lose(deed, make, ballot, organisation, members, officer, now, "for")
    later = after(ballot)
    assert told(later).stage == "heard"
    deed(motions.admit, told(later), organisation, officer, later)
    assert told(later).stage == "debate"


def test_an_appeal_that_is_lost_ends_the_motion(movers, moved, make, deed, now):
    organisation, members, officer = movers
    mover, told = make.actor(members[0]), moved("seconded")
    deed(motions.rule_out, told(), organisation, officer, now, reason="We own the mill.")
    deed(motions.appeal, told(), organisation, mover, now, reason="We rent it.")
    ballot = deed(motions.put_appeal, told(), organisation, officer, now)
    lose(deed, make, ballot, organisation, members, officer, now)
    later = after(ballot)
    assert told(later).stage == "dismissed"
    for step, more in ((motions.admit, {}), (motions.appeal, {"reason": "Again."}), (motions.withdraw, {})):
        with pytest.raises((Refusal, Forbidden)):
            deed(
                step,
                told(later),
                organisation,
                mover if step is not motions.admit else officer,
                later,
                **more,
            )


def test_nobody_rules_on_their_own_motion(movers, make, deed, now):
    organisation, members, officer = movers
    fields = {"title": "A clock", "text": "We buy a clock.", "decision_class": "ordinary"}
    body = organisations.assembly_of(organisation)
    motion = deed(motions.draft_motion, organisation, officer, now, body=body, **fields)
    deed(motions.submit, motions.find(organisation, motion.number, officer, now), organisation, officer, now)
    for one in members[:2]:
        told = motions.find(organisation, motion.number, officer, now)
        deed(motions.second, told, organisation, make.actor(one), now)
    told = motions.find(organisation, motion.number, officer, now)
    with pytest.raises(Refusal, match="another officer must rule"):
        deed(motions.admit, told, organisation, officer, now)
    with pytest.raises(Refusal, match="another officer must rule"):
        deed(motions.rule_out, told, organisation, officer, now, reason="No.")


def test_only_its_mover_withdraws_a_motion_and_never_once_it_is_put(movers, moved, make, deed, now):
    organisation, members, officer = movers
    told, when = moved(), now + DEBATED
    with pytest.raises(Forbidden):
        deed(motions.withdraw, told(), organisation, make.actor(members[1]), now)
    deed(motions.put, told(when), organisation, officer, when)
    with pytest.raises(Refusal, match="put to the vote"):
        deed(motions.withdraw, told(when), organisation, make.actor(members[0]), when)
    other = moved("submitted")
    deed(motions.withdraw, other(), organisation, make.actor(members[0]), now)
    assert other().stage == "withdrawn"
    with pytest.raises(Refusal):
        deed(motions.second, other(), organisation, make.actor(members[1]), now)


def test_an_officer_refers_a_motion_only_by_a_decision_and_its_mover_alone(movers, moved, make, deed, now):
    organisation, members, officer = movers
    board = make.body(organisation, "board")
    told, when = moved(), now + DEBATED
    before = make.decision(organisation, decision_class="ordinary")  # carried before the motion was submitted
    for wrong in ("", "soon", "2026/77", "²/³", before.label):
        with pytest.raises(Refusal, match=r"Give the number of the decision that refers it"):
            deed(motions.refer, told(), organisation, officer, now, to=board, reason="Cost.", decision=wrong)
    with pytest.raises(Forbidden):
        deed(motions.refer, told(), organisation, make.actor(members[2]), now, to=board, reason="Cost.")
    special = {"title": "Refer it", "text": "Motion 1 goes to the board.", "decision_class": "special"}
    ballot = deed(ballots.propose_motion, organisation, officer, now, **special)
    made = lose(deed, make, ballot, organisation, members, officer, now, "for")
    when = after(ballot)
    more = {"to": board, "reason": "Cost.", "decision": made.label}
    deed(motions.refer, told(when), organisation, officer, when, **more)
    assert (told(when).stage, told(when).steps[-1].decision_id) == ("referred", made.id)
    own = moved()
    deed(motions.refer, own(), organisation, make.actor(members[0]), now, to=board, reason="They know more.")
    assert own().stage == "referred"


@pytest.mark.parametrize(("days", "again"), [(-1, False), (0, True), (1, True)])
def test_a_lost_motion_comes_again_only_after_its_months(movers, moved, make, deed, now, days, again):
    organisation, members, officer = movers
    told, when = moved(), now + DEBATED
    ballot = deed(motions.put, told(when), organisation, officer, when)
    lost = lose(deed, make, ballot, organisation, members, officer, when).decided_on
    then = now.replace(year=2027, month=lost.month - 6, day=lost.day, hour=12) + timedelta(days=days)
    assert (lost.year, lost.month) == (2026, 12)
    fresh = moved("draft", title="The mill again", text="The  co-op buys\nthe MILL.")
    if again:
        deed(motions.submit, fresh(then), organisation, make.actor(members[0]), then)
        return
    with pytest.raises(
        Refusal, match=r"^The same motion, “Buy a mill”, was lost on .* \(article 3, version 1\)"
    ):
        deed(motions.submit, fresh(then), organisation, make.actor(members[0]), then)
    other = moved("draft", title="Rent a mill", text="The co-op rents the mill.")
    deed(motions.submit, other(then), organisation, make.actor(members[0]), then)


def test_who_may_propose_is_read_from_the_class_and_the_body(movers, make, deed, now):
    organisation, members, officer = movers
    board = make.body(organisation, "board", members=members[:2])
    fields = {"title": "A clock", "text": "We buy a clock."}
    assembly = organisations.assembly_of(organisation)

    def draft(actor, body, kind):
        return deed(motions.draft_motion, organisation, actor, now, body=body, decision_class=kind, **fields)

    with pytest.raises(
        Refusal, match=r"^Only whoever holds an office proposes this \(article 4, version 1\)\.$"
    ):
        draft(make.actor(members[0]), assembly, "special")
    assert draft(officer, assembly, "special").kind == "special"
    assert draft(make.actor(members[0]), board, "ordinary").body_id == board.id
    with pytest.raises(Refusal, match="only those who belong to it propose"):
        draft(make.actor(members[4]), board, "ordinary")
    with pytest.raises(Refusal, match=r"belongs to a board proposes this \(article 5, version 1\)"):
        deed(ballots.propose_motion, organisation, officer, now, body=board, **fields)


def test_an_officer_puts_no_motion_past_the_seconders_the_constitution_asks_for(movers, deed, now):
    organisation, _, officer = movers
    fields = {"title": "A clock", "text": "We buy a clock."}
    with pytest.raises(Refusal, match=r"^2 members must second such a motion first \(article 1, version 1\)"):
        deed(ballots.propose_motion, organisation, officer, now, **fields)
    assert deed(ballots.propose_motion, organisation, officer, now, decision_class="special", **fields)


def test_without_seconders_asked_for_a_submitted_motion_waits_for_the_officer_at_once(make, deed, now):
    organisation = make.organisation()
    mover = make.actor(make.member(organisation, "Amina"))
    body = organisations.assembly_of(organisation)
    fields = {"title": "A clock", "text": "We buy a clock.", "decision_class": "ordinary", "body": body}
    motion = deed(motions.draft_motion, organisation, mover, now, **fields)
    deed(motions.submit, motions.find(organisation, motion.number, mover, now), organisation, mover, now)
    assert motions.find(organisation, motion.number, mover, now).stage == "seconded"


def test_a_motion_of_another_organisation_is_missing(movers, moved, make, now):
    moved("submitted")
    other = make.organisation("orchard", "The orchard")
    with pytest.raises(Missing):
        motions.find(other, 1, make.actor(make.member(other)), now)

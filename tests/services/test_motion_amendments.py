"""Amendments to a motion: moved on exact words, accepted or voted on, each making the next version of the words."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.models.records import OutboxMail
from coop.services import ballots, motions, organisations, reports
from tests.ballot_house import after
from tests.services.test_motions import DEBATED, SECOND, lose

CLOSED = timedelta(days=4, minutes=1)  # a day before the debate of five days ends
OLD, NEW = "the mill", "the mill on the river"
ROOF = {"kind": "insert", "passage": "the mill", "words": "and mends its roof"}
RENT = {"kind": "replace", "passage": "buy", "words": "rent"}


@pytest.fixture
def amend(movers, make, deed, now):
    """Move an amendment as a member; gives its number."""

    def build(told, member, when=now, **fields):
        change = {"kind": "replace", "passage": OLD, "words": NEW, **fields}
        return deed(motions.move_amendment, told(when), movers[0], make.actor(member), when, **change).number

    return build


@pytest.fixture
def put(movers, deed):
    """Put the amendment whose turn it is."""
    return lambda told, when: deed(motions.put_next_amendment, told(when), movers[0], movers[2], when)


def stages(told, when):
    return [one.stage for one in motions.amendments_of(told(when))]


def texts(told, when):
    return [one.text for one in told(when).versions]


def test_the_mover_accepts_an_amendment_and_it_makes_the_next_version(movers, moved, amend, make, deed, now):
    organisation, members, officer = movers
    told, mover = moved(), make.actor(members[0])
    number = amend(told, members[3], **ROOF)
    assert stages(told, now) == ["waiting"]
    with pytest.raises(Forbidden):
        deed(motions.accept, told(), organisation, make.actor(members[3]), now, number=number)
    assert deed(motions.accept, told(), organisation, mover, now, number=number) == 2
    assert texts(told, now) == ["The co-op buys the mill.", "The co-op buys the mill and mends its roof."]
    assert told().motion.text == texts(told, now)[-1]
    when = now + DEBATED
    assert deed(motions.put, told(when), organisation, officer, when).text == texts(told, now)[-1]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"passage": "a mill"}, "do not stand in the motion"),
        ({"passage": "o"}, "more than once"),
        ({"passage": " "}, "do not stand in the motion"),
        ({"words": OLD}, "changes nothing"),
        ({"words": " "}, "Write the new words"),
        ({"kind": "delete", "passage": "The co-op buys the mill."}, "Nothing would be left"),
        ({"kind": "swap"}, "replaced, deleted or inserted"),
    ],
)
def test_an_amendment_quotes_words_that_stand_once_and_changes_them(movers, moved, amend, fields, why):
    told = moved()
    with pytest.raises(Refusal, match=why):
        amend(told, movers[1][3], **fields)


@pytest.mark.parametrize(("early", "open_"), [(SECOND, True), (0 * SECOND, False), (-SECOND, False)])
def test_amendments_close_before_the_debate_does(movers, moved, amend, now, early, open_):
    told = moved()
    when = motions.deadlines_of(told(now)).closes_at - early
    assert told(when).stage == "debate"
    if open_:
        amend(told, movers[1][3], when)
    else:
        with pytest.raises(Refusal, match=r"^Amendments closed .* \(the default adopted with version 1\)"):
            amend(told, movers[1][3], when)


def test_amendments_are_moved_once_the_motion_is_seconded_by_members_three_at_a_time(movers, moved, amend):
    members = movers[1]
    with pytest.raises(Refusal, match="once a motion is seconded"):
        amend(moved("submitted"), members[3])
    told = moved("seconded", text="One two three four five.")
    for words in ("One", "two", "three"):
        amend(told, members[3], passage=words, words="x" + words)
    with pytest.raises(Refusal, match="3 amendments of yours wait"):
        amend(told, members[3], passage="four", words="4")
    amend(told, members[4], passage="four", words="4")


def test_one_that_quotes_words_which_no_longer_stand_is_stale_and_moved_again_in_their_place(
    movers, moved, amend, make, deed, now
):
    organisation, members, _ = movers
    told, mover = moved(), make.actor(members[0])
    amend(told, members[3], passage="buys the mill", words="rents the mill")
    amend(told, members[4], passage="the mill", words="the old mill")
    amend(told, members[2], passage="The co-op", words="The board")
    deed(motions.accept, told(), organisation, mover, now, number=1)
    assert stages(told, now) == ["accepted", "waiting", "waiting"]
    deed(motions.accept, told(), organisation, mover, now, number=2)
    amend(told, members[3], passage="old mill", words="new mill")
    amend(told, members[4], passage="the old mill", words="that mill")
    deed(motions.accept, told(), organisation, mover, now, number=4)
    assert stages(told, now) == ["accepted", "accepted", "waiting", "accepted", "stale"]
    stale = motions.find_amendment(told(), 5)
    assert stale.says.startswith("Amendment 4 made version 4 of the motion")
    again = motions.once_more(told(), 5)
    assert again == {"kind": "replace", "passage": "the new mill", "words": "that mill", "reason": ""}
    number = amend(told, members[4], again_of=5, **again)
    with pytest.raises(Refusal, match="does not wait to be moved again"):
        amend(told, members[4], again_of=5, **again)
    deed(motions.accept, told(), organisation, mover, now, number=number)
    assert texts(told, now)[-1] == "The co-op rents that mill."


def test_the_officer_puts_them_in_order_and_a_carried_one_makes_the_next_version(
    movers, moved, amend, put, make, deed, now
):
    organisation, members, officer = movers
    told, when = moved(), now + CLOSED
    amend(told, members[3], **ROOF)
    amend(told, members[4], **RENT)
    with pytest.raises(Refusal, match="Amendments can be moved until"):
        put(told, now)
    with pytest.raises(Refusal, match="a place of its own"):
        deed(motions.order_amendments, told(when), organisation, officer, when, numbers=[2, 2])
    deed(motions.order_amendments, told(when), organisation, officer, when, numbers=[2, 1])
    first = put(told, when)
    assert "It would then read:\n\nThe co-op rents the mill." in first.text
    assert (first.decision_class, first.body_id) == ("ordinary", told().body.id)
    assert put(told, when).number == first.number
    with pytest.raises(Refusal, match="being voted on"):
        deed(motions.accept, told(when), organisation, make.actor(members[0]), when, number=1)
    with pytest.raises(Refusal, match="follow from the amendment"):
        deed(ballots.change_draft, first, organisation, officer, when, title="x", text="y")
    lose(deed, make, first, organisation, members, officer, when, "for")
    later = after(first)
    assert texts(told, later)[-1] == "The co-op rents the mill."
    assert stages(told, later) == ["waiting", "carried"]
    assert ballots.effects_of(first, organisation, later).stands == {"motion_versions": 1}
    with pytest.raises(Refusal, match=r"^1 amendment to it waits\. Put it first"):
        deed(motions.put, told(later), organisation, officer, later)
    second = put(told, later)
    with pytest.raises(Refusal, match="is being voted on"):
        deed(motions.put, told(later), organisation, officer, later)
    lose(deed, make, second, organisation, members, officer, later)
    end = after(second)
    assert stages(told, end) == ["lost", "carried"]
    ballot = deed(motions.put, told(end), organisation, officer, end)
    assert ballot.text == "The co-op rents the mill."


@pytest.mark.parametrize(("early", "free"), [(SECOND, False), (0 * SECOND, True), (-SECOND, True)])
def test_nobody_holds_a_motion_up_undecided_amendments_fall(movers, moved, amend, deed, now, early, free):
    organisation, members, officer = movers
    told = moved()
    amend(told, members[3])
    when = motions.deadlines_of(told(now)).fall_at - early
    if free:
        deed(motions.put, told(when), organisation, officer, when)
        assert stages(told, when) == ["fell"]
        assert motions.find_amendment(told(when), 1).says.startswith("Not decided in time")
    else:
        with pytest.raises(Refusal, match="undecided it falls"):
            deed(motions.put, told(when), organisation, officer, when)


def test_a_void_vote_on_an_amendment_is_held_again_and_a_withdrawn_motion_ends_it(
    movers, moved, amend, put, make, deed, now
):
    organisation, members, officer = movers
    told, when = moved(), now + CLOSED
    amend(told, members[3])
    deed(ballots.void, put(told, when), organisation, officer, "A slip.", when)
    assert stages(told, when) == ["waiting"]
    ballot = put(told, when)
    deed(ballots.open_ballot, ballot, organisation, officer, when)
    deed(motions.withdraw, told(when), organisation, make.actor(members[0]), when)
    deed(ballots.seal, ballot.id, after(ballot))
    assert stages(told, after(ballot)) == ["fell"]
    assert len(texts(told, after(ballot))) == 1


def test_ones_own_amendment_is_withdrawn_and_anothers_is_not(movers, moved, amend, make, deed, now):
    organisation, members, _ = movers
    told = moved()
    amend(told, members[3])
    with pytest.raises(Forbidden):
        deed(motions.withdraw_amendment, told(), organisation, make.actor(members[4]), now, number=1)
    deed(motions.withdraw_amendment, told(), organisation, make.actor(members[3]), now, number=1)
    assert stages(told, now) == ["withdrawn"]
    with pytest.raises(Refusal):
        deed(motions.accept, told(), organisation, make.actor(members[0]), now, number=1)


def test_mover_and_officers_are_told_in_neutral_words_and_nobody_else(
    movers, moved, amend, make, deed, now, deliver, post
):
    organisation, members, _ = movers
    told = moved()
    amend(told, members[3])
    deed(motions.accept, told(), organisation, make.actor(members[0]), now, number=1)
    mails = [
        (row.template, row.ids.get("what", ""), row.membership_id)
        for row in db.session.scalars(select(OutboxMail).order_by(OutboxMail.id))
        if row.template.startswith("motion")
    ]
    mover, amender = members[0].id, members[3].id
    assert sorted(mails)[:4] == [
        ("motion-news", "admitted", mover),
        ("motion-news", "amendment_accepted", amender),
        ("motion-news", "amendment_moved", mover),
        ("motion-news", "seconded", mover),
    ]
    assert {template for template, *_ in sorted(mails)[4:]} == {"motion-to-rule"}
    assert len(mails) == 6  # Rita and Carl can rule on it
    deliver(now)
    letters = [one for one in post.letters if "/motions/1" in one.text]
    assert {one.subject for one in letters} == {"A notice for you", "Something waits for your answer"}
    assert len({one.text for one in letters}) == 6
    assert not any("mill" in one.text + one.subject for one in letters)


def test_the_export_tells_versions_and_amendments_without_names(movers, moved, amend, make, deed, now):
    organisation, members, _ = movers
    told = moved()
    amend(told, members[3], reason="It leaks.", **ROOF)
    deed(motions.accept, told(), organisation, make.actor(members[0]), now, number=1)
    data = motions.reasons_as_data(told(), now)
    assert [one["number"] for one in data["versions"]] == [1, 2]
    assert data["amendments"][0] | {"moved_at": ""} == {
        "number": 1,
        "version": 1,
        "kind": "insert",
        "passage": "the mill",
        "becomes": "the mill and mends its roof",
        "reason": "It leaks.",
        "moved_at": "",
        "stage": "accepted",
        "says": "",
        "made_version": 2,
    }
    assert not any(one.name in str(data) for one in members)


def test_home_shows_motions_to_second_and_to_debate_and_the_desk_what_is_to_be_put(
    movers, moved, amend, put, make, deed, now
):
    organisation, members, officer = movers

    def seen(member, when):
        home = reports.home_of(organisation, make.actor(member), when)
        assert home.tasks == len(home.to_vote)
        return [(one.title, one.lacking) for one in home.to_look_at]

    def desk(when):
        piles = reports.desk_of(organisation, officer, when)
        return [one.about for pile in piles if pile.id == "motions" for one in pile.waiting]

    moved("submitted", title="Sell the mill")
    deed(
        motions.second, motions.find(organisation, 1, officer, now), organisation, make.actor(members[1]), now
    )
    told = moved()
    assert seen(members[0], now) == [("Buy a mill", 0)]
    assert seen(members[1], now) == [("Buy a mill", 0)]
    assert seen(members[2], now) == [("Buy a mill", 0), ("Sell the mill", 1)]
    amend(told, members[3])
    when = now + DEBATED
    assert seen(members[2], when) == [("Sell the mill", 1)]
    assert desk(when) == ["an amendment waits to be put first"]
    ballot = put(told, when)
    assert desk(when) == []
    lose(deed, make, ballot, organisation, members, officer, when)
    assert desk(after(ballot)) == ["the time for debate is over"]


def test_nobody_accepts_or_orders_their_own_amendment(movers, moved, amend, make, deed, now):
    organisation, members, officer = movers
    told, mover = moved(), make.actor(members[0])
    amend(told, members[0])
    with pytest.raises(Refusal, match="You moved this amendment yourself"):
        deed(motions.accept, told(), organisation, mover, now, number=1)
    deed(motions.move_amendment, told(), organisation, officer, now, **RENT)
    with pytest.raises(Refusal, match="another officer must order them"):
        deed(motions.order_amendments, told(), organisation, officer, now, numbers=[2, 1])


@pytest.mark.parametrize(("rule", "refused"), [("member", False), ("officer", True), ("board", True)])
def test_the_constitution_says_who_moves_amendments(make, deed, now, rule, refused):
    text = f'1. Amendments are moved by [those]{{provision="motion.amendments.proposers" value="{rule}"}}.\n'
    organisation = make.organisation(text=text)
    officer = make.actor(make.officer(organisation, "returning_officer"))
    ada, ben = (make.actor(one) for one in make.members(organisation, 2))
    fields = {"title": "A mill", "text": "We buy it.", "decision_class": "ordinary"}
    body = organisations.assembly_of(organisation)
    deed(motions.draft_motion, organisation, ada, now, body=body, **fields)

    def told(actor):
        return motions.find(organisation, 1, actor, now)

    deed(motions.submit, told(ada), organisation, ada, now)
    if refused:
        with pytest.raises(Refusal, match=r"^Only whoever .* \(article 1, version 1\)\.$"):
            deed(motions.move_amendment, told(ben), organisation, ben, now, **RENT)
    else:
        deed(motions.move_amendment, told(ben), organisation, ben, now, **RENT)
    if rule == "officer":
        deed(motions.move_amendment, told(officer), organisation, officer, now, **RENT)

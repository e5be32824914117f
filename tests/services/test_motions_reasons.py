"""Reasons for and against: one point, a source, replies and support, frozen when the vote opens."""

from datetime import timedelta

import pytest

from coop.errors import Missing, Refusal
from coop.services import ballots, motions

DEBATED = timedelta(days=5, minutes=1)
FOR = {"side": "for", "point": "Flour is dear.", "source": "The treasurer's report, page 3"}
AGAINST = {"side": "against", "point": "The roof leaks.", "source": "https://mills.example/roof"}


@pytest.fixture
def argue(movers, make, deed, now):
    def build(told, member, when=now, **fields):
        return deed(motions.give_reason, told(when), movers[0], make.actor(member), when, **fields)

    return build


@pytest.fixture
def support(movers, make, deed, now):
    def build(told, number, *members, when=now):
        for one in members:
            deed(motions.support, told(when), movers[0], make.actor(one), when, number=number)

    return build


def test_a_reason_has_one_point_and_says_where_it_comes_from(movers, moved, argue):
    members, told = movers[1], moved()
    for missing, why in (("point", "Write the point"), ("source", "Say where this comes from")):
        with pytest.raises(Refusal, match=why):
            argue(told, members[3], **{**FOR, missing: "  "})
    with pytest.raises(Refusal, match="for the motion or against it"):
        argue(told, members[3], **{**FOR, "side": "reply"})
    with pytest.raises(Refusal, match="in 600 characters at most"):
        argue(told, members[3], **{**FOR, "point": "x" * 601})
    argue(told, members[3], **{**FOR, "point": "x" * 600})
    argue(told, members[4], **AGAINST)
    assert [(one.row.number, one.row.side) for one in motions.reasons_of(told())] == [
        (1, "for"),
        (2, "against"),
    ]


def test_support_is_given_once_and_can_be_taken_back(movers, moved, argue, support):
    members, told = movers[1], moved()
    argue(told, members[3], **FOR)
    support(told, 1, members[0], members[1])
    assert [one.supporters for one in motions.reasons_of(told())] == [2]
    support(told, 1, members[1])
    assert [one.supporters for one in motions.reasons_of(told())] == [1]


def test_a_reply_answers_a_reason_and_no_other_reply(movers, moved, argue, make, deed, now):
    organisation, members, _ = movers
    told = moved()
    argue(told, members[3], **FOR)
    more = {"point": "It was dearer last year.", "source": ""}
    made = deed(motions.reply, told(), organisation, make.actor(members[4]), now, to=1, **more)
    assert [one.id for one in motions.reasons_of(told())[0].replies] == [made.id]
    with pytest.raises(Missing):
        deed(motions.reply, told(), organisation, make.actor(members[4]), now, to=made.number, **more)
    other = moved()
    with pytest.raises(Missing):
        deed(motions.reply, other(), organisation, make.actor(members[4]), now, to=1, **more)


@pytest.mark.parametrize(("early", "frozen"), [(1, False), (0, True), (-1, True)])
def test_reasons_and_support_stand_from_the_opening_on(
    movers, moved, argue, support, deed, now, early, frozen
):
    """Also at the very second of an announced opening, before the program has opened it."""
    organisation, members, officer = movers
    told, when = moved(), now + DEBATED
    argue(told, members[3], **FOR)
    ballot = deed(motions.put, told(when), organisation, officer, when)
    opens_at = when + timedelta(days=1)
    deed(ballots.announce, ballot, organisation, officer, when, opens_at=opens_at)
    then = opens_at - early * timedelta(seconds=1)
    if frozen:
        with pytest.raises(Refusal, match="The reasons stand since the vote opened"):
            argue(told, members[4], when=then, **AGAINST)
        with pytest.raises(Refusal, match="The reasons stand"):
            support(told, 1, members[4], when=then)
    else:
        argue(told, members[4], when=then, **AGAINST)
        support(told, 1, members[4], when=then)
    assert (motions.frozen_at(told(then), then) is not None) is frozen


def test_they_stand_when_the_officer_opens_the_vote_by_hand(movers, moved, argue, deed, now):
    organisation, members, officer = movers
    told, when = moved(), now + DEBATED
    ballot = deed(motions.put, told(when), organisation, officer, when)
    argue(told, members[3], when=when, **FOR)
    deed(ballots.open_ballot, ballot, organisation, officer, when)
    with pytest.raises(Refusal, match="The reasons stand"):
        argue(told, members[4], when=when, **AGAINST)


def test_the_paper_shows_as_many_for_as_against_the_most_supported(movers, moved, argue, support, now):
    members, told = movers[1], moved()
    for n in range(3):
        argue(told, members[n], **{**FOR, "point": f"For {n}"})
    argue(told, members[3], **AGAINST)
    support(told, 3, members[0])
    votes_for, against = motions.on_the_paper(told())
    assert [one.row.point for one in votes_for] == ["For 2"]
    assert [one.row.point for one in against] == ["The roof leaks."]


def test_the_export_holds_reasons_sources_replies_and_support_but_no_name(
    movers, moved, argue, support, make, deed, now
):
    organisation, members, _ = movers
    told = moved()
    argue(told, members[3], **FOR)
    support(told, 1, members[0], members[1])
    more = {"point": "It was dearer.", "source": "The mill's own books"}
    deed(motions.reply, told(), organisation, make.actor(members[4]), now, to=1, **more)
    data = motions.reasons_as_data(told(), now)
    assert data["motion"] == {
        "number": 1,
        "title": "Buy a mill",
        "text": "The co-op buys the mill.",
        "version": 1,
    }
    assert data["reasons"] == [{"number": 1, **FOR, "supporters": 2, "replies": [{"number": 2, **more}]}]
    assert not any(one.name in str(data) for one in members)


def test_no_reasons_are_given_on_a_motion_that_has_ended(movers, moved, argue, make, deed, now):
    organisation, members, _ = movers
    told = moved("submitted")
    argue(told, members[3], **FOR)
    deed(motions.withdraw, told(), organisation, make.actor(members[0]), now)
    with pytest.raises(Refusal, match="not debated"):
        argue(told, members[4], **AGAINST)

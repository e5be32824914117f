"""Whoever can't vote here asks a teller for a paper, until they vote in either way."""

import pytest

from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.services import tellers


def test_a_voter_asks_for_a_paper_takes_it_back_and_can_vote_here_meanwhile(telling):
    telling.do(tellers.ask_for_paper, 5, way="hand")
    assert [(one.number, one.way, one.state) for one in tellers.requests_of(telling.ballot)] == [
        (5, "hand", "waits")
    ]
    telling.do(tellers.note_sent, 2, number=5)
    assert tellers.requests_of(telling.ballot)[0].state == "sent"
    telling.cast(5)
    assert tellers.requests_of(telling.ballot)[0].state == "online"
    telling.do(tellers.take_back, 5)
    telling.do(tellers.take_back, 5)
    assert tellers.requests_of(telling.ballot) == []


def test_a_paper_comes_by_post_only_to_who_has_an_address(telling, make):
    with pytest.raises(Refusal, match=r"We have no postal address of you."):
        telling.do(tellers.ask_for_paper, 5, way="post")
    with pytest.raises(Refusal, match=r"Choose how you want to get the paper."):
        telling.do(tellers.ask_for_paper, 5, way="pigeon")
    far = make.member(telling.organisation, "Far", postal_address="1 Moor End")
    assert tellers.why_no_paper(telling.ballot, make.actor(far), telling.at) != ""


def test_the_tellers_see_the_address_of_who_wants_post_and_of_nobody_else(telling):
    for number in (5, 6):
        with_address(telling, number)
    telling.do(tellers.ask_for_paper, 5, way="post")
    telling.do(tellers.ask_for_paper, 6, way="hand")
    assert [one.address for one in tellers.requests_of(telling.ballot)] == ["5 Moor End", ""]


def with_address(house, number):
    def move():
        member = db.session.get(type(house.members[0]), house.members[number - 1].id)
        member.postal_address = f"{number} Moor End"

    house.deed(move)


def test_no_paper_is_given_to_who_has_voted_is_struck_or_cannot_vote(motion_house, now):
    house = motion_house()
    house.cast(4)
    house.strike(5)
    house.enter(6)
    for number, says in (
        (4, "You have voted here already."),
        (5, "Your paper vote was handed in"),
        (6, "handed in"),
    ):
        with pytest.raises(Refusal, match=says):
            house.do(tellers.ask_for_paper, number, way="hand")
    with pytest.raises(Refusal, match="while voting is open"):
        house.do(tellers.ask_for_paper, 7, way="hand", at=house.ballot.closes_at)


def test_without_tellers_there_is_nobody_to_ask(motion_house):
    house = motion_house(appointed=False)
    with pytest.raises(Refusal, match=r"This ballot has no tellers."):
        house.do(tellers.ask_for_paper, 5, way="hand")


def test_only_tellers_note_that_a_paper_was_given(telling):
    telling.do(tellers.ask_for_paper, 5, way="hand")
    with pytest.raises(Forbidden):
        telling.do(tellers.note_sent, 1, number=5)
    with pytest.raises(Missing):
        telling.do(tellers.note_sent, 2, number=6)

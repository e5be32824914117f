"""A roll-call: called out by name, recorded by one teller, read back and confirmed by another; the members' own votes."""

import json

import pytest

from coop.errors import Forbidden, Refusal
from coop.rules.verification import read, verify
from coop.services import ballots, records, tellers
from tests.teller_house import PRIVATE, last


def own(house):
    return tellers.own_roll_call(house.ballot, tellers.teller_of(house.ballot, house.actor(2)))


def test_what_is_called_out_becomes_the_members_own_votes_once_confirmed(telling):
    telling.call(4, "for")
    telling.call(5, "against")
    telling.call(6, "absent")
    assert ballots.turnout(telling.ballot) == (0, 9)
    telling.confirm(own(telling).number)
    assert ballots.turnout(telling.ballot) == (2, 9)
    assert (telling.place(4).choice, telling.place(4).given) == ("for", "roll-call")
    telling.cast(6)
    telling.seal()
    assert ballots.who_voted_how(telling.ballot) == [
        ballots.VoteLine("Member 4", 4, "for", "roll-call", 1),
        ballots.VoteLine("Member 5", 5, "against", "roll-call", 1),
        ballots.VoteLine("Member 6", 6, "for", "online", 1),
    ]
    assert ballots.ways_of(telling.ballot).counts == {"online": 1, "roll-call": 2}


def test_a_vote_called_out_verifies_like_any_open_vote(telling, deed):
    telling.call(4, "for")
    telling.confirm(own(telling).number)
    telling.seal()
    deed(records.chain_events, telling.organisation.id)
    given = ballots.bundle(telling.ballot, telling.organisation, telling.actor(1), last(telling.ballot))
    assert [vote["choice"] for vote in given["votes"]] == ["for"]
    head = ballots.head_of_bundle(telling.ballot)
    assert all(check.ok for check in verify(read(json.dumps(given).encode()), head))


def test_a_member_can_change_a_vote_that_was_called_out(telling):
    telling.call(4, "for")
    telling.confirm(own(telling).number)
    telling.cast(4, "against")
    assert (telling.place(4).choice, telling.place(4).given) == ("against", "online")


def test_until_it_is_confirmed_the_browser_is_shut_to_who_was_called_and_open_to_the_absent(telling):
    telling.call(4, "for")
    telling.call(5, "absent")
    with pytest.raises(Refusal, match="was called out on 21 November 2026, and a second teller has yet"):
        telling.cast(4)
    telling.cast(5)


def test_a_name_called_again_replaces_what_was_recorded(telling):
    telling.call(4, "for")
    telling.call(4, "against")
    telling.call(5, "absent")
    telling.call(5, "for")
    telling.call(6, "for")
    telling.call(6, "absent")
    assert own(telling).entered == {"spoken": {"4": "against", "5": "for"}, "absent": [6]}
    assert [voter.number for voter in tellers.voters_of(own(telling))] == [4, 5]
    telling.cast(6)


def test_the_next_is_called_by_name_and_who_voted_or_was_called_is_passed_over(telling):
    telling.cast(2)
    telling.call(3, "for")
    telling.call(4, "absent")
    telling.strike(5)
    voter, left = tellers.next_to_call(telling.ballot, {4})
    assert ((voter.number, voter.name), left) == ((6, "Member 6"), 5)
    assert tellers.next_to_call(telling.ballot, {1, 4, 6, 7, 8, 9}) == (None, 0)


def test_who_has_voted_in_the_browser_keeps_that_vote(telling):
    telling.cast(4, "against")
    with pytest.raises(Refusal, match="Member 4 has voted here already"):
        telling.call(4, "for")


def test_nobody_confirms_alone_what_they_recorded_nor_what_changed_since(telling):
    telling.call(4, "for")
    number = own(telling).number
    with pytest.raises(Refusal, match=r"You entered this yourself."):
        telling.confirm(number, by=2)
    seen = tellers.edition_of(own(telling))
    telling.call(4, "against")
    with pytest.raises(Refusal, match="changed a moment ago"):
        telling.confirm(number, edition=seen)
    with pytest.raises(Forbidden):
        telling.confirm(number, by=4)


def test_a_roll_call_of_absent_members_alone_is_not_confirmed(telling):
    telling.call(4, "absent")
    with pytest.raises(Refusal, match=r"Nobody gave a vote in this roll-call."):
        telling.confirm(own(telling).number)


def test_what_is_no_answer_or_nobodys_number_is_refused(telling):
    for says in ("perhaps", "", "FOR"):
        with pytest.raises(Refusal, match="Choose first"):
            telling.call(4, says)
    with pytest.raises(Refusal, match="No member 99"):
        telling.call(99, "for")
    assert own(telling) is None


def test_a_private_motion_has_no_roll_call(motion_house):
    with pytest.raises(Refusal, match="Only on a motion with open voting"):
        motion_house(PRIVATE).call(4, "for")


def test_an_election_has_no_roll_call(election_house):
    with pytest.raises(Refusal, match="Only on a motion with open voting"):
        election_house().call(4, "for")


def test_a_roll_call_that_nobody_confirmed_does_not_count(telling):
    telling.call(4, "for")
    assert telling.seal().result["voted"] == 0

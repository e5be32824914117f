"""The photo of a candidate is theirs: kept while they stand, gone when they step back, are erased, or are counted."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.members import Membership
from coop.models.nominations import CandidatePhoto
from coop.services import ballots, members, nominations
from tests.ballot_house import after
from tests.nomination_house import OVER


@pytest.fixture
def candidate(coop, call, stands, make, deed, now):
    """Member 2 stands with a photo, against member 3 and 4."""
    organisation, people, _officer = coop
    stands(*people[1:4])
    actor = make.actor(people[1])
    deed(nominations.keep_photo, call, organisation, actor, now, jpeg=b"a face")
    return actor


def photos():
    return db.session.scalar(select(func.count()).select_from(CandidatePhoto))


def test_a_photo_is_seen_in_the_call_and_on_the_ballot_drawn_up_from_it(coop, call, candidate, deed, now):
    organisation, people, officer = coop
    assert nominations.photo_bytes(call, 2).jpeg == b"a face"
    ballot = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    [(membership_id, photo)] = nominations.photos_on(ballot).items()
    assert (membership_id, photo.call, photo.member) == (people[1].id, call.number, 2)


def test_another_photo_takes_the_place_of_the_first_and_has_another_address(coop, call, candidate, deed, now):
    first = nominations.photos_in(call)
    deed(nominations.keep_photo, call, coop[0], candidate, now, jpeg=b"another face")
    assert photos() == 1
    assert nominations.photo_bytes(call, 2).jpeg == b"another face"
    assert nominations.photos_in(call) != first


def test_only_who_stands_has_a_photo_and_each_their_own(coop, call, candidate, make, deed, now):
    organisation, people, officer = coop
    deed(nominations.nominate, call, organisation, officer, now, number=5)
    for other in (make.actor(people[4]), officer):
        with pytest.raises(Missing):
            deed(nominations.keep_photo, call, organisation, other, now, jpeg=b"a face")
    with pytest.raises(Missing):
        nominations.photo_bytes(call, 3)


def test_whoever_withdraws_takes_the_photo_along(coop, call, candidate, deed, now):
    deed(nominations.decline, call, coop[0], candidate, now)
    assert photos() == 0


def test_a_refusal_takes_the_photo_along(coop, call, candidate, deed, now):
    organisation, _people, officer = coop
    nomination = nominations.nomination_of(call, 2)
    deed(nominations.refuse, nomination, organisation, officer, now, reason="Article 9.")
    assert photos() == 0


def test_an_erasure_takes_the_photo_along_also_once_the_ballot_is_drawn_up(
    coop, call, candidate, make, deed, now
):
    organisation, people, officer = coop
    deed(nominations.draw_up, call, organisation, officer, now + OVER)
    later, member = now + OVER, db.session.get(Membership, people[1].id)
    deed(members.ask_for_erasure, member, candidate, later)
    make.event(member, "resigned", later.date())
    secretary = make.actor(make.officer(organisation, "secretary"))
    deed(members.erase, member, secretary, later + timedelta(days=1))
    assert photos() == 0


def test_a_candidate_removes_the_photo_at_any_time_but_changes_none_on_a_paper(
    coop, call, candidate, deed, now
):
    organisation, _people, officer = coop
    deed(nominations.draw_up, call, organisation, officer, now + OVER)
    with pytest.raises(Refusal, match="The time to accept or withdraw is over"):
        deed(nominations.keep_photo, call, organisation, candidate, now + OVER, jpeg=b"another face")
    deed(nominations.remove_photo, call, organisation, candidate, now + OVER)
    deed(nominations.remove_photo, call, organisation, candidate, now + OVER)
    assert photos() == 0


def test_photos_are_forgotten_once_the_votes_are_counted_and_not_before(coop, call, candidate, deed, now):
    organisation, _people, officer = coop
    ballot = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    deed(ballots.open_ballot, ballot, organisation, officer, now + OVER)
    assert (deed(nominations.forget_photos), photos()) == (0, 1)
    deed(ballots.seal, ballot.id, after(ballot))
    assert (deed(nominations.forget_photos), photos()) == (1, 0)


def test_photos_are_forgotten_when_the_call_is_off(coop, call, candidate, deed, now):
    organisation, _people, officer = coop
    deed(nominations.call_off, call, organisation, officer, now, reason="Called twice.")
    assert (deed(nominations.forget_photos), photos()) == (1, 0)


def test_the_photos_of_a_draft_declared_void_stay_for_the_next(coop, call, candidate, deed, now):
    organisation, _people, officer = coop
    ballot = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    deed(ballots.void, ballot, organisation, officer, "A typing error.", now + OVER)
    assert (deed(nominations.forget_photos), photos()) == (0, 1)
    again = deed(nominations.draw_up, call, organisation, officer, now + OVER)
    assert len(nominations.photos_on(again)) == 1

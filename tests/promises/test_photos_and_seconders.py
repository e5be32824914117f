"""A seconding stands and is nobody's own; a photo is of who stands, and goes with the candidacy and the particulars."""

import pytest

from tests.promises.rows import NOW


@pytest.fixture
def candidate(rows):
    """(call, nomination, nominee, a draft for the office) of a candidate who stands."""
    organisation = rows.add("organisations")
    office = rows.add("offices", organisation_id=organisation)
    call = rows.add("nomination_calls", organisation_id=organisation, office_id=office)
    member = rows.add("memberships", organisation_id=organisation)
    nomination = rows.add("nominations", call_id=call, membership_id=member, state="accepted")
    ballot, _ = rows.ballot(opened=False, organisation_id=organisation, office_id=office)
    return call, nomination, member, ballot


@pytest.fixture
def second(rows):
    def build(nomination):
        member = rows.add("memberships")
        rows.add("secondings", nomination_id=nomination, membership_id=member)
        return member

    return build


SECOND = "INSERT INTO secondings (nomination_id, membership_id, seconded_at) VALUES (:nomination, :who, :now)"
PHOTO = "INSERT INTO candidate_photos (nomination_id, jpeg, sha256, kept_at) VALUES (:nomination, :jpeg, 'x', :now)"


def photos(rows):
    return rows.one("SELECT COUNT(*) FROM candidate_photos")


def test_a_member_seconds_a_nomination_once(rows, refused, candidate, second):
    refused(SECOND, nomination=candidate[1], who=second(candidate[1]), now=str(NOW))


def test_nobody_seconds_their_own_nomination_or_one_they_made(rows, refused, candidate):
    _, nomination, nominee, _ = candidate
    proposer = rows.one("SELECT proposer_id FROM nominations WHERE id = :id", id=nomination)
    for who in (nominee, proposer):
        refused(SECOND, nomination=nomination, who=who, now=str(NOW))


def test_a_seconding_is_neither_changed_nor_taken_back(rows, refused, candidate, second):
    second(candidate[1])
    refused("DELETE FROM secondings")
    refused("UPDATE secondings SET seconded_at = :now", now="2020-01-01 00:00:00")


def test_nothing_is_added_once_the_ballot_is_drawn_up(rows, refused, candidate, second):
    call, nomination, _, ballot = candidate
    second(nomination)
    rows.run("UPDATE nomination_calls SET ballot_id = :ballot WHERE id = :id", ballot=ballot, id=call)
    refused(SECOND, nomination=nomination, who=rows.add("memberships"), now=str(NOW))
    refused(PHOTO, nomination=nomination, jpeg=b"x", now=str(NOW))


def test_a_photo_on_a_paper_is_not_exchanged_but_can_go(rows, refused, candidate):
    call, nomination, _, ballot = candidate
    rows.add("candidate_photos", nomination_id=nomination)
    rows.run("UPDATE nomination_calls SET ballot_id = :ballot WHERE id = :id", ballot=ballot, id=call)
    refused("UPDATE candidate_photos SET jpeg = :jpeg", jpeg=b"another")
    rows.run("DELETE FROM candidate_photos")
    assert photos(rows) == 0


def test_only_who_stands_has_a_photo(rows, refused, candidate):
    named = rows.add("nominations", call_id=candidate[0], state="named")
    refused(PHOTO, nomination=named, jpeg=b"x", now=str(NOW))


@pytest.mark.parametrize("state", ["withdrawn", "declined"])
def test_whoever_steps_back_takes_the_photo_along(rows, candidate, state):
    rows.add("candidate_photos", nomination_id=candidate[1])
    rows.run("UPDATE nominations SET state = :state WHERE id = :id", state=state, id=candidate[1])
    assert photos(rows) == 0


def test_an_erasure_takes_the_photo_along_at_any_time(rows, candidate):
    call, nomination, member, ballot = candidate
    rows.add("candidate_photos", nomination_id=nomination)
    rows.run("UPDATE nomination_calls SET ballot_id = :ballot WHERE id = :id", ballot=ballot, id=call)
    rows.run("UPDATE memberships SET erased_at = :now WHERE id = :id", now=str(NOW), id=member)
    assert photos(rows) == 0

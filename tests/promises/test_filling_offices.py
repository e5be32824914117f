"""What the tables refuse of hand-overs, offers of seats, chairs of meetings and emergency appointments."""

import pytest

from tests.promises.rows import LATER, NOW


@pytest.fixture
def handover(rows):
    """A hand-over with one thing on its list."""
    organisation = rows.add("organisations")
    made = rows.add(
        "handovers",
        organisation_id=organisation,
        given_at=None,
        taken_at=None,
        closed_at=None,
        proof=None,
        alone_because="",
    )
    rows.add("handover_items", handover_id=made, position=1, what="Keys", received=False)
    return made


GIVE = "UPDATE handovers SET given_at = :at WHERE id = :id"
TAKE = "UPDATE handovers SET taken_at = :at WHERE id = :id"
CLOSE = "UPDATE handovers SET closed_at = :at, proof = '{}' WHERE id = :id"
ITEM = (
    "INSERT INTO handover_items (handover_id, position, what, note, received) VALUES (:id, 2, 'Van', '', :no)"
)


def test_a_hand_over_is_closed_with_both_signatures_or_a_reason(rows, refused, handover):
    told = {"at": str(NOW), "id": handover}
    refused(CLOSE, **told)
    rows.run(GIVE, **told)
    refused(CLOSE, **told)
    rows.run(TAKE, **told)
    rows.run(CLOSE, **told)


def test_the_incoming_closes_alone_only_with_a_reason(rows, refused, handover):
    told = {"at": str(NOW), "id": handover}
    rows.run(TAKE, **told)
    refused(CLOSE, **told)
    rows.run("UPDATE handovers SET alone_because = 'gone' WHERE id = :id", id=handover)
    rows.run(CLOSE, **told)


def test_signatures_and_what_was_signed_off_stand(rows, refused, handover):
    told = {"at": str(NOW), "id": handover}
    rows.run(GIVE, **told)
    assert "a signature stands" in refused(GIVE, at=str(LATER), id=handover)
    rows.run(TAKE, **told)
    assert "a signature stands" in refused("UPDATE handovers SET taken_at = NULL WHERE id = :id", id=handover)
    rows.run(ITEM, id=handover, no=False)
    rows.run(CLOSE, **told)
    assert "stands" in refused("UPDATE handovers SET closed_at = NULL, proof = NULL")
    assert "signed off" in refused("UPDATE handover_items SET note = 'x'")
    assert "signed off" in refused(ITEM.replace("2,", "3,"), id=handover, no=False)
    assert "never deleted" in refused("DELETE FROM handover_items")
    assert "never deleted" in refused("DELETE FROM handovers")


def test_what_was_offered_and_answered_stands(rows, refused):
    organisation = rows.add("organisations")
    office = rows.add("offices", organisation_id=organisation)
    offer = rows.add(
        "seat_offers",
        organisation_id=organisation,
        office_id=office,
        kind="co-option",
        left_term_id=None,
        election_id=None,
        answered_at=None,
        accepted=None,
    )
    refused("UPDATE seat_offers SET answered_at = :at WHERE id = :id", at=str(NOW), id=offer)
    rows.run(
        "UPDATE seat_offers SET answered_at = :at, accepted = :no WHERE id = :id",
        at=str(NOW),
        no=False,
        id=offer,
    )
    assert "an answer stands" in refused("UPDATE seat_offers SET accepted = :yes", yes=True)
    assert "offered stands" in refused("UPDATE seat_offers SET reasoning = 'Because.'")
    assert "never deleted" in refused("DELETE FROM seat_offers")


def test_one_offer_of_an_office_waits_at_a_time(rows):
    organisation = rows.add("organisations")
    office = rows.add("offices", organisation_id=organisation)
    waiting = {"organisation_id": organisation, "office_id": office, "kind": "co-option", "left_term_id": None, "election_id": None, "answered_at": None, "accepted": None}  # fmt: skip
    rows.add("seat_offers", **waiting)
    with pytest.raises(Exception, match=r"(?i)unique"):
        rows.add("seat_offers", **waiting)


def test_who_was_proposed_to_chair_and_what_the_operator_did_stand(rows, refused):
    organisation = rows.add("organisations")
    ballots = [
        rows.add("ballots", organisation_id=organisation, kind="motion", secrecy="private") for _ in range(2)
    ]
    rows.add("meeting_chairs", ballot_id=ballots[0])
    other = rows.add("memberships", organisation_id=organisation)
    assert "never changed" in refused("UPDATE meeting_chairs SET membership_id = :who", who=other)
    assert "never deleted" in refused("DELETE FROM meeting_chairs")
    rows.add("emergency_appointments", ballot_id=None)
    rows.run("UPDATE emergency_appointments SET ballot_id = :one", one=ballots[0])
    assert "one vote" in refused("UPDATE emergency_appointments SET ballot_id = :other", other=ballots[1])
    assert "never deleted" in refused("DELETE FROM emergency_appointments")

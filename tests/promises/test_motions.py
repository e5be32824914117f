"""A motion's steps follow one another and stand; so do its seconders, its words, and its reasons once voting began."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.promises.rows import LATER, NOW

KINDS = (
    "submitted",
    "seconded",
    "admitted",
    "ruled_out",
    "appealed",
    "appeal_put",
    "put",
    "withdrawn",
    "referred",
)
NEXT = {
    "": {"submitted", "withdrawn"},
    "submitted": {"seconded", "withdrawn"},
    "seconded": {"admitted", "ruled_out", "withdrawn", "referred"},
    "admitted": {"put", "withdrawn", "referred"},
    "ruled_out": {"appealed", "withdrawn"},
    "appealed": {"appeal_put", "withdrawn"},
    "put": set(),
    "appeal_put": set(),
    "withdrawn": set(),
    "referred": set(),
}
WAY = {
    "": (),
    "submitted": ("submitted",),
    "seconded": ("submitted", "seconded"),
    "admitted": ("submitted", "seconded", "admitted"),
    "put": ("submitted", "seconded", "admitted", "put"),
    "ruled_out": ("submitted", "seconded", "ruled_out"),
    "appealed": ("submitted", "seconded", "ruled_out", "appealed"),
    "appeal_put": ("submitted", "seconded", "ruled_out", "appealed", "appeal_put"),
    "withdrawn": ("submitted", "withdrawn"),
    "referred": ("submitted", "seconded", "referred"),
}


class Life:
    def __init__(self, rows, seconders=0):
        self.rows, self.mover = rows, rows.add("memberships")
        self.motion = rows.add("motions", proposer_id=self.mover, text="We buy it.")
        self.ballot, _ = rows.ballot(opened=False, motion_id=self.motion, text="We buy it.")
        rows.add(
            "moved_motions", motion_id=self.motion, seconders=seconders, second_until=LATER, lapses_at=LATER
        )
        rows.add("motion_versions", motion_id=self.motion, number=1, text="We buy it.")
        self.position = 0

    def values(self, kind, **more):
        fitting = {"until": NOW} if kind == "admitted" else {}
        fitting |= {"ballot_id": self.ballot} if kind in ("put", "appeal_put") else {}
        fitting |= {"body_id": self.rows.add("bodies")} if kind == "referred" else {}
        return {
            "motion_id": self.motion,
            "position": self.position + 1,
            "kind": kind,
            "at": NOW,
            "reason": "Because.",
            **fitting,
            **more,
        }

    def take(self, *kinds, **more):
        for kind in kinds:
            self.rows.add("motion_steps", **self.values(kind, **more))
            self.position += 1


@pytest.fixture
def life(rows):
    return Life(rows)


@pytest.fixture
def not_added(rows):
    """The database itself must refuse this row."""

    def attempt(table, **values):
        with pytest.raises(sa.exc.IntegrityError) as caught:
            rows.add(table, **values)
        return str(caught.value.orig)

    return attempt


@pytest.mark.parametrize("last", NEXT)
def test_a_step_follows_only_where_it_may(rows, not_added, last):
    for kind in KINDS:
        life = Life(rows)
        life.take(*WAY[last])
        if kind in NEXT[last]:
            life.take(kind)
        else:
            not_added("motion_steps", **life.values(kind))


def test_steps_are_numbered_without_a_gap_and_stand(rows, refused, not_added, life):
    life.take("submitted")
    for position in (1, 3):
        not_added("motion_steps", **life.values("seconded", position=position))
    refused("UPDATE motion_steps SET reason = 'Other.' WHERE motion_id = :id", id=life.motion)
    refused("DELETE FROM motion_steps WHERE motion_id = :id", id=life.motion)
    refused("DELETE FROM moved_motions WHERE motion_id = :id", id=life.motion)
    refused("UPDATE moved_motions SET seconders = 0 WHERE motion_id = :id", id=life.motion)


@pytest.mark.parametrize("kind", ["ruled_out", "referred"])
def test_a_ruling_has_a_reason(not_added, life, kind):
    life.take("submitted", "seconded")
    not_added("motion_steps", **life.values(kind, reason=""))
    life.take(kind)


@pytest.mark.parametrize(("seconders", "enough"), [(1, False), (2, True), (3, True)])
def test_a_motion_is_seconded_by_as_many_as_its_rule_asks(rows, not_added, seconders, enough):
    life = Life(rows, seconders=2)
    life.take("submitted")
    for _ in range(seconders):
        rows.add("motion_seconders", motion_id=life.motion, seconded_at=NOW)
    if enough:
        life.take("seconded")
    else:
        assert "too few" in not_added("motion_steps", **life.values("seconded"))


@pytest.mark.parametrize(("second", "in_time"), [(-1, True), (0, False), (1, False)])
def test_a_motion_is_seconded_in_time_by_others_and_for_good(rows, refused, not_added, life, second, in_time):
    not_added("motion_seconders", motion_id=life.motion, seconded_at=NOW)
    life.take("submitted")
    when = LATER + timedelta(seconds=second)
    if not in_time:
        not_added("motion_seconders", motion_id=life.motion, seconded_at=when)
        return
    not_added("motion_seconders", motion_id=life.motion, membership_id=life.mover, seconded_at=when)
    rows.add("motion_seconders", motion_id=life.motion, seconded_at=when)
    refused("DELETE FROM motion_seconders WHERE motion_id = :id", id=life.motion)


@pytest.mark.parametrize(("start", "end", "second", "fits"), [
    (NOW, LATER, -1, False), (NOW, LATER, 0, True), (NOW, LATER, 1, True),
    (NOW - timedelta(days=90), NOW, -1, True), (NOW - timedelta(days=90), NOW, 0, False),
    (NOW - timedelta(days=90), NOW, 1, False),
])  # fmt: skip
def test_a_motion_is_put_between_its_debate_and_its_lapse(rows, not_added, start, end, second, fits):
    life = Life(rows)
    if end is NOW:
        life.motion = rows.add("motions", proposer_id=life.mover, text="We buy it.")
        life.ballot, _ = rows.ballot(opened=False, motion_id=life.motion, text="We buy it.")
        rows.add("moved_motions", motion_id=life.motion, seconders=0, second_until=NOW, lapses_at=NOW)
    life.take("submitted", "seconded", at=start)
    life.take("admitted", at=start, until=start)
    when = NOW + timedelta(seconds=second)
    if fits:
        life.take("put", at=when)
    else:
        not_added("motion_steps", **life.values("put", at=when))


def test_a_motion_is_put_by_a_ballot_of_its_own_and_again_only_after_a_void_one(rows, not_added, life):
    life.take("submitted", "seconded", "admitted")
    stranger, _ = rows.ballot(opened=False)
    not_added("motion_steps", **life.values("put", ballot_id=stranger))
    life.take("put")
    first = life.ballot
    life.ballot, _ = rows.ballot(opened=False, motion_id=life.motion, text="We buy it.")
    not_added("motion_steps", **life.values("put"))
    rows.run(
        "UPDATE ballots SET void_at = :now, void_reason = 'a slip' WHERE id = :id", now=str(NOW), id=first
    )
    life.take("put")


@pytest.mark.parametrize(("outcome", "heard"), [("carried", True), ("lost", False), ("inquorate", False)])
def test_a_motion_ruled_out_is_admitted_only_by_an_appeal_that_carried(rows, not_added, life, outcome, heard):
    life.take("submitted", "seconded", "ruled_out", "appealed")
    ballot, _ = rows.ballot(sealed=True)
    life.take("appeal_put", ballot_id=ballot)
    not_added("motion_steps", **life.values("admitted"))
    organisation = rows.one("SELECT organisation_id FROM ballots WHERE id = :id", id=ballot)
    rows.add("decisions", ballot_id=ballot, organisation_id=organisation, outcome=outcome)
    if heard:
        life.take("admitted")
    else:
        not_added("motion_steps", **life.values("admitted"))


def test_the_words_of_a_submitted_motion_stand_and_come_from_no_hand(rows, refused, not_added, life):
    life.take("submitted")
    refused("UPDATE motions SET text = 'We sell it.' WHERE id = :id", id=life.motion)
    refused("UPDATE motions SET title = 'Other' WHERE id = :id", id=life.motion)
    refused("UPDATE motion_versions SET text = 'Other' WHERE motion_id = :id", id=life.motion)
    for number in (1, 2, 3):
        not_added("motion_versions", motion_id=life.motion, number=number, text="We rent it.")


def test_a_vote_opens_on_no_other_words_than_those_put(rows, refused, life):
    life.take("submitted", "seconded", "admitted", "put")
    rows.run("UPDATE ballots SET text = 'We sell it.' WHERE id = :id", id=life.ballot)
    assert "other words" in refused(
        "UPDATE ballots SET rule = '{}', opened_at = :now WHERE id = :id", now=str(NOW), id=life.ballot
    )
    rows.run("UPDATE ballots SET text = 'We buy it.' WHERE id = :id", id=life.ballot)
    rows.open(life.ballot)


def test_reasons_stand_and_are_frozen_with_their_support_once_the_vote_is_open(
    rows, refused, not_added, life
):
    life.take("submitted", "seconded", "admitted", "put")
    reason = rows.add("motion_reasons", motion_id=life.motion, number=1, side="for", source="The books")
    for wrong in ({"source": ""}, {"point": ""}, {"side": "maybe"}, {"number": 1}):
        not_added(
            "motion_reasons", **{"motion_id": life.motion, "number": 2, "side": "for", "source": "s", **wrong}
        )
    reply = {"motion_id": life.motion, "side": "reply"}
    first = rows.add("motion_reasons", **reply, number=2, reply_to_id=reason)
    not_added("motion_reasons", **reply, number=3, reply_to_id=first)
    not_added("motion_reasons", **reply, number=3)
    refused("UPDATE motion_reasons SET point = 'Other' WHERE id = :id", id=reason)
    refused("DELETE FROM motion_reasons WHERE id = :id", id=first)
    supporter, other = rows.add("memberships"), rows.add("memberships")
    rows.add("reason_supports", reason_id=reason, membership_id=supporter)
    not_added("reason_supports", reason_id=reason, membership_id=supporter)
    rows.open(life.ballot)
    not_added("motion_reasons", motion_id=life.motion, number=3, side="against", source="The roof")
    not_added("reason_supports", reason_id=reason, membership_id=other)
    refused("DELETE FROM reason_supports WHERE reason_id = :id", id=reason)

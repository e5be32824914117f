"""An amendment quotes what stands, has one end, and alone makes the next version; a motion waits for their ends."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.promises.rows import LATER, NOW
from tests.promises.test_motions import Life, not_added  # noqa: F401 - a fixture

SECOND = timedelta(seconds=1)


class Amending(Life):
    """A motion "We buy it." whose debate lasts until LATER."""

    def __init__(self, rows):
        super().__init__(rows)
        self.numbers = 0
        self.take("submitted", "seconded")

    def fields(self, **more):
        return {
            "motion_id": self.motion,
            "number": self.numbers + 1,
            "version": 1,
            "kind": "replace",
            "passage": "buy",
            "becomes": "rent",
            "moved_at": NOW,
            **more,
        }

    def amend(self, **more):
        found = self.rows.add("motion_amendments", **self.fields(**more))
        self.numbers += 1
        return found

    def step(self, amendment, kind, position=1, **more):
        return {
            "motion_id": self.motion,
            "amendment_id": amendment,
            "position": position,
            "kind": kind,
            "at": NOW,
            "says": "Because.",
            **more,
        }

    def put(self, amendment, position=1, **ballot):
        vote, _ = self.rows.ballot(**ballot)
        self.rows.add("motion_amendment_steps", **self.step(amendment, "put", position, ballot_id=vote))
        return vote

    def decide(self, vote, outcome):
        self.rows.seal(vote)
        organisation = self.rows.one("SELECT organisation_id FROM ballots WHERE id = :id", id=vote)
        self.rows.add("decisions", ballot_id=vote, organisation_id=organisation, outcome=outcome)

    def make(self, step, text="We rent it.", number=2):
        """The step and the version it makes, in one transaction."""
        with self.rows.connect() as on:
            self.rows.add("motion_amendment_steps", on, **step)
            self.rows.add("motion_versions", on, motion_id=self.motion, number=number, text=text)
            on.commit()


@pytest.fixture
def amending(rows):
    return Amending(rows)


@pytest.mark.parametrize(
    "wrong",
    [
        {"passage": "sell"}, {"passage": " "}, {"passage": ""}, {"becomes": "buy"}, {"becomes": ""},
        {"kind": "delete"}, {"kind": "swap"}, {"number": 2}, {"version": 2}, {"version": 0},
    ],
)  # fmt: skip
def test_an_amendment_quotes_what_stands_once_in_the_latest_version(amending, not_added, wrong):  # noqa: F811
    not_added("motion_amendments", **amending.fields(**wrong))
    amending.amend()


@pytest.mark.parametrize(("second", "fits"), [(-1, True), (0, False), (1, False)])
def test_it_is_moved_while_the_motion_is_seconded_or_debated(amending, not_added, second, fits):  # noqa: F811
    amending.take("admitted", until=NOW + timedelta(days=1))
    when = NOW + timedelta(days=1) + second * SECOND
    if fits:
        amending.amend(moved_at=when)
    else:
        not_added("motion_amendments", **amending.fields(moved_at=when))


def test_not_before_it_is_seconded_and_not_once_it_is_withdrawn(rows, amending, not_added):  # noqa: F811
    amending.take("withdrawn")
    not_added("motion_amendments", **amending.fields())
    early = Life(rows)
    early.take("submitted")
    not_added("motion_amendments", **amending.fields(motion_id=early.motion))


def test_amendments_steps_and_orders_stand(rows, refused, not_added, amending):  # noqa: F811
    one = amending.amend()
    amending.rows.add("motion_amendment_steps", **amending.step(one, "withdrawn"))
    rows.add("motion_amendment_orders", motion_id=amending.motion, position=1)
    for position in (1, 3):
        not_added("motion_amendment_orders", motion_id=amending.motion, position=position)
    for table in ("motion_amendments", "motion_amendment_steps", "motion_amendment_orders"):
        refused(f"DELETE FROM {table} WHERE motion_id = :id", id=amending.motion)
        refused(f"UPDATE {table} SET motion_id = motion_id WHERE motion_id = :id", id=amending.motion)


@pytest.mark.parametrize("end", ["withdrawn", "stale", "fell"])
def test_it_has_one_end(rows, not_added, amending, end):  # noqa: F811
    one = amending.amend()
    for position in (0, 2):
        not_added("motion_amendment_steps", **amending.step(one, end, position))
    rows.add("motion_amendment_steps", **amending.step(one, end))
    for kind in ("withdrawn", "stale", "fell"):
        not_added("motion_amendment_steps", **amending.step(one, kind, 2))


def test_accepted_it_makes_the_next_version_and_nothing_else_does(rows, not_added, amending):  # noqa: F811
    one, accepted = amending.amend(), {"version": 2}
    step = amending.step(one, "accepted", **accepted)
    not_added("motion_amendment_steps", **step)  # without its version
    for text, number in (("We sell it.", 2), ("We rent it.", 3), ("We rent it. ", 2)):
        with pytest.raises(sa.exc.IntegrityError):
            amending.make(step, text, number)
    amending.make(step)
    assert rows.one("SELECT MAX(number) FROM motion_versions WHERE motion_id = :id", id=amending.motion) == 2
    not_added("motion_versions", motion_id=amending.motion, number=3, text="We sell it.")
    assert "does not stand once" in not_added(
        "motion_amendments", **amending.fields(version=2, passage="buy")
    )


@pytest.mark.parametrize(
    ("outcome", "kind"), [("carried", "carried"), ("lost", "lost"), ("inquorate", "lost")]
)
def test_the_vote_on_it_decides_and_only_once_it_is_counted(rows, not_added, amending, outcome, kind):  # noqa: F811
    amending.take("admitted", until=LATER)
    one = amending.amend()
    vote = amending.put(one)
    made = {"ballot_id": vote, "version": 2 if kind == "carried" else None}
    step = amending.step(one, kind, 2, **made)
    not_added("motion_amendment_steps", **step)
    not_added("motion_amendment_steps", **amending.step(one, "accepted", 2, version=2))
    not_added("motion_amendment_steps", **amending.step(one, "withdrawn", 2))
    amending.decide(vote, outcome)
    other = {"carried": "lost", "lost": "carried"}[kind]
    with pytest.raises(sa.exc.IntegrityError):
        amending.make(amending.step(one, other, 2, ballot_id=vote, version=None if other == "lost" else 2))
    if kind == "carried":
        amending.make(step)
    else:
        rows.add("motion_amendment_steps", **step)


def test_one_is_voted_on_at_a_time_while_the_motion_is_debated(rows, refused, not_added, amending):  # noqa: F811
    one, two = amending.amend(), amending.amend(passage="it", becomes="them")
    vote, _ = rows.ballot()
    not_added("motion_amendment_steps", **amending.step(one, "put", ballot_id=vote))
    amending.take("admitted", until=LATER)
    first = amending.put(one)
    not_added("motion_amendment_steps", **amending.step(two, "put", ballot_id=vote))
    with pytest.raises(sa.exc.IntegrityError, match="being voted on"):
        amending.make(amending.step(two, "accepted", version=2), "We buy them.")
    rows.run("UPDATE ballots SET void_at = :now, void_reason = 'x' WHERE id = :id", now=str(NOW), id=first)
    amending.make(amending.step(two, "accepted", version=2), "We buy them.")
    amending.put(one, 2)


def test_the_motion_is_put_once_every_amendment_has_its_end(rows, not_added, amending):  # noqa: F811
    amending.take("admitted", until=NOW)
    one, two = (amending.amend(moved_at=NOW - SECOND) for _ in range(2))
    rows.add("motion_amendment_steps", **amending.step(one, "withdrawn"))
    assert "wait for their end" in not_added("motion_steps", **amending.values("put"))
    rows.add("motion_amendment_steps", **amending.step(two, "fell"))
    amending.take("put")


def test_only_a_stale_one_is_moved_again_by_its_mover_once(rows, not_added, amending):  # noqa: F811
    amending.take("admitted", until=NOW)
    one = amending.amend(moved_at=NOW - SECOND, proposer_id=amending.mover)
    again = {"again_of_id": one, "passage": "it"}
    not_added("motion_amendments", **amending.fields(**again, proposer_id=amending.mover))
    rows.add("motion_amendment_steps", **amending.step(one, "stale"))
    not_added("motion_amendments", **amending.fields(**again))
    amending.amend(**again, proposer_id=amending.mover)
    not_added("motion_amendments", **amending.fields(**again, proposer_id=amending.mover))

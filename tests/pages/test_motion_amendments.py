"""Amendments in the browser's hands: written, seen before they are moved, accepted, ordered, put, moved again."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.pages.test_motions import MOTION, as_, drafted, people, seconded  # noqa: F401 - fixtures

NEW = MOTION + "/amendments/new"
CLOSED = timedelta(days=4, hours=1)


@pytest.fixture
def debated(seconded, client, as_):  # noqa: F811
    as_("Carl").visit(MOTION)
    client.press("Admit")
    return client


def amend(client, does, passage, words="", why=""):
    client.visit(MOTION)
    client.follow("Move an amendment")
    client.choose("What it does", does)
    client.fill("The words as they stand", passage)
    client.fill("The new words", words)
    client.fill("Why?", why)
    return client.press("See what it makes of the motion")


def test_an_amendment_is_seen_before_it_is_moved_and_nothing_typed_is_lost(debated, client, as_):  # noqa: F811
    as_("Ben").visit(NEW)
    assert len(client.press("See what it makes of the motion", status=422).errors) == 2
    client.choose("What it does", "Inserts words after others")
    client.fill("The words as they stand", "a mill")
    client.fill("The new words", "and mends its roof")
    page = client.press("See what it makes of the motion", status=409)
    assert page.errors == ["These words do not stand in the motion. Copy them exactly as they are there."]
    assert page.value("The new words") == "and mends its roof"
    client.fill("The words as they stand", "the  mill")
    page = client.press("See what it makes of the motion")
    assert "The co-op buys the mill<ins> and mends its roof</ins>." in page.html
    page = client.press("Change it")
    assert page.value("The new words") == "and mends its roof"
    client.press("See what it makes of the motion")
    assert "Your amendment is moved." in client.press("Move this amendment")
    assert "Move this amendment" not in as_("Ada").visit(MOTION)
    page = client.press("Accept it amendment 1")
    assert "Version 2 of the motion stands now." in page
    assert "Version 2 of the words" in page
    assert "accepted by the mover" in page
    data = client.visit(MOTION + "/reasons.json").json
    assert data["motion"]["text"] == "The co-op buys the mill and mends its roof."
    assert [one["stage"] for one in data["amendments"]] == ["accepted"]


def test_a_stale_amendment_is_moved_again_in_one_press(debated, client, as_):  # noqa: F811
    for name, words in (("Ben", "the old mill"), ("Cem", "a mill")):
        as_(name)
        amend(client, "Replaces words by others", "the mill", words)
        client.press("Move this amendment")
    as_("Ada").visit(MOTION)
    page = client.press("Accept it amendment 1")
    assert "these words do not stand once" in page
    as_("Cem").visit(MOTION)
    page = client.follow("Move it again amendment 2")
    assert "It takes the place of amendment 2" in page
    page = client.press("Move this amendment")
    assert "It was moved again." in page


def test_amendments_are_put_in_the_officers_order_before_the_motion_is(debated, client, as_):  # noqa: F811
    for name, words in (("Ben", "the old mill"), ("Cem", "two mills")):
        as_(name)
        amend(client, "Replaces words by others", "the mill", words)
        client.press("Move this amendment")
    with time_machine.travel(datetime.now(UTC) + CLOSED):
        page = as_("Carl").visit(MOTION)
        assert "in the order they were moved (1, 2)" in page
        client.follow("Order the amendments")
        client.fill("Place of amendment 1", "2")
        page = client.press("Put them in this order", status=409)
        assert page.errors == ["Give each amendment that waits a place of its own."]
        client.fill("Place of amendment 2", "1")
        page = client.press("Put them in this order")
        assert "in the order that Carl gave them, the farthest-reaching first (2, 1)" in page
        as_("Rita").visit(MOTION)
        page = client.press("Put amendment 2 to the vote")
        assert "The co-op buys two mills." in page
        assert "/pioneers/ballots/1/edit" not in page.links.values()
        client.press("Open the vote now")
        page = as_("Ben").visit("/pioneers/ballots/1")
        assert "The amendment with the differences marked" in page
        assert "put to the vote" in client.follow(
            "The amendment with the differences marked, and the motion it changes"
        )

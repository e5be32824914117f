"""Share: a work registered, found, explained; a grant recorded, and a colliding one refused."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_work_is_registered_found_and_granted_and_a_colliding_grant_refused(walking, screen, tmp_path):
    loaf = tmp_path / "loaf.txt"
    loaf.write_text("Flour, water, salt.\n", encoding="utf-8")
    with walking("author", **screen) as author, walking("librarian", **screen) as librarian:
        author.sign_in("member@pioneers.example")
        author.follow("Library")
        author.follow("Register a work")
        author.press("Register the work")
        author.sees("There is something to put right", "Give the work a title.")
        author.fill("Title", "The Thursday loaf")
        author.pick("Kind", "Text")
        author.tick("Toad Lane Pioneers")
        author.fill("How did the rights get there?", "Given by its author on the day of registration")
        author.page.get_by_label("File", exact=False).and_(
            author.page.locator("input[type=file]")
        ).set_input_files(loaf)
        author.pick("Public licence", "None: all rights reserved")
        author.press("Register the work")
        author.sees("The Thursday loaf", "All rights reserved.", "sha256", "What you may do with it")
        work = author.page.url.removeprefix(author.address)

        author.follow("Library")
        author.page.get_by_role("searchbox").fill("thursday")
        author.press("Search")
        expect(author.page.get_by_role("link", name="The Thursday loaf")).to_be_visible()

        librarian.sign_in("librarian@pioneers.example")
        librarian.go(work)
        grant(librarian, "Orchard Press", "Exclusive: nobody else, not even the holder")
        if "Grant 1 to Orchard Press" not in librarian.page.inner_text("body"):
            # The constitution asks for a decision before an exclusive grant.
            librarian.sees("There is something to put right")
            librarian.tick("Sole: nobody else but the holder")
            decisions = librarian.page.get_by_label("Approved by decision")
            decisions.select_option(index=decisions.locator("option").count() - 1)
            librarian.press("Record the grant")
        librarian.sees("Grant 1 to Orchard Press")
        grant(librarian, "Millstone Books", "Sole: nobody else but the holder")
        librarian.sees("Orchard Press", "There is something to put right")


def grant(librarian, grantee, exclusivity):
    librarian.follow("Record a grant")
    librarian.fill("Who gets it?", grantee)
    librarian.tick("Copy it")
    librarian.tick(exclusivity)
    librarian.fill("First day", "2027-01-01")
    librarian.press("Record the grant")

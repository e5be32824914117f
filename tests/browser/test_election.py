"""An election from the call for nominations to the certificate, on a phone, by everybody who has a part in it."""

import io
import os
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from PIL import Image, ImageDraw
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
OFFICE = "Librarian (General assembly)"


def sign_in(walker, mailbox):
    walker.sign_in(f"{mailbox}@pioneers.example")


def a_face(colour):
    """A picture as a phone sends it: a head before a wall."""
    picture = Image.new("RGB", (1200, 1600), "lightgray")
    drawing = ImageDraw.Draw(picture)
    drawing.ellipse((350, 300, 850, 950), fill=colour)
    drawing.ellipse((150, 1000, 1050, 2200), fill="darkslategray")
    file = io.BytesIO()
    picture.save(file, "JPEG")
    return {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def stand(walker, call, words, verb="Stand as a candidate", photo=None):
    walker.go(call)
    walker.fill("What you say to the voters", words)
    if photo:
        walker.page.get_by_label("Photo").set_input_files([photo])
    walker.press(verb)
    walker.sees("You stand as a candidate.")


def test_an_officer_takes_an_election_from_nominations_to_the_certificate(walking, tmp_path):
    start, phone = datetime.now(UTC), {"width": 375}
    with (
        walking("officer", **phone) as officer,
        walking("ingrid", **phone) as ingrid,
        walking("samira", **phone) as samira,
        walking("amina", **phone) as amina,
        walking("eliza", width=375, scripts=False) as eliza,
    ):
        sign_in(officer, "returning")
        officer.go("/pioneers/nominations/new")
        officer.pick("Office", OFFICE)
        officer.press("Call nominations")
        officer.sees("Nominations for 14 days, then 3 days to accept or withdraw.")
        call = officer.page.url.removeprefix(officer.address)

        sign_in(ingrid, "auditor")
        stand(ingrid, call, "I know every shelf.", photo=a_face("bisque"))
        ingrid.fill("Member number", "7")
        ingrid.press("Nominate")
        ingrid.sees("Member 7 is nominated and gets a mail.")
        sign_in(samira, "branch")
        samira.follow("Home")
        samira.sees("You are nominated: Librarian")
        stand(samira, call, "I read to children on Saturdays.", "Accept and stand", a_face("peru"))
        expect(samira.page.get_by_role("img", name="Samira Haddad").first).to_be_visible()
        samira.look("with a photo")
        sign_in(amina, "member")
        stand(amina, call, "Why not.")
        amina.press("Withdraw")
        amina.sees("You do not stand as a candidate.")

        with time_machine.travel(start + timedelta(days=18)):
            officer.go(call)
            officer.press("Draw up the ballot")
            officer.sees("Check before opening", "Ingrid Solberg, Samira Haddad")
            officer.press("Open the vote now")
            officer.sees("Voting is open, and the voters are told.")
            ballot = officer.page.url.removeprefix(officer.address)

            amina.go(ballot)
            expect(amina.page.get_by_role("img", name="Samira Haddad")).to_be_visible()
            amina.page.locator("[data-rank]").filter(has_text="Samira").click()
            amina.page.locator("[data-rank]").filter(has_text="Ingrid").click()
            amina.press("Cast my vote")
            amina.sees("Your vote is recorded.")
            for walker in (samira, ingrid):
                walker.go(ballot, look=False)
                walker.page.locator("[data-rank]").filter(has_text="Ingrid").click()
                walker.press("Cast my vote")
                walker.sees("Your vote is recorded.")
            sign_in(eliza, "chair")
            eliza.go(ballot)
            expect(eliza.page.get_by_role("img", name="Ingrid Solberg")).to_be_visible()
            eliza.pick("Ingrid Solberg", "1")
            eliza.press("Cast my vote")
            eliza.sees("Your vote is recorded.", "You ranked:")

        with time_machine.travel(start + timedelta(days=60)):
            sign_in(amina, "member")
            amina.go(ballot)
            amina.sees("Elected", "Ingrid Solberg", "How it was counted", "4 voted.")
            sign_in(officer, "returning")
            officer.go(ballot)
            officer.press("Certify the result")
            officer.sees("Certified by member 6")
            with officer.page.expect_download() as fetched:
                officer.page.get_by_role("link", name="Certificate (PDF)").click()
            keep = os.environ.get("COOP_SCREENSHOTS", str(tmp_path))
            fetched.value.save_as(f"{keep}/election-certificate.pdf")
            assert fetched.value.path().read_bytes().startswith(b"%PDF-")

"""Unequal votes on the pages: set in the register, shown on roll, result and certificate."""

import io
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
import time_machine

from tests.ballot_house import RULES
from tests.make import PASSWORD

WEIGHTS = """
5. A founder has [two votes]{provision="member.votes" class="founder" value="2"}.

6. A member organisation has [one more vote for each hundred]{provision="delegate.members_per_vote" value="100"} members.
"""


@pytest.fixture
def people(make):
    coop = make.organisation(text=RULES + WEIGHTS)
    make.officer(coop, "returning_officer", "Rita", email="rita@pioneers.example", password=PASSWORD)
    make.officer(coop, "secretary", "Ines", email="ines@pioneers.example", password=PASSWORD)
    make.member(coop, "Orchard", kind="organisation", email="orchard@pioneers.example", password=PASSWORD)
    return coop


@pytest.fixture
def as_(client, people):
    def sign_in(name):
        client.sign_out()
        client.sign_in(f"{name}@pioneers.example", PASSWORD)
        return client

    client.sign_in("ines@pioneers.example", PASSWORD)
    return sign_in


def weigh(client):
    client.visit("/pioneers/members/2/votes")
    client.choose("Voting class", "founder: 2 votes")
    client.press("Save")
    client.visit("/pioneers/members/3/votes")
    client.fill("Members it has", "240")
    client.fill("Reported on", "2026-01-31")
    return client.press("Save")


def test_the_secretary_sets_class_and_size_and_the_member_reads_it(people, client, as_):
    page = client.visit("/pioneers/members/2")
    assert "1 vote" in page
    client.follow("Set the votes")
    client.choose("Voting class", "founder: 2 votes")
    page = client.press("Save")
    assert "Votes that are open already stay as they are." in page
    assert "Votes with 2, as founder (article 5)." in page
    page = weigh(client)
    assert "Votes with 3: one, and one for each 100 of its 240 members (article 6)." in page
    assert "Votes with 3: one," in as_("orchard").visit("/pioneers/me")


def test_a_report_without_its_day_is_asked_for_again_and_nothing_typed_is_lost(people, client, as_):
    client.visit("/pioneers/members/3/votes")
    client.fill("Members it has", "240")
    page = client.press("Save", status=409)
    assert page.errors == ["Give both: how many members it reported, and on which day."]
    assert page.value("Members it has") == "240"
    client.fill("Members it has", "many")
    page = client.press("Save", status=422)
    assert page.errors == ["Give the number of its members, in digits."]
    assert page.value("Members it has") == "many"


def test_a_person_is_asked_for_no_size(people, client, as_):
    assert "Members it has" not in client.visit("/pioneers/members/1/votes")


def test_roll_result_and_certificate_tell_votes_and_members_apart(people, client, as_):
    weigh(client)
    as_("rita").visit("/pioneers/ballots/new-motion")
    client.fill("Title", "A mill")
    client.fill("What shall be decided", "We buy it.")
    client.choose("Kind of resolution", "Ordinary resolution")
    page = client.press("Draft the motion")
    assert "3 members with 6 votes; 0 may not" in page
    client.press("Open the vote now")
    for name in ("rita", "orchard"):
        as_(name).visit("/pioneers/ballots/1")
        client.choose("Your vote", "For")
        client.press("Cast my vote")
    assert "Votes with 3" in client.visit("/pioneers/ballots/1/roll")
    page = as_("rita").visit("/pioneers/ballots/1/roll")
    assert "3 members may vote, with 6 votes between them; 2 members have voted." in page
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8)):
        as_("rita")
        page = client.visit("/pioneers/ballots/1")
        assert "4 for, 0 against" in page
        assert "4 votes of 2 members were given, of 6 votes that 3 members have." in page
        assert "4 votes of 2 members" in client.visit("/pioneers/decisions/2026/1")
        pdf = pikepdf.open(io.BytesIO(client.get("/pioneers/ballots/1/certificate.pdf").data))
        data = next(iter(pdf.attachments.values())).get_file().read_bytes().decode()
        assert "4 votes of 2 members were given" in data

"""Meetings on the screen: called, answered, attended, minuted, issued and read."""

import io
import json
import re
from datetime import UTC, datetime

import pikepdf
import pytest
import time_machine

from coop.extensions import db
from coop.models.meetings import Meeting
from coop.transaction import writing
from tests.make import RULES
from tests.meeting_house import PROXIES

SECRETARY, MEMBER, CLERK = "miles@pioneers.example", "ana@pioneers.example", "clerk@pioneers.example"
PASSWORD = "toad-lane-1844-demo"


@pytest.fixture
def house(make):
    organisation = make.organisation(text=RULES + PROXIES)
    make.officer(organisation, "secretary", "Miles Holt", email=SECRETARY, password=PASSWORD)
    make.officer(organisation, "chair", "Ada Ashworth")
    make.member(organisation, "Ana Law", email=MEMBER, password=PASSWORD)
    make.members(organisation, 3)
    return organisation


@pytest.fixture
def clock(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


def plan(client, *, day="2026-12-12", time="18:00", agenda="Minutes\nBuy the mill", status=200):
    client.visit("/pioneers/meetings")
    client.follow("Call a meeting")
    client.fill("Title", "Winter meeting")
    client.fill("Day", day)
    client.fill("Time", time)
    client.fill("Place", "31 Toad Lane")
    client.fill("Agenda", agenda)
    return client.press("Plan the meeting", status=status)


def called(client):
    client.sign_in(SECRETARY)
    plan(client)
    return client.press("Send the notice")


def test_before_any_meeting_the_list_says_what_will_stand_there(client, house, clock):
    client.sign_in(MEMBER)
    assert "No meeting was called yet." in client.visit("/pioneers/meetings")
    assert "Call a meeting" not in client.page.links
    assert "No document was issued yet." in client.visit("/pioneers/documents")


def test_a_short_notice_is_refused_with_article_and_day_and_nothing_typed_is_lost(client, house, clock):
    client.sign_in(SECRETARY)
    page = plan(client, day="2026-12-05", status=409)
    [sentence] = page.errors
    assert "Article 2 (version 1) asks for 14 clear days of notice." in sentence
    assert "6 December 2026" in sentence
    assert (page.value("Title"), page.value("Day"), page.value("Time")) == (
        "Winter meeting",
        "2026-12-05",
        "18:00",
    )
    assert page.value("Agenda").split() == ["Minutes", "Buy", "the", "mill"]


def test_an_empty_form_says_what_is_missing_at_each_field(client, house, clock):
    client.sign_in(SECRETARY)
    page = plan(client, day="12/12", time="six", agenda=" ", status=422)
    assert len(page.errors) == 3
    assert page.value("Title") == "Winter meeting"


def test_a_secretary_plans_orders_and_calls_a_meeting(client, house, clock):
    client.sign_in(SECRETARY)
    plan(client)
    client.fill("New item", "Any other business")
    client.press("Add to the agenda")
    client.press("Move up Any other business")
    assert re.search(r"1\. Minutes.*2\. Any other business.*3\. Buy the mill", client.page.text)
    client.press("Remove Any other business")
    client.follow("Change day, time or place")
    client.fill("Place", "The mill")
    client.press("Save the changes")
    page = client.press("Send the notice")
    assert "6 members have notice: 6 by mail, 0 by post." in page
    assert "The mill" in page
    assert "12 December 2026, 18:00 (UTC)" in page
    assert "Article 2 (version 1) asks for 14 clear days of notice." in page
    assert "Add to the agenda" not in page.buttons


def test_a_draft_is_no_members_business(client, house, clock):
    client.sign_in(SECRETARY)
    plan(client)
    client.sign_out()
    client.sign_in(MEMBER)
    client.visit("/pioneers/meetings/1", status=404)
    assert "No meeting was called yet." in client.visit("/pioneers/meetings")


def test_a_member_says_whether_they_come_and_changes_it(client, house, clock):
    called(client)
    client.sign_out()
    client.sign_in(MEMBER)
    client.visit("/pioneers/meetings")
    client.follow("Winter meeting")
    assert "You said that you will come." in client.press("I will come")
    page = client.press("I cannot come")
    assert "You sent apologies" in page
    assert "I cannot come" not in page.buttons


def test_the_list_is_searched_and_filtered(client, house, clock):
    called(client)
    for address in ("?q=winter", "?when=coming", "?body=1&q=toad"):
        assert "Winter meeting" in client.visit(f"/pioneers/meetings{address}")
    for address in ("?q=summer", "?when=past", "?page=x&q=%25"):
        assert "No meeting fits this search." in client.visit(f"/pioneers/meetings{address}")


def test_a_meeting_called_off_says_why(client, house, clock):
    called(client)
    client.follow("Call it off")
    client.press("Call it off", status=422)
    client.fill("Why is it called off?", "The hall burnt down.")
    page = client.press("Call it off")
    assert "The hall burnt down." in page
    assert "I will come" not in page.buttons


def test_the_notices_by_post_are_listed_for_the_secretary_alone(client, house, make, clock):
    make.member(house, "Without Mail", notices="post", postal_address="2 Toad Lane\nRochdale")
    page = called(client)
    assert page.h1 == "Notices by post"
    assert "2 Toad Lane Rochdale" in page
    client.sign_out()
    client.sign_in(MEMBER)
    client.visit("/pioneers/meetings/1/post-list", status=403)


def test_a_branch_secretary_calls_meetings_of_the_branch_alone(client, house, make, clock):
    clerk = make.member(house, "Branch Clerk")
    branch = make.body(house, members=[clerk])
    make.officer(house, "secretary", "Clerk", body=branch, email=CLERK, password=PASSWORD)
    called(client)
    client.sign_out()
    client.sign_in(CLERK)
    client.visit("/pioneers/meetings/new")
    assert "General assembly" not in client.page
    for page in ("attendance", "minutes", "edit", "cancel"):
        client.visit(f"/pioneers/meetings/1/{page}", status=403)
    assert client.post("/pioneers/meetings/1/call").status_code == 403
    plan(client)
    assert "1 member has notice" in client.press("Send the notice")


@pytest.mark.parametrize(
    "address",
    [
        "meetings/99999999999999999999",
        "meetings?body=99999999999999999999",
        "documents/99999999999999999999",
        "meetings?page=-1&body=x",
    ],
)
def test_an_absurd_number_is_no_fault_of_ours(client, house, clock, address):
    client.sign_in(MEMBER)
    assert client.get(f"/pioneers/{address}").status_code in (200, 404)


def test_another_organisations_meeting_is_missing(client, house, make, clock):
    called(client)
    other = make.organisation("orchard", "Orchard")
    make.officer(other, "secretary", email="sec@orchard.example", password=PASSWORD)
    client.sign_out()
    client.sign_in("sec@orchard.example")
    for page in ("", "/attendance", "/minutes", "/minutes.pdf", "/edit"):
        client.visit(f"/orchard/meetings/1{page}", status=404)
    client.visit("/orchard/documents/1", status=404)
    client.visit("/pioneers/meetings/1", status=404)


def attended(client, clock):
    """The meeting is held: opened, six members ticked, one leaves, closed."""
    called(client)
    clock.move_to(datetime(2026, 12, 12, 21, 0, tzinfo=UTC))
    client.visit("/pioneers/meetings/1")
    client.follow("Attend")
    client.fill("Time", "18:05")
    client.press("Open the meeting")
    for name in ("Miles Holt (1)", "Ada Ashworth (2)", "Ana Law (3)"):
        client.tick(name)
    client.choose("How?", "In person")
    client.fill("Since when?", "18:00")
    client.press("Record them as there")
    client.tick("Member 1 (4)")
    client.choose("How?", "By proxy")
    client.fill("Who stands for them?", "Ana Law (3)")
    client.fill("Since when?", "18:10")
    return client.press("Record them as there")


def test_attendance_is_recorded_in_and_out(client, house, clock):
    page = attended(client, clock)
    assert "By proxy: Ana Law" in page
    leave = "/pioneers/meetings/1/attendance/1/left"
    typed = {"left-1-time": "17:00"}
    refused = client.post(leave, typed)
    assert refused.status_code == 409
    assert "One leaves after coming" in refused.get_data(as_text=True)
    assert client.post(leave, {"left-1-time": "19:00"}).status_code == 302
    assert client.post(leave, {"left-1-time": "late"}).status_code == 422
    page = client.visit("/pioneers/meetings/1/attendance")
    assert "12 December 2026, 19:00" in page
    client.fill("Time", "20:00")
    assert "the end" in client.press("Close the meeting")


def test_a_large_co_op_looks_up_who_came(client, house, make, clock):
    make.member(house, "Zebedee Last")
    attended(client, clock)
    page = client.visit("/pioneers/meetings/1/attendance?q=zebedee")
    client.tick("Zebedee Last (7)")
    assert "Member 2 (5)" not in page
    client.choose("How?", "Online")
    client.fill("Since when?", "18:30")
    assert "Zebedee Last (7)" in client.press("Record them as there")


def test_an_impossible_time_is_refused_beside_what_was_ticked(client, house, clock):
    attended(client, clock)
    client.tick("Member 2 (5)")
    client.choose("How?", "Online")
    client.fill("Since when?", "23:00")
    page = client.press("Record them as there", status=409)
    assert "not in the future" in page.errors[0]
    assert page.field("Member 2 (5)").get("checked") is not None
    client.press("Record them as there", status=409)


def test_the_minutes_go_from_words_to_a_paper_every_member_can_download(client, house, clock):
    attended(client, clock)
    client.fill("Time", "20:00")
    client.press("Close the meeting")
    client.visit("/pioneers/meetings/1/minutes.pdf", status=404)
    assert "not issued yet" in client.page
    client.visit("/pioneers/meetings/1")
    client.follow("Write")
    client.fill("Opening words", "Ada opened the meeting.")
    client.fill("1. Minutes", "Read, with *no* change.")
    client.fill("2. Buy the mill", "<script>alert(1)</script>")
    client.press("Save the minutes")
    client.visit("/pioneers/meetings/1")
    page = client.press("Circulate the minutes")
    assert "circulated, not yet approved" in page
    page = client.press("Issue the minutes")
    assert "Document 1 is issued." in page
    client.sign_out()

    client.sign_in(MEMBER)
    page = client.visit("/pioneers/meetings/1")
    assert "<script>alert(1)</script>" in page.text
    paper = client.follow("Download the minutes (PDF)")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.headers["Content-Disposition"].startswith("attachment")
    with pikepdf.open(io.BytesIO(paper.data)) as file:
        record = json.loads(file.attachments["minutes.json"].get_file().read_bytes())
    assert record["attendance"][0]["name"] == "Miles Holt"
    page = client.visit("/pioneers/documents")
    assert paper.headers["X-Document-SHA256"] in page
    assert client.follow("Minutes: Winter meeting").data == paper.data
    assert "No document fits" in client.visit("/pioneers/documents?q=nothing")


def test_two_secretaries_see_both_texts_and_settle_them(client, app, house, make, clock):
    from tests.pages.client import PageClient

    attended(client, clock)
    other = PageClient(app)
    other.sign_in(SECRETARY)
    for one in (client, other):
        one.visit("/pioneers/meetings/1/minutes")
    client.fill("1. Minutes", "First secretary.")
    client.press("Save the minutes")
    other.fill("1. Minutes", "Second secretary.")
    page = other.press("Save the minutes", status=409)
    assert "Somebody saved other words" in page.errors[0]
    assert "First secretary." in page
    assert page.value("1. Minutes").strip() == "Second secretary."
    other.fill("1. Minutes", "Both secretaries.")
    other.press("Save the minutes")
    assert client.visit("/pioneers/meetings/1/minutes").value("1. Minutes").strip() == "Both secretaries."


def test_a_decision_is_linked_and_approves(client, house, make, clock):
    attended(client, clock)
    make.decision(house, decision_class="ordinary", title="Buy the mill")
    client.fill("Time", "20:00")
    client.press("Close the meeting")
    client.visit("/pioneers/meetings/1")
    client.follow("Link a ballot or decision to item 2")
    client.fill("Decision", "2026/1 Buy the mill")
    page = client.press("Link it")
    assert "Decision 2026/1: Buy the mill Carried: 3 for, 0 against." in page
    client.visit("/pioneers/meetings/1/minutes")
    client.fill("1. Minutes", "Read.")
    client.press("Save the minutes")
    client.visit("/pioneers/meetings/1")
    client.press("Circulate the minutes")
    client.follow("Approve")
    client.press("Record the approval", status=422)
    client.fill("Approved by", "2026/1 Buy the mill")
    page = client.press("Record the approval", status=409)
    assert "carried after they were circulated" in page.errors[0]


def test_a_member_cannot_run_a_meeting(client, house, clock):
    called(client)
    client.sign_out()
    client.sign_in(MEMBER)
    for page in ("new", "1/attendance", "1/minutes", "1/edit", "1/cancel", "1/minutes/approve"):
        client.visit(f"/pioneers/meetings/{page}", status=403)
    for deed in ("1/call", "1/items", "1/minutes/circulate", "1/minutes/issue", "1/clock"):
        assert client.post(f"/pioneers/meetings/{deed}").status_code == 403


@pytest.fixture
def copies(app):
    """So many more meetings like the first."""

    def copy(until):
        with app.app_context(), writing():
            first = db.session.get_one(Meeting, 1)
            names = {column.key for column in Meeting.__table__.columns} - {"id", "number"}
            kept = {name: getattr(first, name) for name in names}
            db.session.add_all(Meeting(**kept, number=number) for number in range(2, until + 1))

    return copy


def test_the_list_takes_as_many_queries_with_many_meetings(client, house, clock, count_queries, copies):
    called(client)
    with count_queries() as few:
        client.visit("/pioneers/meetings")
    copies(until=59)
    with count_queries() as many:
        page = client.visit("/pioneers/meetings")
    assert "Page 1 of 3" in page
    assert many.count <= few.count <= 12

"""Minutes through their services: two writers lose nothing, nothing unread is approved, the paper is the record."""

import io
import json
import re
import subprocess
from datetime import timedelta
from threading import Barrier, Thread

import pikepdf
import pytest
from sqlalchemy import select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.gateways import pdf
from coop.models.ballots import Decision
from coop.models.organisations import Organisation
from coop.models.records import Document, OutboxMail
from coop.services import documents, meetings, records
from coop.transaction import writing
from tests.meeting_house import House


@pytest.fixture
def house(make, deed, now):
    return House(make, deed, now)


@pytest.fixture
def quick_paper(monkeypatch):
    """A press that prints the page's own source: for what does not depend on the setting."""
    monkeypatch.setattr(pdf, "render", lambda html, **_more: b"%PDF-" + html.encode())


def test_minutes_are_written_item_by_item(house):
    meeting, later = house.held()
    house.write(meeting, later, opening="Ada opened.", item1="Read.\r\nApproved. ", closing="Thanks.")
    assert list(meetings.texts_of(meeting).values()) == ["Ada opened.", "Read.\nApproved.", "", "Thanks."]
    assert meetings.minutes_of(meeting).edition == 1
    assert [item.prose_edition for item in meeting.agenda] == [1, 0]


def test_saving_without_a_change_changes_nothing(house):
    meeting, later = house.held()
    house.write(meeting, later, item1="Read.")
    house.write(meeting, later, item1="Read.")
    assert meetings.minutes_of(meeting).edition == 1


def test_two_secretaries_who_write_different_items_keep_both(house):
    meeting, later = house.held()
    seen = meetings.text_marks(meetings.texts_of(meeting))
    house.write(meeting, later, item1="First secretary.")
    key = f"item-{meeting.agenda[0].id}"
    house.deed(
        meetings.write_minutes,
        meeting,
        house.actor,
        later,
        started_from=seen,
        typed={"opening": "", "closing": "", key: "", f"item-{meeting.agenda[1].id}": "Second secretary."},
    )
    assert list(meetings.texts_of(meeting).values()) == ["", "First secretary.", "Second secretary.", ""]


def test_two_secretaries_who_write_the_same_item_are_shown_both_texts(house):
    meeting, later = house.held()
    seen = meetings.text_marks(meetings.texts_of(meeting))
    house.write(meeting, later, item1="First secretary.")
    with pytest.raises(meetings.Clash) as clash:
        house.write(meeting, later, seen=seen, item1="Second secretary.")
    key = f"item-{meeting.agenda[0].id}"
    assert clash.value.merged.texts[key] == "Second secretary."
    assert clash.value.merged.conflicts == {key: "First secretary."}
    assert meetings.texts_of(meeting)[key] == "First secretary."


def test_only_the_secretary_writes_minutes(house, make, deed):
    meeting, later = house.held()
    with pytest.raises(Forbidden):
        deed(meetings.write_minutes, meeting, make.actor(house.members[0]), later, started_from={}, typed={})


def test_minutes_with_a_silent_item_are_not_circulated(house, deed):
    meeting, later = house.held()
    house.write(meeting, later, opening="Ada opened.")
    with pytest.raises(Refusal, match="Item 1, “Minutes”, has no words yet"):
        deed(meetings.circulate_minutes, meeting, house.actor, later)


def test_circulating_tells_everyone_who_had_the_notice(house):
    house.circulated()
    told = db.session.scalars(select(OutboxMail).where(OutboxMail.template == "minutes-circulated")).all()
    assert len(told) == 7


def test_a_change_after_circulating_makes_a_draft_again(house, deed):
    meeting, later = house.circulated()
    house.write(meeting, later, item1="Corrected.")
    assert meetings.minutes_of(meeting).circulated_at is None
    deed(meetings.circulate_minutes, meeting, house.actor, later)


def approval(house, at):
    ballot = house.decided("Approve the minutes", at=at)
    return db.session.scalar(select(Decision).where(Decision.ballot_id == ballot.id))


def test_minutes_are_approved_by_a_later_carried_decision_and_then_stand(house, deed):
    meeting, later = house.circulated()
    decision = approval(house, later + timedelta(days=1))
    deed(meetings.approve_minutes, meeting, decision, house.actor, decision.decided_at)
    assert meetings.minutes_of(meeting).approved_by_decision_id == decision.id
    with pytest.raises(Refusal, match="were approved"):
        house.write(meeting, later, item1="Changed.")


def test_no_earlier_and_no_lost_decision_approves_minutes(house, deed):
    meeting, later = house.circulated()
    earlier = meetings.decision_of(meeting.agenda[1])
    with pytest.raises(Refusal, match="after they were circulated"):
        deed(meetings.approve_minutes, meeting, earlier, house.actor, later)
    ballot = house.decided("Approve", ("against", "against", "for"), at=later)
    lost = db.session.scalar(select(Decision).where(Decision.ballot_id == ballot.id))
    with pytest.raises(Refusal, match="carried after"):
        deed(meetings.approve_minutes, meeting, lost, house.actor, lost.decided_at)


def issued(house, meeting, now):
    house.deed(records.chain_events, house.organisation.id)
    paper = meetings.prepare_minutes(meeting, house.actor, now)
    return house.deed(meetings.issue_minutes, meeting, paper, house.actor, now), paper


def test_the_record_says_who_was_there_what_was_decided_and_whether_there_was_a_quorum(house):
    meeting, _later = house.circulated()
    record = meetings.minutes_record(meeting)
    assert [(line["member"], line["manner"], line["came"]) for line in record["attendance"]] == [
        (1, "In person", "18:00"),
        (2, "In person", "18:00"),
        (4, "In person", "18:00"),
        (5, "In person", "18:00"),
        (6, "Online", "18:30"),
        (7, "By proxy: Ada Ashworth", "18:00"),
    ]
    assert record["quorum"] == (
        "6 of 7 members attended or were represented. Quorum 1/10 of 7 members (1). "
        "It was there throughout; at most 6 were there at once. Rules in force, version 1."
    )
    [decided] = record["agenda"][1]["decisions"]
    assert decided["reasoning"].startswith("Carried: 3 for, 1 against, 1 abstained.")
    assert [line["name"] for line in record["officers"]] == ["Ada Ashworth", "Miles Holt"]


def test_minutes_are_issued_once_read_as_a_tagged_paper_with_the_record_inside(house):
    meeting, later = house.circulated()
    document, paper = issued(house, meeting, later)
    assert document.sha256 == documents.Paper.sha256.fget(paper)
    with pikepdf.open(io.BytesIO(document.content)) as file:
        with file.open_metadata(set_pikepdf_as_editor=False) as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("3", "A")
            assert xmp["dc:title"] == "Minutes: Winter meeting"
        assert str(file.Root.Lang) == "en"
        assert headings(file.Root.StructTreeRoot) == ["/H1", "/H2", "/H2", "/H3", "/H3", "/H2", "/H2"]
        inside = file.attachments["minutes.json"].get_file().read_bytes().decode()
    assert inside == document.record
    record = json.loads(inside)
    assert {key: record[key] for key in meetings.minutes_record(meeting)} == meetings.minutes_record(meeting)
    assert record["audit"]["head"] == document.audit_head != "0" * 64
    text = " ".join(text_of(document.content).split())
    for words in (
        "Toad Lane Pioneers",
        "Document 1",
        "31 Toad Lane",
        "By proxy: Ada Ashworth",
        record["quorum"],
        record["agenda"][1]["decisions"][0]["reasoning"],
        document.audit_head,
        "Page 1 of 2",
        "The minutes were read and nobody asked for a change.",
    ):
        assert words in text


def test_every_number_on_the_paper_stands_in_its_record(house):
    meeting, later = house.circulated()
    document, paper = issued(house, meeting, later)
    text = re.sub(r"Page \d+ of \d+", "", text_of(document.content)).replace(document.audit_head, "")
    known = {int(number) for number in re.findall(r"\d+", paper.record.replace(document.audit_head, ""))}
    numbers = {int(number) for number in re.findall(r"\d+", text)}
    assert numbers
    assert numbers <= known


def test_the_same_record_gives_the_same_bytes(house):
    meeting, later = house.circulated()
    first = meetings.prepare_minutes(meeting, house.actor, later)
    assert meetings.prepare_minutes(meeting, house.actor, later).content == first.content


def test_a_paper_made_before_a_change_is_not_issued(house, deed, quick_paper):
    meeting, later = house.circulated()
    paper = meetings.prepare_minutes(meeting, house.actor, later)
    house.write(meeting, later, item1="Corrected.")
    deed(meetings.circulate_minutes, meeting, house.actor, later)
    with pytest.raises(Refusal, match="changed while their paper was made"):
        deed(meetings.issue_minutes, meeting, paper, house.actor, later)


def test_two_papers_never_share_a_number(house, deed, quick_paper):
    meeting, later = house.circulated()
    paper = meetings.prepare_minutes(meeting, house.actor, later)
    deed(meetings.issue_minutes, meeting, paper, house.actor, later)
    with pytest.raises(Refusal, match="at the same moment"):
        deed(meetings.issue_minutes, meeting, paper, house.actor, later)
    assert db.session.scalars(select(Document.number)).all() == [1]


def test_issued_again_after_approval_the_paper_says_so_and_the_first_stays(house, deed, quick_paper):
    meeting, later = house.circulated()
    first, _paper = issued(house, meeting, later)
    decision = approval(house, later + timedelta(days=1))
    deed(meetings.approve_minutes, meeting, decision, house.actor, decision.decided_at)
    second, _paper = issued(house, meeting, decision.decided_at)
    assert f"Approved by decision {decision.label}" in second.content.decode()
    assert "not yet approved" in first.content.decode()
    assert meetings.document_of(meeting).number == 2
    assert documents.find(house.organisation, 1).sha256 == first.sha256


def test_nothing_is_issued_before_members_could_read_it(house):
    meeting, later = house.held()
    house.write(meeting, later, item1="Read.")
    with pytest.raises(Refusal, match="Circulate the minutes first"):
        meetings.prepare_minutes(meeting, house.actor, later)


def headings(node):
    if isinstance(node, pikepdf.Array):
        return [name for child in node for name in headings(child)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [str(node["/S"])] if str(node.get("/S", "")) in {"/H1", "/H2", "/H3"} else []
    return own + (headings(node["/K"]) if "/K" in node else [])


def text_of(content):
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode()


def test_two_secretaries_at_the_same_instant_lose_nothing(house, app):
    meeting, later = house.held()
    number, keys = meeting.number, list(meetings.texts_of(meeting))
    seen = meetings.text_marks(meetings.texts_of(meeting))
    together, wrong = Barrier(2), []

    def write(key):
        try:
            with app.app_context():
                organisation = db.session.get_one(Organisation, house.organisation.id)
                actor = house.make.actor(house.secretary)
                together.wait(10)
                with writing():
                    found = meetings.find(organisation, number, actor)
                    typed = dict.fromkeys(keys, "") | {key: f"Words for {key}"}
                    meetings.write_minutes(found, actor, later, started_from=seen, typed=typed)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            wrong.append(error)

    threads = [Thread(target=write, args=(key,)) for key in keys[1:3]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wrong == []
    db.session.expire_all()
    db.session.rollback()
    texts = meetings.texts_of(meetings.find(house.organisation, number, house.actor))
    assert [texts[key] for key in keys[1:3]] == [f"Words for {key}" for key in keys[1:3]]

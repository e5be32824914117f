"""What a counted ballot shows besides its count: its certificate on paper, and what else could have come of it."""

import io
import json
import re
import subprocess

import pikepdf
import pytest
from sqlalchemy import func, select

from coop.errors import Forbidden, Refusal
from coop.extensions import db
from coop.gateways import pdf
from coop.models.organisations import Office
from coop.models.records import AuditLink
from coop.services import ballots, records
from coop.services.ballots import certificates as certifying
from coop.services.ballots.comparing import _compared
from tests.ballot_house import after, cast

RULES = """
1. Papers are counted by [{title}]{{provision="election.method" value="{method}"}}.

2. An election counts if [three members]{{provision="election.quorum" value="3 of eligible"}} vote.
"""
STV = [[1, 2], [1, 2, 3], [1, 3], [1], [2, 4], [3, 2], [4, 3, 2], [4]]


@pytest.fixture
def counted(coop_of, make, deed, now):
    """Hold an election of four members with these papers, and seal it."""

    def hold(papers=STV, *, method="scottish-stv", seats=2, voters=9):
        organisation, members, officer = coop_of(voters, RULES.format(title="it", method=method))
        board = make.body(organisation, "board", name="The board")
        office = Office(
            organisation_id=organisation.id,
            body_id=board.id,
            kind="board_member",
            title="Board member",
            seats=seats,
        )
        deed(db.session.add, office)
        people = [ballots.Candidate(member, "") for member in members[1:5]]
        ballot = deed(ballots.set_up_election, organisation, officer, now, office=office, candidates=people)
        deed(ballots.open_ballot, ballot, organisation, officer, now)
        cast(deed, make, ballot, members, papers, now)
        decision = deed(ballots.seal, ballot.id, after(ballot))
        deed(records.chain_events, organisation.id)
        return organisation, officer, ballot, decision

    return hold


@pytest.fixture
def quick_paper(monkeypatch):
    """A press that prints the page's own source."""
    monkeypatch.setattr(pdf, "render", lambda html, **_more: b"%PDF-" + html.encode())
    certifying._set.cache_clear()
    yield
    certifying._set.cache_clear()


def text_of(content):
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_the_certificate_prints_head_and_reasoning_and_carries_the_result_without_roll_and_votes(
    counted, deed
):
    organisation, officer, ballot, decision = counted()
    deed(ballots.certify, ballot, organisation, officer, after(ballot))
    content = ballots.certificate(ballot, organisation, officer)
    record = ballots.certificate_record(ballot, decision, organisation)
    with pikepdf.open(io.BytesIO(content)) as file:
        with file.open_metadata(set_pikepdf_as_editor=False) as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("3", "A")
        assert "/StructTreeRoot" in file.Root
        inside = json.loads(file.attachments["certificate.json"].get_file().read_bytes())
    assert inside == json.loads(json.dumps(record))
    assert not {"roll", "votes", "issued"} & set(inside)
    assert inside["audit"]["head"] == ballots.head_of_bundle(ballot)  # what `coop verify --head` is given
    assert ballot.salt not in json.dumps(inside)
    text = text_of(content)
    for words in (
        ballot.title,
        decision.reasoning,
        "Certified by member 1 on",
        "Voting opened on",
        "8 of 9 members who could vote did.",
        "The ballot was private.",
        record["audit"]["head"],
        record["closing_sha256"],
        ballot.seed,
        "coop verify",
        *(one["says"] for one in decision.result["rounds"]),
        "came in this round",
        "the line is the quota, 3",
    ):
        assert " ".join(words.split()) in text


def test_the_certificate_names_nobody_but_candidates(counted):
    organisation, officer, ballot, _decision = counted()
    text = text_of(ballots.certificate(ballot, organisation, officer))
    assert "Member 5" in text
    assert not re.search(r"Rita|Member [6-9]", text)


def test_the_same_state_gives_the_same_bytes_whatever_happened_since(counted, deed):
    organisation, officer, ballot, _decision = counted()
    first = ballots.certificate(ballot, organisation, officer)
    certifying._set.cache_clear()
    deed(records.record, organisation, officer, "looked", "elsewhere", after(ballot))
    deed(records.chain_events, organisation.id)
    assert ballots.certificate(ballot, organisation, officer) == first


def test_certified_it_says_by_whom_and_before_that_it_is_not(counted, deed, quick_paper):
    organisation, officer, ballot, _decision = counted()
    assert "not yet certified" in ballots.certificate(ballot, organisation, officer).decode()
    deed(ballots.certify, ballot, organisation, officer, after(ballot))
    assert "not yet certified" not in ballots.certificate(ballot, organisation, officer).decode()


def test_a_motions_certificate_has_its_bars_and_its_articles(
    coop_of,
    open_motion,
    make,
    deed,
    now,
    quick_paper,
):
    organisation, members, officer = coop_of(5)
    ballot = open_motion(organisation, officer, text="The co-op **buys** it.\n\n<script>x</script>")
    cast(deed, make, ballot, members, ["for", "for", "against", "abstain"], now)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    deed(records.chain_events, organisation.id)
    html = ballots.certificate(ballot, organisation, officer).decode()
    assert decision.reasoning in html
    assert 'aria-label="For: 2 of 3"' in html
    assert "The line marks what had to be reached: 2 for." in html
    assert "The ballot was open." in html
    assert "Member 2" not in html
    assert "<script>" not in html


def test_there_is_no_certificate_before_sealing_and_none_of_a_void_ballot(
    coop_of,
    open_motion,
    deed,
    now,
    quick_paper,
):
    organisation, _members, officer = coop_of(3)
    ballot = open_motion(organisation, officer)
    with pytest.raises(Refusal, match="no certificate yet"):
        ballots.certificate(ballot, organisation, officer)
    deed(ballots.void, ballot, organisation, officer, "The words were wrong.", now)
    with pytest.raises(Refusal, match="void"):
        ballots.certificate(ballot, organisation, officer)


def test_a_count_not_in_the_chain_yet_is_no_fault(
    counted, deed, make, now, coop_of, open_motion, quick_paper
):
    organisation, _members, officer = coop_of(3)
    ballot = open_motion(organisation, officer)
    deed(ballots.seal, ballot.id, after(ballot))
    assert db.session.scalar(select(func.count()).select_from(AuditLink)) == 0
    with pytest.raises(Refusal, match="not in the audit chain yet"):
        ballots.certificate(ballot, organisation, officer)


def test_someone_of_another_co_op_gets_no_certificate(counted, make, quick_paper):
    organisation, _officer, ballot, _decision = counted()
    stranger = make.actor(make.member(make.organisation("orchard", "Orchard")))
    with pytest.raises(Forbidden):
        ballots.certificate(ballot, organisation, stranger)


def test_what_else_the_papers_would_have_come_to_is_told_in_sentences(counted):
    _organisation, _officer, ballot, decision = counted()
    told = ballots.what_else(ballot, decision)
    assert told[0].endswith(".")
    assert len(told) == 5  # the lot, and four other methods that fill two seats
    assert sum(sentence.startswith("By ") for sentence in told) == 4


@pytest.mark.parametrize(("many", "says"), [(4, "Fewer than 5 papers"), (5, "By ")])
def test_few_papers_are_not_counted_in_other_ways(counted, many, says):
    _organisation, _officer, ballot, decision = counted(STV[:many])
    assert any(sentence.startswith(says) for sentence in ballots.what_else(ballot, decision))
    assert (len(ballots.what_else(ballot, decision)) == 1) == (many < 5)


def test_too_many_papers_are_not_counted_in_other_ways(counted, monkeypatch):
    _organisation, _officer, ballot, decision = counted()
    monkeypatch.setattr("coop.services.ballots.comparing.MOST", 7)
    assert ballots.what_else(ballot, decision) == (
        "More than 7 papers were cast. So many are not counted in other ways here.",
    )


def test_a_lot_that_decided_is_told(counted):
    _organisation, _officer, ballot, decision = counted([[1], [1], [1], [2], [2], [2]], method="irv", seats=1)
    [elected] = [one["name"] for one in decision.result["elected"]]
    told = ballots.what_else(ballot, decision)[0]
    assert told.startswith("A lot was drawn. Had it fallen otherwise, ")
    assert told.endswith(f" would be elected instead of {elected}.")


def test_without_a_quorum_no_method_is_told(counted):
    _organisation, _officer, ballot, decision = counted([[1], [2]])
    assert decision.outcome == "inquorate"
    assert ballots.what_else(ballot, decision) == ("Too few members voted, and no method changes that.",)


def test_an_open_election_and_a_motion_tell_nothing(counted, coop_of, open_motion, deed):
    organisation, _members, officer = coop_of(3)
    ballot = open_motion(organisation, officer)
    decision = deed(ballots.seal, ballot.id, after(ballot))
    assert ballots.what_else(ballot, decision) == ()


def test_votes_are_read_once(counted, count_queries):
    _organisation, _officer, ballot, decision = counted()
    _compared.cache_clear()
    ballots.what_else(ballot, decision)
    with count_queries() as seen:
        ballots.what_else(ballot, decision)
    assert seen.count == 0

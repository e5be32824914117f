"""Issued documents: found again, never changed, and what people typed is harmless on them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from coop.errors import Forbidden, Missing, Refusal
from coop.extensions import db
from coop.gateways import pdf
from coop.services import documents


@pytest.fixture
def issued(make, deed, now):
    """Issue a document of an organisation, without the cost of setting it."""
    secretaries = {}

    def issue(organisation, title="Minutes: Spring meeting", number=None):
        from coop.services.documents import Paper, issue, next_number

        if organisation.id not in secretaries:
            secretaries[organisation.id] = make.actor(make.officer(organisation, "secretary"))
        actor = secretaries[organisation.id]
        paper = Paper(
            number or next_number(organisation),
            "minutes",
            "meeting 1",
            title,
            "{}",
            b"%PDF-" + title.encode(),
            "0" * 64,
        )
        return deed(issue, organisation, actor, organisation, paper, now)

    return issue


def test_documents_are_numbered_per_organisation_and_found_by_words_number_or_fingerprint(make, issued):
    organisation, other = make.organisation(), make.organisation("orchard", "Orchard")
    first, second = issued(organisation), issued(organisation, "Minutes: half% wool")
    assert (first.number, second.number, issued(other).number) == (1, 2, 1)
    assert [row.number for row in documents.listing(organisation).documents] == [2, 1]
    for words in ("spring", "1", first.sha256[:20], first.sha256.upper()):
        assert [row.number for row in documents.listing(organisation, words).documents] == [1]
    assert [row.number for row in documents.listing(organisation, "f% w").documents] == [2]
    assert documents.listing(organisation, "%").total == 1


def test_another_organisations_document_does_not_exist(make, issued):
    issued(make.organisation())
    with pytest.raises(Missing):
        documents.find(make.organisation("orchard", "Orchard"), 1)


def test_only_those_who_may_issue_do(make, deed, now):
    organisation = make.organisation()
    make.officer(organisation, "secretary")
    member = make.actor(make.member(organisation))
    paper = documents.Paper(1, "minutes", "meeting 1", "Minutes", "{}", b"%PDF-", "0" * 64)
    with pytest.raises(Forbidden):
        deed(documents.issue, organisation, member, organisation, paper, now)


@pytest.mark.parametrize("change", ["UPDATE documents SET title = 'x'", "DELETE FROM documents"])
def test_an_issued_document_is_never_changed(make, deed, issued, change):
    issued(make.organisation())
    with pytest.raises(DBAPIError):
        deed(lambda: db.session.execute(text(change)))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        pytest.param("a *b* **c**", "<p>a <em>b</em> <strong>c</strong></p>", id="emphasis"),
        pytest.param("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>", id="tags are text"),
        pytest.param("# Decision 1", "<p># Decision 1</p>", id="no heading can be forged"),
        pytest.param("![x](file:///etc/passwd)", "<p>![x](file:///etc/passwd)</p>", id="no image"),
        pytest.param("[x](javascript:y)", "<p>[x](javascript:y)</p>", id="no link"),
        pytest.param("one\ntwo", "<p>one<br>\ntwo</p>", id="lines stay lines"),
    ],
)
def test_what_was_typed_is_harmless_and_nothing_of_it_is_lost(typed, shown):
    assert documents.prose(typed).strip() == shown


@pytest.mark.parametrize("reason", ["time", "memory", "failure"])
def test_a_paper_that_cannot_be_set_is_a_sentence(context, monkeypatch, reason):
    def fail(*_args, **_more):
        raise pdf.RenderError(reason)

    monkeypatch.setattr(pdf, "render", fail)
    with pytest.raises(Refusal, match="paper"):
        documents._render("", "", "en", None)

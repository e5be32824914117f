"""Documents: made from a record, rendered before the write, issued once, their bytes never made again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import nh3
from flask_babel import force_locale, format_date, gettext, ngettext
from flask_babel import gettext as _
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from sqlalchemy import func, or_, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.gateways import pdf
from coop.models.organisations import Organisation
from coop.models.records import Document
from coop.rules.chain import canonical
from coop.services import records

TEMPLATES = Path(__file__).parents[2] / "templates"
PAGE = 25
# Headings stay the paper's own, so that no member's text can forge an agenda item or a decision.
_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "s"}
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["image", "heading", "lheading"]
)


@dataclass(frozen=True)
class Paper:
    """A document ready to be issued: what it was made from, and its bytes."""

    number: int
    kind: str
    subject: str
    title: str
    record: str
    content: bytes
    audit_head: str

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def prose(text: str) -> Markup:
    """What a person wrote in Markdown as safe HTML: paragraphs, lists and emphasis only."""
    return Markup(nh3.clean(_MARKDOWN.render(text), tags=_TAGS, attributes={}))  # noqa: S704 - cleaned by nh3


def next_number(organisation: Organisation) -> int:
    """The number the next document gets."""
    highest = db.session.scalar(
        select(func.max(Document.number)).where(Document.organisation_id == organisation.id)
    )
    return (highest or 0) + 1


def prepare(
    organisation: Organisation,
    actor: Actor,
    thing: Any,
    now: datetime,
    *,
    kind: str,
    subject: str,
    title: str,
    issued_by: str,
    data: Mapping[str, Any],
) -> Paper:
    """Render a record to paper, before any write; raises Refusal when it can't be rendered.

    `thing` is what the document is about, and says who may issue it. The record gets what every paper
    carries: organisation, number, who issued it when, and the head of the audit chain as linked so far.
    The template is `documents/<kind>.html` and sees nothing but the record.
    """
    authorize(actor, Permission.ISSUE_DOCUMENT, thing)
    number = next_number(organisation)
    events, head = records.head_of(organisation.id)
    whole = dict(data) | {
        "format": 1,
        "kind": kind,
        "title": title,
        "lang": organisation.language,
        "organisation": {"name": organisation.name, "slug": organisation.slug},
        "document": {
            "number": number,
            "issued_by": issued_by,
            "issued_at": now.isoformat(),
            "issued_on": organisation.day_of(now).isoformat(),
            "data_file": f"{kind}.json",
        },
        "audit": {"head": head, "events": events},
    }
    record, content = set_paper(whole, now)
    return Paper(number, kind, subject, title, record, content, head)


def set_paper(record: Mapping[str, Any], dated: datetime, **drawn: Any) -> tuple[str, bytes]:
    """Set `documents/<kind>.html` of a record and attach the record; equal records give equal bytes.

    `drawn` is what the template draws of the record. Returns the record as text and the bytes.
    """
    kind, title, lang = record["kind"], record["title"], record["lang"]
    text = canonical(dict(record))
    with force_locale(lang):
        html = _papers().get_template(f"documents/{kind}.html").render(paper=record, **drawn)
    return text, _render(html, title, lang, pdf.Attachment(f"{kind}.json", text, title, dated))


def issue(organisation: Organisation, actor: Actor, thing: Any, paper: Paper, now: datetime) -> Document:
    """Keep the bytes under their number."""
    authorize(actor, Permission.ISSUE_DOCUMENT, thing)
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    if next_number(organisation) != paper.number:
        raise Refusal(
            _(
                "Somebody issued document %(number)s at the same moment. Issue yours again.",
                number=paper.number,
            )
        )
    document = Document(
        organisation_id=organisation.id,
        number=paper.number,
        kind=paper.kind,
        subject=paper.subject,
        title=paper.title,
        media_type="application/pdf",
        content=paper.content,
        sha256=paper.sha256,
        record=paper.record,
        audit_head=paper.audit_head,
        issued_at=now,
        issued_by=actor.label,
    )
    db.session.add(document)
    facts = {
        "number": paper.number,
        "kind": paper.kind,
        "sha256": paper.sha256,
        "audit_head": paper.audit_head,
    }
    records.record(organisation, actor, "document issued", paper.subject, now, facts)
    db.session.flush()
    return document


def find(organisation: Organisation, number: int) -> Document:
    """The organisation's document of that number; raises Missing."""
    found = db.session.scalar(
        select(Document).where(Document.organisation_id == organisation.id, Document.number == number)
    )
    if found is None:
        raise Missing(_("There is no document %(number)s.", number=number))
    return found


@dataclass(frozen=True)
class Listing:
    """One page of the documents, newest first."""

    documents: list[Document]
    page: int
    pages: int
    total: int


def listing(organisation: Organisation, words: str = "", page: int = 1) -> Listing:
    """Search the documents by title, number or fingerprint."""
    query = select(Document).where(Document.organisation_id == organisation.id)
    if words := words.strip():
        either = [
            Document.title.icontains(words, autoescape=True),
            Document.sha256.startswith(words.lower(), autoescape=True),
        ]
        if words.isascii() and words.isdigit():
            either.append(Document.number == int(words[:9]))
        query = query.where(or_(*either))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = db.session.scalars(query.order_by(Document.number.desc()).limit(PAGE).offset((page - 1) * PAGE))
    return Listing(list(rows), page, pages, total)


def _render(html: str, title: str, lang: str, attachment: pdf.Attachment) -> bytes:
    css = (TEMPLATES / "documents" / "paper.css").read_text(encoding="utf-8")
    try:
        return pdf.render(html, css=css, title=title, lang=lang, attachment=attachment)
    except pdf.RenderError as broken:
        said = {
            "time": _("This paper takes too long to set. Shorten its text, then issue it again."),
            "memory": _("This paper is too large to set. Shorten its text, then issue it again."),
        }
        sentence = said.get(
            broken.reason, _("This paper could not be set. Nothing was issued; tell the operator.")
        )
        raise Refusal(sentence) from broken


@cache
def _papers() -> Environment:
    """Templates that see the record and nothing of the request, so that equal records give equal bytes."""
    papers = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    papers.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    papers.filters["day"] = lambda iso: format_date(date.fromisoformat(iso), "d MMMM y")
    papers.filters["prose"] = prose
    return papers

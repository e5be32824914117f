"""Finding works and saying in plain words what one may do with them."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import selectinload

from coop.access import Actor, Permission, authorize
from coop.errors import Missing
from coop.extensions import db
from coop.models.organisations import Organisation
from coop.models.works import LicenceOffer, Work, WorkVersion
from coop.rules.licences import Licence, plain_words
from coop.services.works.expressions import read_expression
from coop.services.works.register import folded

PAGE = 20
RESERVED = "reserved"
MOST_WORDS = 8
BEYOND = 2**31 - 1  # no number gets here; a larger one would not fit the column


@dataclass(frozen=True)
class Search:
    words: str = ""
    kind: str = ""
    licence: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words.strip() or self.kind or self.licence)


@dataclass(frozen=True)
class Shelf:
    works: list[Work]
    total: int
    page: int
    pages: int


def find(organisation: Organisation, actor: Actor, number: int) -> Work:
    """The work of that number in this organisation; raises Missing."""
    authorize(actor, Permission.SEE_LIBRARY, organisation)
    work = db.session.scalar(
        select(Work).where(Work.organisation_id == organisation.id, Work.number == min(number, BEYOND))
    )
    if work is None:
        raise Missing
    return work


def find_version(work: Work, number: int) -> WorkVersion:
    version = db.session.scalar(
        select(WorkVersion).where(WorkVersion.work_id == work.id, WorkVersion.number == min(number, BEYOND))
    )
    if version is None:
        raise Missing
    return version


def search_works(organisation: Organisation, actor: Actor, search: Search, page: int) -> Shelf:
    """One page of the works that match, newest first: four queries, whatever there is."""
    authorize(actor, Permission.SEE_LIBRARY, organisation)
    matching = _matching(organisation, search)
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    pages = max(1, ceil(total / PAGE))
    page = min(max(page, 1), pages)
    rows = db.session.scalars(_with_facts(matching).limit(PAGE).offset((page - 1) * PAGE))
    return Shelf(list(rows), total, page, pages)


def licences_used(organisation: Organisation) -> list[str]:
    """The licences under which works are offered here, to choose from."""
    rows = db.session.scalars(
        select(LicenceOffer.expression)
        .join(Work, Work.id == LicenceOffer.work_id)
        .where(Work.organisation_id == organisation.id)
        .distinct()
        .order_by(LicenceOffer.expression)
        .limit(100)
    )
    return list(rows)


def as_csv(organisation: Organisation, actor: Actor, search: Search) -> str:
    """All works that match, for a spreadsheet that will not take a title for a formula."""
    authorize(actor, Permission.SEE_LIBRARY, organisation)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(
        [_("number"), _("title"), _("kind"), _("authors"), _("licence"), _("registered"), _("sha256")]
    )
    rows = _with_facts(_matching(organisation, search)).options(selectinload(Work.versions))
    for work in db.session.scalars(rows):
        newest = work.versions[-1].sha256 if work.versions else ""
        day = organisation.day_of(work.registered_at).isoformat()
        cells = [work.title, work.kind, authors_of(work), licence_of(work), day, newest]
        table.writerow([work.number, *(_harmless(cell) for cell in cells)])
    return text.getvalue()


def authors_of(work: Work) -> str:
    return ", ".join(one.author for one in work.contributions)


def licence_of(work: Work) -> str:
    """The public licences of a work as one expression, else "reserved"."""
    offered = [offer.expression for offer in work.offers]
    if len(offered) > 1:
        offered = [f"({one})" if " AND " in one else one for one in offered]
    return " OR ".join(offered) or RESERVED


def what_one_may(work: Work) -> list[Licence]:
    """The ways to use a work, in plain words; each public licence offered is a choice."""
    if not work.offers:
        return plain_words(None)
    ways = [way for offer in work.offers for way in plain_words(read_expression(offer.expression))]
    return list({way.id: way for way in ways}.values())


def _matching(organisation: Organisation, search: Search) -> Select[Work]:
    found = select(Work).where(Work.organisation_id == organisation.id, *_words(search.words))
    if search.kind:
        found = found.where(Work.kind == search.kind)
    offered = exists().where(LicenceOffer.work_id == Work.id)
    if search.licence == RESERVED:
        return found.where(~offered)
    if search.licence:
        return found.where(offered.where(LicenceOffer.expression == search.licence))
    return found


def _words(text: str) -> Iterable[ColumnElement[bool]]:
    for word in folded(text).split()[:MOST_WORDS]:
        yield Work.words.contains(word, autoescape=True)


def _with_facts(works: Select[Work]) -> Select[Work]:
    return works.options(selectinload(Work.contributions), selectinload(Work.offers)).order_by(
        Work.number.desc()
    )


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if cell.lstrip()[:1] in tuple("=+-@＝＋－＠") or cell[:1] in tuple("\t\r\n") else cell

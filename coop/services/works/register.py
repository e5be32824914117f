"""Registering a work: what it is, who made it, who holds the rights, the file, the licence."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.works import Contribution, LicenceOffer, RightsHolding, Work, WorkVersion
from coop.rules.rights import Right, problem_with_shares
from coop.services.records import record
from coop.services.works.expressions import read_expression, written

KINDS = ("text", "image", "music", "software", "design", "film", "data", "other")
MOST_AUTHORS = 50


@dataclass(frozen=True)
class Author:
    """A member by number, or somebody else by name, with an exact share."""

    share: Fraction
    name: str = ""
    member_number: int | None = None


@dataclass(frozen=True)
class NewFile:
    """A file that the gateway has stored already."""

    sha256: str
    size: int
    name: str
    media_type: str = "application/octet-stream"


def register_work(
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    title: str,
    kind: str,
    authors: Sequence[Author],
    holder: str = "authors",
    holder_name: str = "",
    source: str = "",
    held_since: date | None = None,
    licence: str = "",
    file: NewFile | None = None,
    description: str = "",
) -> Work:
    """Put a work into the library.

    `holder` is "authors", "organisation" or "other" (then `holder_name`); no licence reserves all rights.
    """
    authorize(actor, Permission.REGISTER_WORK, organisation)
    title, day = " ".join(title.split()), organisation.day_of(now)
    _refuse_what_is_no_work(title, kind, authors)
    if held_since is not None and held_since > day:
        raise Refusal(
            _(
                "The rights must be held today; %(day)s is yet to come.",
                day=format_date(held_since, "d MMMM y"),
            )
        )

    db.session.get(Organisation, organisation.id, with_for_update=True)  # one number at a time
    _refuse_second(organisation, actor, now, title=title, kind=kind, file=file)
    expression = written(read_expression(licence)) if licence.strip() else ""
    work = Work(
        organisation_id=organisation.id,
        number=_next_number(organisation),
        title=title,
        kind=kind,
        description=description.strip(),
        registered_by_id=actor.membership_id,
        registered_at=now,
    )
    db.session.add(work)
    work.contributions = _contributions(organisation, authors)
    work.words = folded(" ".join([title, description, *(one.author for one in work.contributions)]))
    work.holdings = _holdings(
        organisation, work, holder, holder_name=holder_name, source=source, since=held_since or day
    )
    if file:
        work.versions.append(_version(1, file, actor, now))
    if expression:
        work.offers.append(
            LicenceOffer(expression=expression, offered_on=day, offered_by=actor.label, recorded_at=now)
        )
    db.session.flush()
    record(
        organisation,
        actor,
        "registered",
        f"work {work.number}",
        now,
        {
            "kind": kind,
            "licence": expression or "reserved",
            "sha256": file.sha256 if file else None,
            "shares": [str(author.share) for author in authors],
        },
        {"title": title, "authors": [one.author for one in work.contributions]},
    )
    return work


def add_version(
    work: Work, organisation: Organisation, actor: Actor, now: datetime, file: NewFile
) -> WorkVersion:
    """Add a newer file to a work; the earlier ones stay."""
    authorize(actor, Permission.CHANGE_WORK, work)
    db.session.execute(select(Work.id).where(Work.id == work.id).with_for_update())
    _refuse_known_file(organisation, file)
    last = db.session.scalar(select(func.max(WorkVersion.number)).where(WorkVersion.work_id == work.id)) or 0
    version = _version(last + 1, file, actor, now)
    work.versions.append(version)
    db.session.flush()
    facts = {"version": version.number, "sha256": file.sha256}
    record(organisation, actor, "added a version", f"work {work.number}", now, facts)
    return version


def folded(text: str) -> str:
    """The words of a text without case and accents, for searching."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (sign if sign.isprintable() else " " for sign in plain if not unicodedata.combining(sign))
    return " ".join("".join(kept).split())


def _refuse_what_is_no_work(title: str, kind: str, authors: Sequence[Author]) -> None:
    if not title:
        raise Refusal(_("Give the work a title."))
    if len(title) > 200:
        raise Refusal(_("A title has at most 200 characters."))
    if kind not in KINDS:
        raise Refusal(_("Choose what kind of work it is."))
    if len(authors) > MOST_AUTHORS:
        raise Refusal(_("A work has at most %(most)s authors here.", most=MOST_AUTHORS))
    problem = problem_with_shares([author.share for author in authors])
    if problem:
        raise Refusal(problem)
    numbers = [author.member_number for author in authors if author.member_number is not None]
    names = [folded(author.name) for author in authors if author.member_number is None]
    if len(set(numbers)) < len(numbers) or len(set(names)) < len(names):
        raise Refusal(_("An author stands there twice: give each one line, with the whole share."))


def _refuse_second(
    organisation: Organisation, actor: Actor, now: datetime, *, title: str, kind: str, file: NewFile | None
) -> None:
    if file:
        _refuse_known_file(organisation, file)
    same = db.session.scalars(
        select(Work)
        .where(
            Work.organisation_id == organisation.id,
            Work.registered_by_id == actor.membership_id,
            Work.title == title,
            Work.kind == kind,
        )
        .order_by(Work.id.desc())
        .limit(1)
    ).first()
    if same and organisation.day_of(same.registered_at) == organisation.day_of(now):
        raise Refusal(
            _(
                "You registered “%(title)s” today already, as work %(number)s. Add a version there, or give "
                "this one another title.",
                title=title,
                number=same.number,
            )
        )


def _refuse_known_file(organisation: Organisation, file: NewFile) -> None:
    known = db.session.execute(
        select(Work.number, Work.title, WorkVersion.number)
        .join(WorkVersion, WorkVersion.work_id == Work.id)
        .where(Work.organisation_id == organisation.id, WorkVersion.sha256 == file.sha256)
        .limit(1)
    ).first()
    if known:
        raise Refusal(
            _(
                "This very file is in the library already: version %(version)s of work %(number)s, "
                "“%(title)s”.",
                number=known[0],
                title=known[1],
                version=known[2],
            )
        )


def _next_number(organisation: Organisation) -> int:
    last = db.session.scalar(select(func.max(Work.number)).where(Work.organisation_id == organisation.id))
    return (last or 0) + 1


def _contributions(organisation: Organisation, authors: Sequence[Author]) -> list[Contribution]:
    numbers = [author.member_number for author in authors if author.member_number is not None]
    rows = db.session.scalars(
        select(Membership).where(
            Membership.organisation_id == organisation.id, Membership.number.in_(numbers)
        )
    )
    members = {member.number: member for member in rows} if numbers else {}
    found = []
    for author in authors:
        member = members.get(author.member_number) if author.member_number is not None else None
        if author.member_number is not None and member is None:
            raise Refusal(_("There is no member %(number)s.", number=author.member_number))
        name = member.name if member else " ".join(author.name.split())
        if not name:
            raise Refusal(_("Name every author."))
        if len(name) > 200:
            raise Refusal(_("A name has at most 200 characters."))
        found.append(
            Contribution(
                membership_id=member.id if member else None,
                author=name,
                share_numerator=author.share.numerator,
                share_denominator=author.share.denominator,
            )
        )
    return found


def _holdings(
    organisation: Organisation, work: Work, holder: str, *, holder_name: str, source: str, since: date
) -> list[RightsHolding]:
    rights = [right.value for right in Right]
    because = " ".join(source.split())
    if holder == "authors":
        return [
            RightsHolding(
                membership_id=one.membership_id,
                holder=one.author,
                rights=rights,
                starts_on=since,
                source=because or _("as author"),
            )
            for one in work.contributions
        ]
    if holder not in ("organisation", "other"):
        raise Refusal(_("Say who holds the rights."))
    name = organisation.name if holder == "organisation" else " ".join(holder_name.split())
    if not name:
        raise Refusal(_("Name who holds the rights."))
    if not because:
        raise Refusal(
            _(
                "Say how the rights came from the authors to %(name)s: a contract, a decision, a date.",
                name=name,
            )
        )
    return [RightsHolding(holder=name[:200], rights=rights, starts_on=since, source=because)]


def _version(number: int, file: NewFile, actor: Actor, now: datetime) -> WorkVersion:
    return WorkVersion(
        number=number,
        file_name=file.name,
        media_type=file.media_type[:120],
        size=file.size,
        sha256=file.sha256,
        added_at=now,
        added_by=actor.label,
    )

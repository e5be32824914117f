"""Letters to voters who are reached by post: who gets one, its paper, and that they were posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import force_locale, format_date
from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.mailings import BallotLetter, BallotMailing
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.services import documents
from coop.services.ballots.challenges import challenged_until
from coop.services.ballots.mailings import Told, told_of
from coop.services.ballots.reading import closing_words, decision_on, locked, wall_words
from coop.services.ballots.transcript import head_of_bundle
from coop.services.records import record

A_FILE = 100  # letters; a page takes about 3 MiB while it is set


@dataclass(frozen=True)
class Addressed:
    number: int
    name: str
    address: str


@dataclass(frozen=True)
class Post:
    """The letters of one mailing, and in how many files they are printed."""

    told: Told
    letters: list[Addressed]

    @property
    def files(self) -> range:
        return range(1, -(-len(self.letters) // A_FILE) + 1)


def to_post(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime) -> list[Post]:
    """List the letters of each mailing; the look at the addresses is recorded, so call it in a write."""
    authorize(actor, Permission.POST_LETTERS, ballot)
    told = [one for one in told_of(ballot) if one.letters]
    if told:
        record(organisation, actor, "addresses read for post", f"ballot {ballot.number}", now)
    return [Post(one, addressed(one.mailing)) for one in told]


def addressed(mailing: BallotMailing, part: int | None = None) -> list[Addressed]:
    """Give the members whom a mailing reaches by post, or those of one file."""
    rows = (
        select(Membership.number, Membership.name, Membership.postal_address)
        .join(BallotLetter, BallotLetter.membership_id == Membership.id)
        .where(BallotLetter.mailing_id == mailing.id)
        .order_by(Membership.number)
    )
    if part is not None:
        rows = rows.limit(A_FILE).offset((part - 1) * A_FILE)
    return [Addressed(number, name, address) for number, name, address in db.session.execute(rows)]


def mailing_of(ballot: Ballot, kind: str) -> BallotMailing:
    """Return a ballot's mailing of a kind that letters belong to; raises Missing."""
    mailing = db.session.scalar(
        select(BallotMailing).where(
            BallotMailing.ballot_id == ballot.id, BallotMailing.kind == kind, BallotMailing.kind != "reminder"
        )
    )
    if mailing is None:
        raise Missing
    return mailing


def set_letters(
    ballot: Ballot,
    organisation: Organisation,
    actor: Actor,
    *,
    kind: str,
    part: int,
    address: str,
) -> bytes:
    """Set one file of letters for window envelopes; `address` is that of the ballot's page.

    They are printed and not kept: the file holds addresses, and the record attached to it none.
    """
    authorize(actor, Permission.POST_LETTERS, ballot)
    mailing = mailing_of(ballot, kind)
    letters = addressed(mailing, max(1, min(part, 100_000)))
    if not letters:
        raise Missing
    with force_locale(organisation.language):
        paper = _paper(mailing, ballot, organisation, letters, address)
    return documents.set_paper(paper, mailing.due_at, letters=letters)[1]


def note_printed(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Record that letters with their addresses were taken along."""
    authorize(actor, Permission.POST_LETTERS, ballot)
    record(organisation, actor, "printed the letters of", f"ballot {ballot.number}", now)


def mark_posted(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, kind: str
) -> None:
    """Record that the letters of a mailing went to the post."""
    authorize(actor, Permission.POST_LETTERS, ballot)
    locked(ballot)
    mailing = mailing_of(ballot, kind)
    db.session.refresh(mailing)
    if mailing.queued_at is None:
        raise Refusal(_("The letters are still being written down. Wait a minute, then print them."))
    if mailing.posted_at is not None:
        raise Refusal(_("That these letters were posted is recorded already."))
    mailing.posted_at, mailing.posted_by = now, actor.label
    facts = {"what": kind, "letters": len(addressed(mailing))}
    record(organisation, actor, "posted the letters of", f"ballot {ballot.number}", now, facts)


def _paper(
    mailing: BallotMailing,
    ballot: Ballot,
    organisation: Organisation,
    letters: Sequence[Addressed],
    address: str,
) -> dict[str, Any]:
    """Gather what every letter of a mailing says; no member is in it."""
    titles = {
        "opening": _("Your vote is asked for"),
        "outcome": _("The result of a vote"),
        "void": _("A ballot was declared void"),
    }
    decision = decision_on(ballot) if mailing.kind == "outcome" else None
    until = challenged_until(ballot) if decision else None
    return {
        "format": 1,
        "kind": "letters",
        "about": mailing.kind,
        "title": titles[mailing.kind],
        "lang": organisation.language,
        "organisation": {"name": organisation.name, "slug": organisation.slug},
        "dated": format_date(organisation.day_of(mailing.due_at), "d MMMM y"),
        "letters": len(letters),
        "ballot": {
            "number": ballot.number,
            "title": ballot.title,
            "text": ballot.text,
            "options": [option.name for option in ballot.options],
            "closes": closing_words(ballot),
            "address": address,
            "void_reason": ballot.void_reason,
        },
        "reasoning": decision.reasoning if decision else "",
        "decision": decision.label if decision else "",
        "head": head_of_bundle(ballot) if decision else "",
        "challenged_until": wall_words(until, ballot.zone) if until else "",
    }

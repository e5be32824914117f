"""The paper to print: the ballot paper alone for the room; with the sheet of the outer envelope for who asked."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing, Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.tellers import PaperRequest
from coop.rules.tally.election import HIGHEST_SCORE, PaperKind
from coop.services import ballots, documents

FORMAT = 1


def paper_vote(
    ballot: Ballot, organisation: Organisation, actor: Actor, *, number: int | None = None
) -> bytes:
    """Set the paper of a ballot; with a number, for the member of that number who asked for one.

    The same ballot and member give the same bytes. Nothing on a ballot paper tells whose it is.
    """
    own = actor.membership is not None and actor.membership.number == number
    authorize(actor, Permission.VOTE if own else Permission.ENTER_PAPER_VOTES, ballot)
    if ballot.opened_at is None:
        raise Refusal(_("A paper can be printed once voting is open: until then its words may change."))
    voter = None if number is None else _asked(ballot, number)
    return _set(
        json.dumps(_record(ballot, organisation, voter), sort_keys=True), ballot.opened_at.isoformat()
    )


def _asked(ballot: Ballot, number: int) -> dict[str, Any]:
    row = db.session.execute(
        select(PaperRequest.way, Membership.name, Membership.postal_address)
        .join(RollEntry, RollEntry.id == PaperRequest.roll_entry_id)
        .join(Membership, Membership.id == RollEntry.membership_id)
        .where(PaperRequest.ballot_id == ballot.id, Membership.number == number)
    ).first()
    if row is None:
        raise Missing
    way, name, address = row
    return {"number": number, "name": name, "address": address.strip() if way == "post" else ""}


def _record(ballot: Ballot, organisation: Organisation, voter: dict[str, Any] | None) -> dict[str, Any]:
    with force_locale(organisation.language):
        return {
            "format": FORMAT,
            "kind": "ballot_paper",
            "title": ballot.title,
            "lang": organisation.language,
            "organisation": {"name": organisation.name, "slug": organisation.slug},
            "ballot": {
                "number": ballot.number,
                "title": ballot.title,
                "text": ballot.text,
                "kind": ballot.kind,
                "method": ballot.method,
            },
            "options": [
                {"number": one.position, "name": one.name, "statement": one.statement}
                for one in ballot.options
            ],
            "asks": "motion" if ballot.kind == "motion" else str(ballots.paper_of(ballot)),
            "how": _how(ballot),
            **({"none": _("None of these")} if ballots.takes_none(ballot) else {}),
            "closes": ballots.wall_words(ballot.closes_at, ballot.zone),
            "papers_to": ballot.papers_to,
            "voter": voter,
        }


def _how(ballot: Ballot) -> str:
    """Say how the paper is marked."""
    if ballot.kind == "motion":
        return str(_("Mark one box."))
    or_none = " " + _("Or mark “None of these” and nobody else.") if ballots.takes_none(ballot) else ""
    words = {
        PaperKind.CHOICE: _("Mark one box."),
        PaperKind.RANKING: _(
            "Write 1 beside the candidate you want most, 2 beside the next, and so on. Rank as many or as few "
            "as you like."
        ),
        PaperKind.APPROVAL: _("Mark everybody you would be content with, as many as you like."),
        PaperKind.SCORE: _(
            "Write a score from 0 to %(most)d beside each candidate, %(most)d for the one you like best. "
            "Whoever has none counts as 0.",
            most=HIGHEST_SCORE,
        ),
    }
    return f"{words[ballots.paper_of(ballot)]}{or_none}"


@lru_cache(maxsize=16)
def _set(text: str, opened_at: str) -> bytes:
    """Set a paper once: setting takes a second, and the room's paper is asked for again and again."""
    return documents.set_paper(json.loads(text), datetime.fromisoformat(opened_at))[1]

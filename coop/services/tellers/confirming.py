"""Confirming a batch, which strikes its voters and counts its papers; or cancelling it."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.organisations import Organisation
from coop.models.tellers import ROLL_CALL, PaperBatch, PaperVote, Teller
from coop.rules.paper_votes import Pile
from coop.rules.secrecy import FEWEST_VOTES
from coop.services import ballots
from coop.services.tellers.reading import edition_of
from coop.services.tellers.roll_calling import give
from coop.services.tellers.working import at_work, note, running


def confirm(
    ballot: Ballot,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    number: int,
    edition: str,
) -> PaperBatch:
    """Confirm a batch as it was read: its voters are struck and its papers count. It can't be undone."""
    authorize(actor, Permission.ENTER_PAPER_VOTES, ballot)
    ballot = ballots.locked(ballot)
    teller, batch = at_work(ballot, actor, now), running(ballot, number)
    if batch.entered_by_id == teller.id:
        raise Refusal(_("You entered this yourself. Another teller confirms it."))
    if edition != edition_of(batch):
        raise Refusal(_("This batch was changed a moment ago. Read it again, then confirm it."))
    if batch.channel == ROLL_CALL:
        give(batch, teller, now)
    else:
        if ballot.secrecy == "secret":
            _refuse_few(batch)
        _count(batch, teller, now)
    note(batch, "confirmed papers of", ballot, organisation, actor, now)
    return batch


def cancel(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, number: int) -> None:
    """Cancel a batch that isn't confirmed: what was entered is forgotten, its voters are free again."""
    authorize(actor, Permission.ENTER_PAPER_VOTES, ballot)
    ballot = ballots.locked(ballot)
    at_work(ballot, actor, now)
    batch = running(ballot, number)
    ballots.forget([batch.id], now)
    note(batch, "cancelled papers of", ballot, organisation, actor, now)


def _refuse_few(batch: PaperBatch) -> None:
    """Refuse papers that could be guessed: in a secret ballot they are told apart from the votes by serial."""
    counted = select(func.coalesce(func.sum(PaperVote.papers), 0)).where(
        PaperVote.ballot_id == batch.ballot_id, PaperVote.voting_class == batch.voting_class
    )
    if (db.session.scalar(counted) or 0) + batch.voters < FEWEST_VOTES:
        raise Refusal(
            _(
                "Fewer than %(fewest)d papers in a secret ballot could show who voted how. Gather more of them in "
                "one batch; if there are no more, cancel this one, so that these members can vote on their phones.",
                fewest=FEWEST_VOTES,
            )
        )


def _count(batch: PaperBatch, teller: Teller, now: datetime) -> None:
    """Move what both tellers read to the votes of the ballot, where nothing joins it to this batch."""
    if batch.repeated_by_id != teller.id:
        raise Refusal(_("Enter the papers again yourself; who did that confirms them."))
    if batch.entered is None or not batch.agrees:
        raise Refusal(_("The two entries differ. Look at the papers together and correct what is wrong."))
    pile = Pile.of(batch.entered)
    batch.spoilt, batch.confirmed_at = pile.spoilt, now
    batch.entered = batch.repeated = None
    db.session.flush()
    for choice, papers in sorted(pile.papers.items()):
        key = (batch.ballot_id, batch.voting_class, batch.weight, choice)
        if (row := db.session.get(PaperVote, key, populate_existing=True)) is not None:
            row.papers += papers
        else:
            names = ("ballot_id", "voting_class", "weight", "choice")
            db.session.add(PaperVote(**dict(zip(names, key, strict=True)), papers=papers))
    db.session.flush()

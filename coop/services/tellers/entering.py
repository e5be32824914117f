"""Entering papers: by one teller, then again by another without seeing the first's.

The first entry keeps its voters from voting through the browser, until it is confirmed or cancelled.
"""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot
from coop.models.organisations import Organisation
from coop.models.tellers import CHANNELS, ROLL_CALL, PaperBatch, PaperVoter
from coop.rules.paper_votes import Pile
from coop.services import ballots
from coop.services.tellers.working import at_work, entries_of, keep, next_number, note, running


def enter(
    ballot: Ballot,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    channel: str,
    numbers: Sequence[int],
    pile: Pile,
) -> PaperBatch:
    """Enter a pile of papers and the members who handed them in; from now on these can't vote in the browser."""
    authorize(actor, Permission.ENTER_PAPER_VOTES, ballot)
    ballot = ballots.locked(ballot)
    teller = at_work(ballot, actor, now)
    if channel not in CHANNELS or channel == ROLL_CALL:
        raise Refusal(_("Say how these papers came."))
    entries = entries_of(ballot, numbers)
    _refuse_sum(pile, len(entries))
    batch = PaperBatch(
        ballot_id=ballot.id,
        number=next_number(ballot),
        channel=channel,
        voting_class=entries[0].voting_class,
        weight=entries[0].weight,
        entered_by_id=teller.id,
        entered_at=now,
        entered=pile.plain(),
        voters=len(entries),
    )
    db.session.add(batch)
    db.session.flush()
    keep(batch, entries)
    note(batch, "entered papers of", ballot, organisation, actor, now)
    return batch


def correct(
    ballot: Ballot,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    number: int,
    numbers: Sequence[int],
    pile: Pile,
) -> None:
    """Change what the first teller entered: the voters, the papers or both."""
    authorize(actor, Permission.ENTER_PAPER_VOTES, ballot)
    ballot = ballots.locked(ballot)
    teller, batch = at_work(ballot, actor, now), running(ballot, number)
    if batch.channel == ROLL_CALL or batch.entered_by_id != teller.id:
        raise Refusal(_("Only who entered this can change it. Enter the papers yourself, and compare."))
    db.session.execute(delete(PaperVoter).where(PaperVoter.batch_id == batch.id))
    entries = entries_of(ballot, numbers)
    _refuse_sum(pile, len(entries))
    batch.voting_class, batch.weight = entries[0].voting_class, entries[0].weight
    batch.entered, batch.voters = pile.plain(), len(entries)
    db.session.flush()
    keep(batch, entries)
    note(batch, "corrected papers of", ballot, organisation, actor, now)


def repeat(
    ballot: Ballot,
    organisation: Organisation,
    actor: Actor,
    now: datetime,
    *,
    number: int,
    pile: Pile,
) -> bool:
    """Enter the papers of a batch a second time, or change that; return whether both entries agree."""
    authorize(actor, Permission.ENTER_PAPER_VOTES, ballot)
    ballot = ballots.locked(ballot)
    teller, batch = at_work(ballot, actor, now), running(ballot, number)
    if batch.entered_by_id == teller.id or batch.channel == ROLL_CALL:
        raise Refusal(_("You entered these papers first. Another teller enters them again."))
    if batch.repeated_by_id not in (None, teller.id):
        raise Refusal(_("Two tellers have entered these papers already."))
    _refuse_sum(pile, batch.voters)
    batch.repeated_by_id, batch.repeated = teller.id, pile.plain()
    db.session.flush()
    note(batch, "entered again the papers of", ballot, organisation, actor, now)
    return batch.agrees


def _refuse_sum(pile: Pile, voters: int) -> None:
    if pile.total != voters:
        raise Refusal(
            _(
                "You entered %(papers)d papers, %(spoilt)d of them spoilt, for %(voters)d voters. Each hands in "
                "one paper: look for what is missing or too many.",
                papers=pile.total,
                spoilt=pile.spoilt,
                voters=voters,
            )
        )

"""Calling a ballot off before it is counted, with a reason that is kept."""

from datetime import datetime

from flask_babel import gettext as _

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.models.ballots import Ballot
from coop.models.organisations import Organisation
from coop.services.ballots import mailings, secret
from coop.services.ballots.reading import locked
from coop.services.ballots.rule import OF_PEOPLE, RECALL
from coop.services.records import record


def void(ballot: Ballot, organisation: Organisation, actor: Actor, reason: str, now: datetime) -> None:
    """Call a ballot off, with a reason that is kept; a result already counted stands."""
    authorize(actor, Permission.SET_UP_BALLOT, ballot)
    secret.one_at_a_time(ballot.id)
    ballot, reason = locked(ballot), reason.strip()
    refuse_members_own(ballot, actor)
    if not reason:
        raise Refusal(_("Say why this ballot is void. Members will read it."))
    if ballot.sealed_at is not None or ballot.stage_at(now) == "closed":
        raise Refusal(
            _("Voting has closed, so the result stands. Only another decision can undo a decision.")
        )
    if ballot.void_at is not None:
        raise Refusal(_("This ballot is void already."))
    make_void(ballot, reason, now)
    record(organisation, actor, "voided", f"ballot {ballot.number}", now, personal={"reason": reason})
    if ballot.opened_at is not None:
        mailings.plan(ballot, "void", now)


def refuse_members_own(ballot: Ballot, actor: Actor) -> None:
    """Refuse an officer who would open or call off what members or the constitution called."""
    if ballot.decision_class in {RECALL, *OF_PEOPLE} and actor != PROGRAM:
        raise Refusal(
            _(
                "The members or the constitution called this vote, as by petition: no officer opens it or calls it off."
            )
        )


def make_void(ballot: Ballot, reason: str, now: datetime) -> None:
    """Mark it; whoever asks has locked the row and records why."""
    if ballot.secrecy == "secret":
        secret.end(ballot)
    ballot.void_at, ballot.void_reason = now, reason

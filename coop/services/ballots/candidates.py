"""The candidates of an election as the options of its paper, and what is told where too few stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from coop.errors import Refusal
from coop.models.ballots import Ballot, BallotOption
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.services.ballots.rule import UNOPPOSED, Lawful

MOST_CANDIDATES = 60


@dataclass(frozen=True)
class Candidate:
    membership: Membership
    statement: str = ""


def refuse_candidates(organisation: Organisation, candidates: Sequence[Candidate], now: datetime) -> None:
    """Refuse what could be no paper: nobody, too many, somebody twice, or someone who is no active member."""
    if not candidates:
        raise Refusal(_("An election needs at least one candidate."))
    if len(candidates) > MOST_CANDIDATES:
        raise Refusal(
            _("A paper with more than %(most)d names can't be ranked by people.", most=MOST_CANDIDATES)
        )
    if len({one.membership.id for one in candidates}) < len(candidates):
        raise Refusal(_("Somebody is named twice. Name each candidate once."))
    day = organisation.day_of(now)
    for one in candidates:
        if one.membership.organisation_id != organisation.id or one.membership.status_on(day) != "active":
            raise Refusal(
                _(
                    "%(name)s is not an active member today and can't be a candidate.",
                    name=one.membership.name,
                )
            )


def put_on_paper(ballot: Ballot, candidates: Sequence[Candidate], *, reopen: bool) -> None:
    """Number the candidates by name; say what it means that no more stand than are to be elected."""
    in_order = sorted(candidates, key=lambda one: (one.membership.name.casefold(), one.membership.number))
    ballot.options = [
        BallotOption(
            position=at,
            name=one.membership.name,
            membership_id=one.membership.id,
            statement=one.statement.strip(),
        )
        for at, one in enumerate(in_order, 1)
    ]
    if ballot.method == UNOPPOSED:
        if len(candidates) > ballot.seats:
            raise Refusal(_("More stand than there are seats, so there must be a vote."))
        ballot.text = _(
            "No more people stand than are to be elected, so nobody votes. Whoever stands is elected unopposed "
            "when the time for voting would close."
        )
    elif reopen:
        ballot.method = "approval"
        ballot.text = _(
            "No more people stand than are to be elected. Mark everybody you want, or “Reopen nominations” "
            "if you want others to stand. Whoever is not marked on more papers than “Reopen nominations” "
            "is not elected."
        )
        ballot.options.append(BallotOption(position=len(in_order) + 1, name=_("Reopen nominations")))


def refuse_another_rule_for_too_few(ballot: Ballot, found: Lawful) -> None:
    """Refuse to open what was drawn up under a rule for too few candidates that no longer holds."""
    told = "unopposed" if ballot.method == UNOPPOSED else "reopen"
    if found.frozen["provisions"].get("election.too_few", told) != told:
        raise Refusal(
            _("The constitution has another rule for too few candidates now. Void this and draw it up again.")
        )

"""Counting a sealed ballot once more from its stored votes, and holding it against what is stored, byte for byte."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.models.ballots import Ballot
from coop.rules.chain import canonical
from coop.services.ballots.reading import decision_on
from coop.services.ballots.sealing import count_again
from coop.services.ballots.transcript import closing_record, sealing_event, sha256_of


@dataclass(frozen=True)
class Compared:
    """The SHA-256 of what was stored at sealing, and of the same made anew."""

    stored: str
    anew: str

    @property
    def same(self) -> bool:
        return self.stored == self.anew


@dataclass(frozen=True)
class Recount:
    """The votes against their fingerprint in the audit chain, and the count against the decision."""

    votes: Compared
    result: Compared

    @property
    def same(self) -> bool:
        return self.votes.same and self.result.same

    @property
    def says(self) -> str:
        if self.same:
            return str(_("The same, to the last digit."))
        if self.votes.same:
            return str(_("Not the same: the same votes come to another result than the one stored."))
        return str(_("Not the same: the votes are no longer those that were sealed."))


def recount(ballot: Ballot, actor: Actor) -> Recount:
    """Count the stored votes of a sealed ballot again."""
    authorize(actor, Permission.RECOUNT_BALLOT, ballot)
    decision = decision_on(ballot)
    if ballot.sealed_at is None or decision is None:
        raise Refusal(_("There is nothing to count again yet: the votes are counted after voting closes."))
    counted = count_again(ballot)
    stored = _transcript(decision.outcome, decision.reasoning, decision.result)
    anew = _transcript(counted.outcome, counted.reasoning, counted.result)
    sealed = json.loads(sealing_event(ballot).facts)["closing_sha256"]
    return Recount(Compared(sealed, sha256_of(closing_record(ballot))), Compared(stored, anew))


def _transcript(outcome: str, reasoning: str, result: dict[str, Any]) -> str:
    """Hash what a count says, every round of it, as the one JSON text it has."""
    text = canonical({"outcome": outcome, "reasoning": reasoning, "result": result})
    return hashlib.sha256(text.encode()).hexdigest()

"""What a vote on an amendment shows: the articles as they change, and what follows."""

from typing import Any

from flask import g

from coop.models.ballots import Ballot
from coop.services import constitution


def amended_by(ballot: Ballot) -> dict[str, Any]:
    """What the page of a constitutional motion shows beside its words; nothing for other ballots."""
    found = constitution.amendment_on(ballot.id) if ballot.decision_class == "constitutional" else None
    if found is None:
        return {"amendment": None}
    return {
        "amendment": found,
        "changed": constitution.preview(found, g.organisation),
        "overtaken": constitution.why_stale(found, g.organisation) if found.outcome is None else found.why,
    }

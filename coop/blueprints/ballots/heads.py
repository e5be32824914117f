"""The head that stands beside a result, for whoever checks the bundle."""

from coop.models.ballots import Ballot
from coop.services import ballots, records
from coop.transaction import chain_events


def head_beside(ballot: Ballot) -> str:
    """Return the head of a counted ballot, else ""; what was just counted is linked first."""
    if ballot.sealed_at is None:
        return ""
    head = ballots.head_of_bundle(ballot)
    if head:
        return head
    here = ballot.organisation_id
    chain_events(lambda: records.chain_events(here))
    return ballots.head_of_bundle(ballot)

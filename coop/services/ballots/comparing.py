"""Would another method, or another lot, have changed who is elected? Told after sealing, votes never."""

from functools import lru_cache

from flask_babel import gettext as _

from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.rules.tally import METHODS
from coop.rules.tally.comparing import FEWEST, MOST, compare
from coop.services.ballots.reading import turnout
from coop.services.ballots.votes import election_on


def what_else(ballot: Ballot, decision: Decision) -> tuple[str, ...]:
    """Say for a counted election what another lot and the other methods would have come to, or why not."""
    if ballot.kind != "election" or ballot.sealed_at is None:
        return ()
    votes = decision.result["voted"]
    papers = turnout(ballot)[0] if "members" in decision.result else votes  # of members, whatever they weigh
    if decision.outcome == "inquorate":
        return (_("Too few members voted, and no method changes that."),)
    if papers < FEWEST:
        return (
            _(
                "Fewer than %(fewest)d papers were cast. To count so few in other ways could tell how "
                "somebody voted, so it is not done.",
                fewest=FEWEST,
            ),
        )
    if votes > MOST:
        return (
            _("More than %(most)d papers were cast. So many are not counted in other ways here.", most=MOST),
        )
    return _compared(ballot.id, ballot.seed)


@lru_cache(maxsize=256)
def _compared(ballot_id: int, _seed: str) -> tuple[str, ...]:
    """Count anew; sealed votes never change, so the answer doesn't. The seed tells ballots of two databases apart."""
    ballot = db.session.get_one(Ballot, ballot_id)
    return compare(election_on(ballot), METHODS[ballot.method])

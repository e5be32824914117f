"""The marks that stand for members in a bundle."""

import hmac

from coop.models.ballots import Ballot


def member_mark(ballot: Ballot, number: int) -> str:
    """Stand in for a member in a bundle: each can find their own, nobody can turn it back into a number."""
    return hmac.digest(bytes.fromhex(ballot.salt), str(number).encode(), "sha256").hex()

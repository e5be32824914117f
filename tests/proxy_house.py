"""A co-op that allows proxies: one member may stand for two others, in open, private and announced ballots."""

from tests.ballot_house import RULES

PROXIES = '5. A member may stand for [no more than two others]{provision="proxy.limit" value="2"}.'
PRIVATE = '6. Votes are [private]{provision="ballot.secrecy" value="private"}.'


def rules(*articles):
    return "\n\n".join([RULES, PROXIES, *articles])

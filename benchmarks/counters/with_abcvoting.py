from abcvoting import abcrules
from abcvoting.preferences import Profile
from answering import answer, approved, each_paper


def _committees(rule, election, **more):
    profile = Profile(election["candidates"] + 1)  # numbered from 0, whom nobody approves and who never wins
    profile.add_voters([approved(ranks) for ranks in each_paper(election)])
    found = rule(profile, election["seats"], resolute=False, max_num_of_committees=None, **more)
    return [committee for committee in map(list, found) if 0 not in committee]


def approval(election):
    return _committees(abcrules.compute_av, election)


def equal_shares(election):
    return _committees(abcrules.compute_equal_shares, election, algorithm="gmpy2-fractions")


answer("abcvoting", approval=approval, equal_shares=equal_shares)

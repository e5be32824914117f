from answering import answer, approved
from votekit.ballot import RankBallot, ScoreBallot
from votekit.elections import STV, Approval, RankedPairs, Schulze
from votekit.pref_profile import RankProfile, ScoreProfile


def _name(number):
    return f"c{number:02}"


def _ranked(election):
    names = [_name(number) for number in range(1, election["candidates"] + 1)]
    papers = [
        RankBallot(ranking=[frozenset(map(_name, rank)) for rank in ranks], weight=weight)
        for ranks, weight in election["papers"]
    ]
    return RankProfile(ballots=papers, candidates=names, max_ranking_length=len(names))


def _winners(held):
    return [[int(name[1:]) for group in held.get_elected() for name in group]]


def scottish_stv(election):
    seats = election["seats"]
    return _winners(STV(_ranked(election), n_seats=seats, simultaneous=False, tiebreak="random", rng_seed=1))


def schulze(election):
    return _winners(Schulze(_ranked(election)))


def ranked_pairs(election):
    return _winners(RankedPairs(_ranked(election)))


def approval(election):
    papers = [
        ScoreBallot(scores={_name(number): 1 for number in approved(ranks)}, weight=weight)
        for ranks, weight in election["papers"]
    ]
    names = [_name(number) for number in range(1, election["candidates"] + 1)]
    profile = ScoreProfile(ballots=papers, candidates=names)
    return _winners(Approval(profile, n_seats=election["seats"], tiebreak="random"))


answer(
    "votekit",
    scottish_stv=scottish_stv,
    schulze=schulze,
    ranked_pairs=ranked_pairs,
    approval=approval,
)

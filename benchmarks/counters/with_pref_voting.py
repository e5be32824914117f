from answering import answer
from pref_voting.iterative_methods import instant_runoff_put
from pref_voting.margin_based_methods import beat_path, ranked_pairs_tb
from pref_voting.profiles_with_ties import ProfileWithTies


def _profile(election):
    papers = [
        {number: place for place, rank in enumerate(ranks, 1) for number in rank}
        for ranks, _ in election["papers"]
    ]
    counts = [weight for _, weight in election["papers"]]
    profile = ProfileWithTies(papers, counts, candidates=list(range(1, election["candidates"] + 1)))
    profile.use_extended_strict_preference()  # whoever is ranked comes before those who are not
    return profile


def _winning_votes(profile):
    """The more papers for the winner; of equal ones the fewer against; level pairs come last."""
    papers = profile.num_voters + 1

    def strength(a, b):
        won, lost = profile.support(a, b), profile.support(b, a)
        return won * papers - lost if won > lost else -1

    return strength


def irv(election):
    return [[winner] for winner in instant_runoff_put(_profile(election))]


def schulze(election):
    profile = _profile(election)
    return [[winner] for winner in beat_path(profile, strength_function=_winning_votes(profile))]


def ranked_pairs(election):
    profile = _profile(election)
    return [[winner] for winner in ranked_pairs_tb(profile, strength_function=_winning_votes(profile))]


answer("pref_voting", irv=irv, schulze=schulze, ranked_pairs=ranked_pairs)

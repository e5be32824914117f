import pyrankvote
from answering import answer, approved, each_paper
from pyrankvote import Ballot, Candidate


def irv(election):
    people = {number: Candidate(str(number)) for number in range(1, election["candidates"] + 1)}
    papers = [Ballot([people[number] for number in approved(ranks)]) for ranks in each_paper(election)]
    result = pyrankvote.instant_runoff_voting(list(people.values()), papers)
    return [[int(winner.name) for winner in result.get_winners()]]


answer("pyrankvote", irv=irv)

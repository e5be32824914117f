from answering import answer, approved
from stvpoll.base import calculate_stv
from stvpoll.irv import irv_quota
from stvpoll.scottish_stv import calculate_scottish_stv
from stvpoll.tiebreak_strategies import TiebreakHistory, TiebreakRandom
from stvpoll.transfer_strategies import transfer_serial


def _given(election):
    people = tuple(range(1, election["candidates"] + 1))
    return people, [(tuple(approved(ranks)), weight) for ranks, weight in election["papers"]]


def irv(election):
    people, papers = _given(election)
    result = calculate_stv(
        people,
        papers,
        1,
        tiebreak_strategies=(TiebreakHistory(), TiebreakRandom(people, shuffle=False)),
        transfer_strategy=transfer_serial,
        quota_method=irv_quota,
    )
    return [result.elected_as_tuple()]


def scottish_stv(election):
    people, papers = _given(election)
    result = calculate_scottish_stv(people, papers, election["seats"], random_shuffle=False)
    return [result.elected_as_tuple()]


answer("stvpoll", irv=irv, scottish_stv=scottish_stv)

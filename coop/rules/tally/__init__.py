"""Counting: papers in, a frozen result with every round out. A new method is one file and one line here."""

import importlib
from collections.abc import Iterator, Mapping

from coop.rules.tally.election import Method

# A method's name in bye-laws and commands → its module here, loaded when it is first asked for.
_MODULES = {
    "approval": "approval",
    "borda": "borda",
    "equal-shares": "equal_shares",
    "irv": "irv",
    "meek-stv": "meek_stv",
    "plurality": "plurality",
    "ranked-pairs": "ranked_pairs",
    "schulze": "schulze",
    "score": "score",
    "scottish-stv": "scottish_stv",
    "star": "star",
    "wigm-stv": "wigm_stv",
}


_WITHOUT_PAPERS = {
    "unopposed": "unopposed"
}  # found by name and never listed: no file of papers is counted so


class _Methods(Mapping[str, Method]):
    def __getitem__(self, name: str) -> Method:
        module = (_MODULES | _WITHOUT_PAPERS)[name]
        method: Method = importlib.import_module(f"coop.rules.tally.{module}").METHOD
        return method

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


METHODS: Mapping[str, Method] = _Methods()

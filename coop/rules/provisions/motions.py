"""Provisions of how a motion comes to a vote: who moves it, who seconds, how long it is debated."""

from collections.abc import Iterable

from coop.rules.provisions.provision import Provision
from coop.rules.provisions.values import DAYS, MONTHS, NUMBER, choice

_PROPOSERS = choice(
    member="any member",
    officer="whoever holds an office",
    board="whoever belongs to a board",
)
_BODY = ("body",)


def motion_provisions(classes: Iterable[str]) -> list[Provision]:
    """Give each class of decision its movers, seconders and wait, and all of them their times."""
    found = [one for name in classes for one in _of_class(name)]
    return [
        *found,
        Provision(
            "motion.seconding",
            DAYS,
            "30 days",
            "Time to be seconded",
            "How long members can second a motion after it is submitted; unseconded it lapses.",
            _BODY,
            low=1,
            high=365,
        ),
        Provision(
            "motion.debate",
            DAYS,
            "7 days",
            "Time for debate",
            "How long a motion is debated after it is admitted, before it can be put to the vote.",
            _BODY,
            low=0,
            high=120,
        ),
        Provision(
            "motion.lapse",
            MONTHS,
            "12 months",
            "Lapse of a motion",
            "A motion that is not put to the vote this long after it was submitted lapses.",
            _BODY,
            low=1,
            high=60,
        ),
        *_of_amendments(),
    ]


def _of_amendments() -> list[Provision]:
    return [
        Provision(
            "motion.amendments.proposers",
            _PROPOSERS,
            "member",
            "Amendments to a motion: who moves them",
            "Who may move an amendment to the words of a motion.",
            _BODY,
        ),
        Provision(
            "motion.amendments.close",
            DAYS,
            "1 day",
            "Amendments to a motion: last day",
            "How long before the end of the debate amendments to a motion close; then they are put to the vote.",
            _BODY,
            low=0,
            high=120,
        ),
        Provision(
            "motion.amendments.fall",
            DAYS,
            "60 days",
            "Amendments to a motion: how long they hold it up",
            "Amendments that are not decided this long after the debate fall, and the motion can be put.",
            _BODY,
            low=1,
            high=365,
        ),
    ]


def _of_class(name: str) -> list[Provision]:
    title, prefix = name.capitalize(), f"decision.{name}."
    return [
        Provision(
            prefix + "proposers",
            _PROPOSERS,
            "member",
            f"{title} motions: who proposes",
            f"Who may propose a motion of the {name} kind.",
            _BODY,
        ),
        Provision(
            prefix + "seconders",
            NUMBER,
            "0",
            f"{title} motions: seconders",
            f"How many members beside its mover must second a motion of the {name} kind.",
            _BODY,
            low=0,
            high=1000,
        ),
        Provision(
            prefix + "again",
            MONTHS,
            "0 months",
            f"{title} motions: put again",
            f"How long after a motion of the {name} kind is lost the same words can't be put again.",
            _BODY,
            low=0,
            high=60,
        ),
    ]

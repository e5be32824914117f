"""Provisions of how each class of decision is taken."""

from coop.rules.provisions.provision import Provision
from coop.rules.provisions.values import DAYS, MAJORITY, QUORUM

CLASSES = ("ordinary", "special", "constitutional")  # of decisions, the lightest first


def decision_provisions() -> list[Provision]:
    """Give each class its majority, quorum and voting period."""
    defaults = {
        "ordinary": ("> 1/2 of cast", "1/10 of eligible", "7 days"),
        "special": (">= 2/3 of cast", "1/4 of eligible", "14 days"),
        "constitutional": (">= 3/4 of cast", "1/3 of eligible", "21 days"),
    }
    found: list[Provision] = []
    for name, (majority, quorum, period) in defaults.items():
        title, prefix = name.capitalize(), f"decision.{name}."
        found += [
            Provision(
                prefix + "majority",
                MAJORITY,
                majority,
                f"{title} majority",
                f"What carries a motion of the {name} kind. Abstentions never count among the votes cast.",
                ("body",),
            ),
            Provision(
                prefix + "quorum",
                QUORUM,
                quorum,
                f"{title} quorum",
                f"How many must vote, abstentions included, for a motion of the {name} kind to carry.",
                ("body",),
            ),
            Provision(
                prefix + "voting_period",
                DAYS,
                period,
                f"{title} voting period",
                f"How long a ballot on a motion of the {name} kind stays open. Nothing closes early.",
                ("body",),
                low=1,
                high=120,
            ),
        ]
    return found

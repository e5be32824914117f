"""Sortition: seats given by lot over a frozen roll, by strata if the rules say so, with reserves in order.

The whole roll is put in one order by lot; each stratum gives its seats, then its reserves, to the first of
its own in that order. So anyone who re-runs the order can tick the strata off down the list. Seats that
aren't stated by stratum are shared out by largest remainder (A. Hamilton, 1792).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coop.rules.lot import lot_order


@dataclass(frozen=True)
class Place:
    """A ticket and its stratum; the number is its place among the seats, or among its stratum's reserves."""

    number: int
    ticket: str
    stratum: str

    def plain(self) -> dict[str, Any]:
        return {"number": self.number, "ticket": self.ticket, "stratum": self.stratum}


@dataclass(frozen=True)
class Sortition:
    """Who is drawn and who stands by, in the order of the lot."""

    occasion: str
    seed: bytes
    strata: Mapping[str, int]  # the tickets of each
    seats: Mapping[str, int]
    drawn: tuple[Place, ...]
    reserves: tuple[Place, ...]
    says: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Give the draw as JSON values."""
        return {
            "occasion": self.occasion,
            "seed": self.seed.hex(),
            "strata": [
                {"stratum": name, "tickets": number, "seats": self.seats[name]}
                for name, number in self.strata.items()
            ],
            "drawn": [place.plain() for place in self.drawn],
            "reserves": [place.plain() for place in self.reserves],
            "says": list(self.says),
        }


def draw_seats(
    roll: Mapping[str, str], seats: int | Mapping[str, int], seed: bytes, occasion: str, reserves: int = 0
) -> Sortition:
    """Draw the seats, and as many reserves for each stratum, from a roll of ticket → stratum.

    A roll without strata has one, the empty name. Seats are a number, shared out by the size of the strata,
    or stated for every stratum. A vacated seat falls to the first reserve of its stratum.
    """
    strata = dict.fromkeys(sorted(set(roll.values())), 0)
    for stratum in roll.values():
        strata[stratum] += 1
    if reserves < 0:
        raise ValueError("There can't be fewer than 0 reserves.")
    given, says = (
        largest_remainder(strata, seats, seed, occasion) if isinstance(seats, int) else (dict(seats), "")
    )
    _refuse_unfillable(strata, given)

    order = lot_order(seed, occasion, list(roll))
    drawn: list[Place] = []
    standby: list[Place] = []
    taken = dict.fromkeys(strata, 0)
    for ticket in order:
        stratum = roll[ticket]
        taken[stratum] += 1
        if taken[stratum] <= given[stratum]:
            drawn.append(Place(len(drawn) + 1, ticket, stratum))
        elif (number := taken[stratum] - given[stratum]) <= reserves:
            standby.append(Place(number, ticket, stratum))
    found = f"Drawn: {len(drawn)} of {len(roll)} tickets, and {len(standby)} in reserve."
    return Sortition(
        occasion, seed, strata, given, tuple(drawn), tuple(standby), tuple(s for s in (found, says) if s)
    )


def largest_remainder(
    strata: Mapping[str, int], seats: int, seed: bytes, occasion: str
) -> tuple[dict[str, int], str]:
    """Share seats out by size: each stratum its whole quotas, the rest to the largest remainders.

    The quota is seats × tickets ÷ all tickets, held exactly as quotient and remainder. Equal remainders go
    in the order of the lot on “occasion, remainders”.
    """
    total = sum(strata.values())
    if not 0 <= seats <= total:
        raise ValueError(f"{seats} seats can't be filled from {total} tickets.")
    if not strata:
        return {}, ""
    quotas = {name: divmod(seats * tickets, total) for name, tickets in strata.items()}
    given = {name: whole for name, (whole, _remainder) in quotas.items()}
    left = seats - sum(given.values())
    by_lot = lot_order(seed, f"{occasion}, remainders", list(strata))
    ranked = sorted(by_lot, key=lambda name: -quotas[name][1])
    for name in ranked[:left]:
        given[name] += 1
    if len(strata) == 1:
        return given, ""
    shares = "; ".join(
        f"{name}: {tickets} of {total} tickets, {_quota(*quotas[name], total)} quotas, {given[name]}"
        for name, tickets in strata.items()
    )
    says = f"Seats by largest remainder: {shares}."
    if left and quotas[ranked[left - 1]][1] == quotas[ranked[left]][1]:
        says += f" Equal remainders went by the lot on “{occasion}, remainders”."
    return given, says


def _quota(whole: int, remainder: int, total: int) -> str:
    return f"{whole} {remainder}/{total}" if remainder else str(whole)


def _refuse_unfillable(strata: Mapping[str, int], seats: Mapping[str, int]) -> None:
    for name, number in seats.items():
        if name not in strata:
            raise ValueError(f"Nobody on the roll is of the stratum “{name}”.")
        if not 0 <= number <= strata[name]:
            raise ValueError(f"{number} seats can't be filled from the {strata[name]} tickets of “{name}”.")
    for name in strata:
        if name not in seats:
            raise ValueError(f"No seats are stated for the stratum “{name}”; write 0 if it gets none.")

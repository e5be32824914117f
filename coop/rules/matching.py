"""Which charges a payment is for: proposals with evidence in sentences and points.

A proposal books by itself only with a strong item (reference, mandate or known account), the exact open
amount and a clear lead. Name and amount alone never suffice, since dues are alike.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from coop.rules.money import format_amount
from coop.rules.names import likeness, words_of
from coop.rules.references import creditor_references_in, member_numbers_in
from coop.rules.statements import Line

REFERENCE, MANDATE, MEMBER_REFERENCE, SOLE_ACCOUNT = 60, 50, 45, 40
SHARED_ACCOUNT, MEMBER_NUMBER, EXACT, ADDS_UP = 15, 12, 20, 15
FULL_NAME, PART_OF_NAME, NEAR_DUE, NEARISH_DUE = 15, 7, 5, 2
CLEAR_LEAD = 20
LARGEST_SET = 4
MOST_CONSIDERED = 12
MOST_NAMESAKES = 30

_PLAIN_NUMBER = re.compile(
    r"\b(?:ID|member(?:ship)?(?: no| number)?|mitglied(?:s(?:nummer|nr))?|nr|no)[ .:#]*0*([0-9]{1,8})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class OpenCharge:
    """A charge and what is still owed on it; zero if it is paid, kept for its reference."""

    id: int
    member: int  # the membership's id
    member_number: int
    member_name: str
    label: str  # "Dues for November 2026"
    open_minor: int
    currency: str
    due_on: dt.date
    reference: str


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for a proposal."""

    sentence: str
    points: int
    is_strong: bool = False
    is_name: bool = False  # the payer's whole name


@dataclass(frozen=True)
class Proposal:
    """Charges the payment may be for, and why."""

    charges: tuple[int, ...]
    member: int
    label: str
    evidence: tuple[Evidence, ...]
    remainder_minor: int  # what is left for member credit; negative if the charges are not fully paid

    @property
    def points(self) -> int:
        return sum(item.points for item in self.evidence)

    @property
    def is_strong(self) -> bool:
        return any(item.is_strong for item in self.evidence)

    @property
    def names_payer(self) -> bool:
        return any(item.is_name for item in self.evidence)

    @property
    def is_exact(self) -> bool:
        return self.remainder_minor == 0

    @property
    def verdict(self) -> str:
        if self.points >= 50 and self.is_exact:
            return "Very likely"
        return "Possible" if self.points >= 15 else "No idea"


@dataclass(frozen=True)
class Outcome:
    """All proposals, best first; whether the best books by itself, and the sentence that says why not."""

    proposals: tuple[Proposal, ...]
    books_by_itself: bool
    because: str

    @property
    def verdict(self) -> str:
        return self.proposals[0].verdict if self.proposals else "No idea"


def _plain_numbers_in(told: str) -> frozenset[int]:
    return frozenset(int(number) for number in _PLAIN_NUMBER.findall(told))


class Openings:
    """The charges a payment may be for, indexed by what a line can tell of them."""

    def __init__(self, charges: Iterable[OpenCharge]) -> None:
        self.of_member: dict[int, list[OpenCharge]] = {}
        self.by_reference: dict[str, OpenCharge] = {}
        self._by_number: dict[int, int] = {}
        self._by_word: dict[str, set[int]] = {}
        for charge in sorted(charges, key=lambda charge: (charge.due_on, charge.id)):
            if charge.reference:
                self.by_reference[charge.reference] = charge
            if charge.member not in self.of_member:
                self._by_number[charge.member_number] = charge.member
                for word in words_of(charge.member_name):
                    self._by_word.setdefault(word, set()).add(charge.member)
            self.of_member.setdefault(charge.member, []).append(charge)

    def named_in(self, line: Line) -> frozenset[int]:
        """The charges whose own reference stands in the line."""
        told = (line.reference, line.purpose, *line.bank_ids)
        found = (reference for text in told for reference in creditor_references_in(text))
        charges = (self.by_reference.get(reference) for reference in found)
        return frozenset(charge.id for charge in charges if charge and charge.currency == line.currency)

    def _of_name(self, name: str) -> set[int]:
        """Whoever shares a rare word of the name, or two words: half a co-op may be called Maria."""
        having = [self._by_word.get(word, set()) for word in words_of(name)]
        found = {member for members in having if len(members) <= MOST_NAMESAKES for member in members}
        sharing_two = {member for one, other in combinations(having, 2) for member in one & other}
        return found | sharing_two if len(sharing_two) <= MOST_NAMESAKES else found

    def candidates(self, line: Line, known: Iterable[int], named: frozenset[int]) -> list[list[OpenCharge]]:
        """The charges, member by member, of everyone the line says anything about."""
        told = f"{line.reference} | {line.purpose}"
        numbers = {*member_numbers_in(told), *_plain_numbers_in(told)}
        members = {self._by_number[number] for number in numbers if number in self._by_number}
        members.update(known)
        members.update(charge.member for charge in self.by_reference.values() if charge.id in named)
        members |= self._of_name(line.name)
        found = (
            [charge for charge in self.of_member.get(member, ()) if charge.currency == line.currency]
            for member in sorted(members)
        )
        return [theirs for theirs in found if theirs]


def propose(
    line: Line,
    charges: Openings | Iterable[OpenCharge],
    accounts: Mapping[str, frozenset[int]],
    mandates: Mapping[str, int] | None = None,
) -> Outcome:
    """What the line may pay.

    `accounts` maps a payer's account to the members it has paid for in confirmed matches, `mandates` a
    mandate to its member. An equal amount alone makes no proposal: dues are alike.
    """
    if line.amount_minor <= 0:
        return Outcome((), books_by_itself=False, because="Waits for you because money went out.")
    openings = charges if isinstance(charges, Openings) else Openings(charges)
    known = set(accounts.get(line.account, frozenset())) if line.account else set()
    if line.mandate and mandates and line.mandate in mandates:
        known.add(mandates[line.mandate])
    named = openings.named_in(line)
    candidates = openings.candidates(line, known, named)
    proposals = []
    for theirs in candidates:
        about_payer = _about_payer(line, theirs[0], accounts, mandates or {})
        for chosen in _choices(theirs, named, line.amount_minor):
            evidence = about_payer + _about_charges(line, chosen, named)
            proposals.append(_proposal(line, chosen, evidence))
    proposals += _together(line, candidates, accounts, named)
    worthwhile = sorted(
        (proposal for proposal in proposals if proposal.points >= PART_OF_NAME),
        key=lambda proposal: (-proposal.points, not proposal.is_exact, proposal.charges),
    )
    return _judge(worthwhile[:8])


def _about_payer(
    line: Line, charge: OpenCharge, accounts: Mapping[str, frozenset[int]], mandates: Mapping[str, int]
) -> tuple[Evidence, ...]:
    found = []
    name = charge.member_name
    told = f"{line.reference} | {line.purpose}"
    if line.mandate and mandates.get(line.mandate) == charge.member:
        found.append(Evidence(f"The mandate is {name}’s.", MANDATE, is_strong=True))
    if charge.member_number in member_numbers_in(told):
        sentence = f"The purpose gives {name}’s reference, and its check digit is right."
        found.append(Evidence(sentence, MEMBER_REFERENCE, is_strong=True))
    elif charge.member_number in _plain_numbers_in(told):
        found.append(
            Evidence(f"The purpose gives number {charge.member_number}, which is {name}’s.", MEMBER_NUMBER)
        )
    paid_for = accounts.get(line.account, frozenset()) if line.account else frozenset()
    if charge.member in paid_for:
        if len(paid_for) == 1:
            sentence = f"This account has paid for {name} before, and for nobody else."
            found.append(Evidence(sentence, SOLE_ACCOUNT, is_strong=True))
        else:
            sentence = f"This account has paid for {name} before, and for others too."
            found.append(Evidence(sentence, SHARED_ACCOUNT))
    alike = likeness(line.name, name)
    if alike == "whole":
        found.append(Evidence(f"The payer’s name reads as {name}’s.", FULL_NAME, is_name=True))
    elif alike == "part":
        found.append(Evidence(f"The payer’s name shares a part with {name}’s.", PART_OF_NAME))
    return tuple(found)


def _choices(
    theirs: Sequence[OpenCharge], named: frozenset[int], amount_minor: int
) -> list[tuple[OpenCharge, ...]]:
    """Sets of one member's charges worth proposing: named ones, single ones, and those that add up."""
    by_reference = tuple(charge for charge in theirs if charge.id in named)
    unpaid = [charge for charge in theirs if charge.open_minor > 0]
    found: dict[tuple[OpenCharge, ...], None] = {}
    if by_reference:
        found[by_reference] = None
    for charge in unpaid:
        if charge.open_minor == amount_minor:
            # Equal debts of one member are paid oldest first; the others are no proposals of their own.
            found[charge,] = None
            break
    if not any(sum(charge.open_minor for charge in chosen) == amount_minor for chosen in found):
        adding_up = _adding_up(unpaid, amount_minor)
        if adding_up:
            found[adding_up] = None
    if not found and unpaid:
        found[_oldest_first(unpaid, amount_minor)] = None
    if not found and theirs:
        found[()] = None
    return [chosen for chosen in found if chosen or by_reference]


def _adding_up(charges: Sequence[OpenCharge], amount_minor: int) -> tuple[OpenCharge, ...]:
    """The oldest charges in a row, else the smallest set, whose open amounts make the amount exactly."""
    total, row = 0, []
    for charge in charges:
        total += charge.open_minor
        row.append(charge)
        if total == amount_minor and len(row) > 1:
            return tuple(row)
    considered = charges[:MOST_CONSIDERED]
    for size in range(2, LARGEST_SET + 1):
        for chosen in combinations(considered, size):
            if sum(charge.open_minor for charge in chosen) == amount_minor:
                return chosen
    return ()


def _oldest_first(charges: Sequence[OpenCharge], amount_minor: int) -> tuple[OpenCharge, ...]:
    """The oldest charges that the amount reaches, the last of them perhaps only in part."""
    chosen: list[OpenCharge] = []
    left = amount_minor
    for charge in charges:
        if left <= 0:
            break
        chosen.append(charge)
        left -= charge.open_minor
    return tuple(chosen)


def _about_charges(line: Line, chosen: Sequence[OpenCharge], named: frozenset[int]) -> tuple[Evidence, ...]:
    found = []
    for charge in chosen:
        if charge.id in named:
            sentence = f"The reference is that of {charge.member_name}’s “{charge.label}”"
            sentence += (
                ", and its check digits are right." if charge.open_minor else ", which is already paid."
            )
            found.append(Evidence(sentence, REFERENCE, is_strong=True))
            break
    total = sum(charge.open_minor for charge in chosen)
    shown = format_amount(total, line.currency)
    if total == line.amount_minor and len(chosen) == 1:
        found.append(Evidence(f"{shown} is exactly what is open.", EXACT))
    elif total == line.amount_minor:
        parts = " + ".join(format_amount(charge.open_minor, line.currency) for charge in chosen)
        found.append(Evidence(f"{parts} is the whole amount.", ADDS_UP))
    days = min((abs((line.booked_on - charge.due_on).days) for charge in chosen), default=1000)
    if days <= 10 and found:
        found.append(Evidence(f"It came within {_days(days)} of the due day.", NEAR_DUE))
    elif days <= 40 and found:
        found.append(Evidence(f"It came {_days(days)} from the due day.", NEARISH_DUE))
    return tuple(found)


def _days(days: int) -> str:
    return "a day" if days <= 1 else f"{days} days"


def _together(
    line: Line,
    candidates: Sequence[Sequence[OpenCharge]],
    accounts: Mapping[str, frozenset[int]],
    named: frozenset[int],
) -> list[Proposal]:
    """One payment for several members: those the account has paid for, or whose references it gives."""
    paid_for = accounts.get(line.account, frozenset()) if line.account else frozenset()
    numbers = member_numbers_in(f"{line.reference} | {line.purpose}")
    unpaid = [[charge for charge in theirs if charge.open_minor > 0] for theirs in candidates]
    oldest = [theirs[0] for theirs in unpaid if theirs and theirs[0].member in paid_for]
    referred = [
        charge
        for theirs in unpaid
        for charge in theirs
        if charge.id in named or (not named and charge.member_number in numbers)
    ]
    found = []
    if len({charge.member for charge in oldest}) > 1:
        chosen = _adding_up(oldest, line.amount_minor)
        if chosen:
            names = " and ".join(charge.member_name for charge in chosen)
            known = Evidence(f"This account has paid for {names} before.", SHARED_ACCOUNT + PART_OF_NAME)
            found.append(_proposal(line, chosen, (known, *_about_charges(line, chosen, frozenset()))))
    by_name = [
        theirs[0] for theirs in unpaid if theirs and likeness(line.name, theirs[0].member_name) == "whole"
    ]
    unknown = {one.member for one in by_name} - {one.member for one in oldest}
    if unknown and 1 < len(by_name) <= LARGEST_SET:
        chosen = _adding_up(by_name, line.amount_minor)
        if chosen:
            names = " and ".join(charge.member_name for charge in chosen)
            item = Evidence(f"The payer’s name holds those of {names}.", FULL_NAME + NEAR_DUE, is_name=True)
            found.append(_proposal(line, chosen, (item, *_about_charges(line, chosen, frozenset()))))
    if len({charge.member for charge in referred}) > 1:
        chosen = (
            tuple(referred)
            if _sum(referred) == line.amount_minor
            else _adding_up(referred, line.amount_minor)
        )
        if chosen:
            names = " and ".join(dict.fromkeys(charge.member_name for charge in chosen))
            item = Evidence(
                f"The references of {names} are given, with right check digits.", REFERENCE, is_strong=True
            )
            found.append(_proposal(line, chosen, (item, *_about_charges(line, chosen, frozenset()))))
    return found


def _sum(charges: Sequence[OpenCharge]) -> int:
    return sum(charge.open_minor for charge in charges)


def _proposal(line: Line, chosen: Sequence[OpenCharge], evidence: tuple[Evidence, ...]) -> Proposal:
    names = " and ".join(dict.fromkeys(charge.member_name for charge in chosen))
    labels = ", ".join(dict.fromkeys(charge.label for charge in chosen))
    return Proposal(
        charges=tuple(charge.id for charge in chosen),
        member=chosen[0].member,
        label=f"{names}: {labels}",
        evidence=evidence,
        remainder_minor=line.amount_minor - _sum(chosen),
    )


def _judge(proposals: Sequence[Proposal]) -> Outcome:
    def waits(because: str) -> Outcome:
        return Outcome(tuple(proposals), books_by_itself=False, because=f"Waits for you because {because}")

    if not proposals:
        return waits("nothing in it points to a member.")
    best = proposals[0]
    if not best.is_strong:
        return waits("no reference was given and the account is not known to pay for one member only.")
    others = [other for other in proposals[1:] if not set(other.charges) <= set(best.charges)]
    if any(other.is_strong and other.member != best.member for other in others):
        return waits("its reference and its account, or two references, point to different members.")
    if not best.is_exact:
        less = "less" if best.remainder_minor < 0 else "more"
        return waits(f"the amount is {less} than what is open.")
    by_reference = any(item.is_strong and item.points >= MEMBER_REFERENCE for item in best.evidence)
    if not by_reference and any(other.member != best.member and other.names_payer for other in others):
        return waits("the account points to one member and the payer’s name to another too.")
    rivals = [other for other in others if other.member != best.member or other.is_exact]
    if rivals and best.points - rivals[0].points < CLEAR_LEAD:
        return waits("another proposal is nearly as likely.")
    return Outcome(tuple(proposals), books_by_itself=True, because="Booked by itself: " + _strongest(best))


def _strongest(proposal: Proposal) -> str:
    item = max((item for item in proposal.evidence if item.is_strong), key=lambda item: item.points)
    return item.sentence[0].lower() + item.sentence[1:]

"""An objection as a record: who raised it, at which version of the text and why, and what became of it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self


class State(StrEnum):
    UNRULED = "not yet ruled on"
    VALID = "ruled valid"
    INVALID = "ruled not valid"
    MET = "met by a later text"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Ruling:
    """What those whom the constitution names said of an objection, who said so, and why.

    `judges` are all who could rule when it was made; `by` those who made it. `met_by` is the version of
    the text that meets the objection, or None where the question was whether it is valid.
    """

    valid: bool
    judges: tuple[str, ...]
    by: tuple[str, ...]
    reason: str
    met_by: int | None = None

    def plain(self) -> dict[str, Any]:
        return {
            "valid": self.valid,
            "judges": list(self.judges),
            "by": list(self.by),
            "reason": self.reason,
            "met_by": self.met_by,
        }


@dataclass(frozen=True)
class Withdrawal:
    """The objector's own word that this version of the text, the same or a later one, is accepted."""

    version: int
    reason: str = ""

    def plain(self) -> dict[str, Any]:
        return {"version": self.version, "reason": self.reason}


@dataclass(frozen=True)
class Objection:
    """A written reason against one version of a text; a new state is a new record, the old one stays."""

    member: str
    reason: str
    version: int
    rulings: tuple[Ruling, ...] = ()
    withdrawal: Withdrawal | None = None

    def __post_init__(self) -> None:
        """Refuse an objection without a reason, and a ruling that its rules don't allow."""
        if not self.reason.strip():
            raise ValueError(f"{self.member} objects without a reason. Write down what the text would harm.")
        for ruling in self.rulings:
            self._check(ruling)
        if self.withdrawal is not None and self.withdrawal.version < self.version:
            raise ValueError(
                f"{self.member} objects to version {self.version} and can't withdraw that for an earlier one."
            )

    def rule(self, *, valid: bool, judges: tuple[str, ...], by: tuple[str, ...], reason: str) -> Self:
        """Rule the objection valid or not; a later ruling replaces an earlier one, which is kept."""
        return self._with(Ruling(valid, judges, by, reason))

    def meet(self, version: int, judges: tuple[str, ...], by: tuple[str, ...], reason: str) -> Self:
        """Rule that a later version of the text meets the objection."""
        return self._with(Ruling(False, judges, by, reason, version))

    def withdraw(self, version: int, reason: str = "") -> Self:
        """Record the objector's word that this version is no longer objected to."""
        return replace(self, withdrawal=Withdrawal(version, reason))

    def state_at(self, version: int) -> State:
        """Say what has become of it for this version of the text; what a later one cures still stands."""
        if self.withdrawal is not None and self.withdrawal.version <= version:
            return State.WITHDRAWN
        rulings = [ruling for ruling in self.rulings if (ruling.met_by or 0) <= version]
        if not rulings:
            return State.UNRULED
        if rulings[-1].met_by is not None:
            return State.MET
        return State.VALID if rulings[-1].valid else State.INVALID

    def stands_at(self, version: int) -> bool:
        """Whether it is in the way of this version: one that nobody has ruled on yet is."""
        return self.state_at(version) in {State.UNRULED, State.VALID}

    def plain(self, version: int) -> dict[str, Any]:
        """Give the record as JSON values, as it stands for this version of the text."""
        return {
            "member": self.member,
            "reason": self.reason,
            "version": self.version,
            "state": self.state_at(version).value,
            "stands": self.stands_at(version),
            "rulings": [ruling.plain() for ruling in self.rulings],
            "withdrawal": None if self.withdrawal is None else self.withdrawal.plain(),
        }

    def _with(self, ruling: Ruling) -> Self:
        if self.withdrawal is not None:
            raise ValueError(f"{self.member}'s objection is withdrawn; there is nothing left to rule on.")
        return replace(self, rulings=(*self.rulings, ruling))

    def _check(self, ruling: Ruling) -> None:
        others = set(ruling.judges) - {self.member}
        stranger = next((name for name in ruling.by if name not in ruling.judges), None)
        if self.member in ruling.by:
            raise ValueError(f"{self.member} raised the objection and can't rule on it.")
        if stranger is not None:
            raise ValueError(f"{stranger} is not among those who rule on objections.")
        if 2 * len(set(ruling.by)) <= len(others):
            raise ValueError(
                f"{len(set(ruling.by))} of {len(others)} who may rule is not more than half of them."
            )
        if not ruling.reason.strip():
            raise ValueError("A ruling needs a reason, which is kept with it.")
        if ruling.met_by is not None and ruling.met_by <= self.version:
            raise ValueError(
                f"Version {ruling.met_by} is not later than version {self.version}, to which was objected."
            )

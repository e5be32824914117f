"""Who has the duties of a vacant office: whom the constitution names for it, and if that office is vacant too, on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Offices:
    """Which offices are held on a day, as (body, office), and which office acts for which.

    An office of the assembly covers every body, so a body lacks one only where the assembly does too.
    """

    assembly: int
    held: frozenset[tuple[int, str]]
    acts: Mapping[
        int, Mapping[str, str]
    ]  # by body: from the vacant office to the one that acts, "none" for nobody

    def is_vacant(self, body: int, office: str) -> bool:
        return not {(body, office), (self.assembly, office)} & self.held

    def falls_to(self, body: int, office: str) -> str:
        """Name the office of the body whose holder has a vacant one's duties; "" where nobody has."""
        rules, asked = self.acts.get(body, {}), {office}
        acting = rules.get(office, "none")
        while acting not in asked and acting != "none":
            if (body, acting) in self.held:
                return acting
            asked.add(acting)
            acting = rules.get(acting, "none")
        return ""

    def duties_of(self, body: int, office: str) -> Collection[str]:
        """Name the vacant offices whose duties the holder of an office has beside their own."""
        vacant = (kind for kind in self.acts.get(body, {}) if self.is_vacant(body, kind))
        return {kind for kind in vacant if self.falls_to(body, kind) == office}

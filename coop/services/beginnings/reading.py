"""How far a founding has come: who founds, who accepted which text, who votes for whom."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from coop.access import Actor
from coop.errors import Forbidden, Missing
from coop.extensions import db
from coop.models.beginnings import Beginning, Founder, FounderVote
from coop.models.organisations import Organisation

OFFICES = ("chair", "secretary", "treasurer", "librarian", "auditor", "returning_officer")
NEEDED = ("secretary", "treasurer")  # without these nobody keeps the register or the money


@dataclass(frozen=True)
class Founding:
    """Everything about a founding that is recorded."""

    beginning: Beginning
    founders: tuple[Founder, ...]  # those who withdrew are not among them
    votes: dict[tuple[int, str], int | None]  # (founder, office) → founder; None: leave it vacant

    def has_accepted(self, founder: Founder) -> bool:
        """Whether they accepted the text as it is now."""
        return bool(self.beginning.sha256) and founder.accepted_sha256 == self.beginning.sha256

    def has_met(self, founder: Founder) -> bool:
        """Whether they were there and adopted the text as it is now."""
        return self.has_accepted(founder) and founder.adopted_sha256 == self.beginning.sha256

    @cached_property
    def accepted(self) -> tuple[Founder, ...]:
        return tuple(one for one in self.founders if self.has_accepted(one))

    @cached_property
    def met(self) -> tuple[Founder, ...]:
        return tuple(one for one in self.founders if self.has_met(one))

    @property
    def all_accepted(self) -> bool:
        return bool(self.founders) and len(self.accepted) == len(self.founders)

    @property
    def all_met(self) -> bool:
        return bool(self.founders) and len(self.met) == len(self.founders)

    def counted(self, office: str) -> Counter[int]:
        """How many vote for each founder."""
        standing = {one.id for one in self.founders}
        choices = (self.votes.get((one.id, office)) for one in self.met)
        return Counter(choice for choice in choices if choice in standing and choice is not None)

    def elected(self, office: str) -> Founder | None:
        """Whom more than half of all founders vote for."""
        for who, votes in self.counted(office).items():
            if 2 * votes > len(self.founders):
                return next(one for one in self.founders if one.id == who)
        return None


def find_beginning(organisation: Organisation, *, lock: bool = False) -> Beginning:
    """The beginning of an organisation. Raises Missing for one that was loaded and not begun here."""
    query = select(Beginning).where(Beginning.organisation_id == organisation.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise Missing
    return found


def founding_of(organisation: Organisation) -> Founding:
    """Gather the founding of an organisation; three queries."""
    beginning = find_beginning(organisation)
    if beginning.kind != "founding":
        raise Missing
    founders = db.session.scalars(
        select(Founder)
        .where(Founder.organisation_id == organisation.id, Founder.withdrew_at.is_(None))
        .order_by(Founder.id)
        .execution_options(populate_existing=True)
    )
    votes = db.session.scalars(
        select(FounderVote)
        .where(FounderVote.organisation_id == organisation.id)
        .execution_options(populate_existing=True)
    )
    return Founding(
        beginning, tuple(founders), {(one.founder_id, one.office): one.choice_id for one in votes}
    )


def my_founder(founding: Founding, actor: Actor) -> Founder:
    """The actor as a founder."""
    found = next((one for one in founding.founders if one.person_id == actor.person_id), None)
    if found is None:
        raise Forbidden
    return found

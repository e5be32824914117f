"""How many votes a member has: by voting class, and for a member organisation by the number of its members."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST = 10_000  # votes of one member: the file to check lists a private vote as often as it weighs
CLASS = "member"  # of everyone to whom no other was given
SIZE = "by size"  # no voting class has a blank in its name
LEAST_TOLD = 5  # fewer people than that are told as "fewer than five"


@dataclass(frozen=True)
class Weighed:
    """A member's votes and how they come about; `by_size` is None for whoever votes by class alone."""

    votes: int
    of_class: int
    article: str
    by_size: int | None = None
    capped: bool = False


@dataclass(frozen=True)
class Weights:
    """What a constitution gives: votes by voting class ("" for all others), and votes by size."""

    classes: Mapping[str, int]
    articles: Mapping[str, str]  # by voting class, and SIZE for the votes by size
    members_per_vote: int = 0
    most_votes: int = 0

    def weigh(self, voting_class: str, *, delegate: bool = False, represents: int | None = None) -> Weighed:
        """Weigh one member; only a delegate, for an organisation that is a member, has votes by its size."""
        named = voting_class if voting_class in self.classes else ""
        votes, article = self.classes.get(named, 1), self.articles.get(named, "")
        if not delegate or not self.members_per_vote:
            return Weighed(votes, votes, article)
        by_size = (represents or 0) // self.members_per_vote
        most = self.most_votes or votes + by_size
        return Weighed(
            min(votes + by_size, most), votes, self.articles.get(SIZE, ""), by_size, votes + by_size > most
        )

    def plain(self) -> dict[str, Any]:
        """Give them as JSON values, as a ballot's rule keeps them."""
        return {
            "classes": dict(self.classes),
            "articles": dict(self.articles),
            "members_per_vote": self.members_per_vote,
            "most_votes": self.most_votes,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Weights":
        """Read them from a ballot's rule."""
        return cls(kept["classes"], kept["articles"], kept["members_per_vote"], kept["most_votes"])


def may_tell(size: int) -> bool:
    """Whether a number of people is large enough to be told to others than those who answer for it."""
    return size >= LEAST_TOLD


EVEN = Weights({"": 1}, {})

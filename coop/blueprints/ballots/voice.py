"""What stands on a ballot's page of objections to it, and of what its voters were told."""

from dataclasses import dataclass
from datetime import datetime

from flask import g

from coop.access import Permission, may
from coop.models.ballots import Ballot, Decision
from coop.models.members import Membership
from coop.models.objections import Challenge
from coop.services import ballots


@dataclass(frozen=True)
class Voice:
    challenges: list[tuple[Challenge, Membership]]
    mine: Challenge | None
    until: datetime | None  # None where no result can be challenged any more
    contests: int  # of the roll, unanswered
    told: list[ballots.Told]  # for those who post letters and those who set up ballots
    sees_names: bool

    @property
    def letters(self) -> int:
        return sum(one.letters for one in self.told)


def voice_of(ballot: Ballot, decision: Decision | None) -> Voice:
    """Gather it for whoever looks: one query for members of a counted ballot, up to five for officers."""
    officer = may(g.actor, Permission.ANSWER_OBJECTION, ballot)
    made = ballots.challenges_of(ballot) if decision else []
    until = ballots.challenged_until(ballot) if decision else None
    coming = officer and ballot.opened_at is None
    contests = ballots.contests_of(ballot) if coming else []
    return Voice(
        challenges=made,
        mine=next((one for one, who in made if who.id == g.actor.membership_id), None),
        until=until if until and g.now < until else None,
        contests=sum(contest.outcome is None for contest, _who in contests),
        told=ballots.told_of(ballot) if officer or may(g.actor, Permission.POST_LETTERS, ballot) else [],
        sees_names=officer,
    )

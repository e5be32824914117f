"""A co-op that allows proxies: one member may stand for two others, in open, private and announced ballots."""

import pytest
from sqlalchemy import select

from coop.extensions import db
from coop.models.ballots import RollEntry, Vote
from coop.models.proxies import Proxy
from coop.models.records import AuditEvent, OutboxMail
from coop.services import ballots
from tests.ballot_house import RULES

PROXIES = '5. A member may stand for [no more than two others]{provision="proxy.limit" value="2"}.'
PRIVATE = '6. Votes are [private]{provision="ballot.secrecy" value="private"}.'


def rules(*articles):
    return "\n\n".join([RULES, PROXIES, *articles])


@pytest.fixture
def voting(coop_of, open_motion):
    """An open motion of six: (organisation, members, ballot)."""

    def build(*articles):
        organisation, members, officer = coop_of(6, rules=rules(*articles))
        return organisation, members, open_motion(organisation, officer)

    return build


@pytest.fixture
def gives(deed, make, now):
    def build(ballot, organisation, giver, holder, at=now):
        deed(ballots.name_proxy, ballot, organisation, make.actor(giver), at, number=holder.number)

    return build


@pytest.fixture
def votes_for(deed, make, now):
    def build(ballot, holder, giver, choice):
        deed(ballots.cast_vote, ballot, make.actor(holder), choice, now, giver=giver)

    return build


def state_of(ballot, giver):
    return db.session.scalar(
        select(Proxy.state).where(Proxy.ballot_id == ballot.id, Proxy.giver_id == giver.id)
    )


def cast_by(ballot, giver):
    return db.session.execute(
        select(Vote.choice, Vote.cast_by_id)
        .join(RollEntry, RollEntry.id == Vote.roll_entry_id)
        .where(RollEntry.ballot_id == ballot.id, RollEntry.membership_id == giver.id)
    ).first()


def verbs():
    rows = db.session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id))
    return [verb for verb in rows if "prox" in verb]


def mails(template):
    rows = db.session.scalars(select(OutboxMail.membership_id).where(OutboxMail.template == template))
    return list(rows)


def held_by(ballot, organisation, actor, now):
    return [one.number for one in ballots.proxies_of(ballot, organisation, actor, now).held]

"""Ballots and motions are numbered one after another within their organisation."""

from sqlalchemy import func, select

from coop.extensions import db
from coop.models.ballots import Ballot, Motion
from coop.models.organisations import Organisation


def next_motion(organisation: Organisation) -> int:
    """Return the number of the next motion, and hold it until the transaction ends."""
    one_number_at_a_time(organisation)
    return next_number(Motion, organisation)


def one_number_at_a_time(organisation: Organisation) -> None:
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())


def next_number(kind: type[Ballot | Motion], organisation: Organisation) -> int:
    last = db.session.scalar(select(func.max(kind.number)).where(kind.organisation_id == organisation.id))
    return (last or 0) + 1

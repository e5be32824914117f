"""What can be read of petitions: one, all, how many signed, who."""

from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor, Permission, authorize
from coop.errors import Missing
from coop.extensions import db
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.petitions import Petition, PetitionSignature

MOST = 100


def find(organisation: Organisation, number: int) -> Petition:
    petition = db.session.scalar(
        select(Petition).where(Petition.organisation_id == organisation.id, Petition.number == number)
    )
    if petition is None:
        raise Missing(_("There is no petition %(number)s.", number=number))
    return petition


def locked(petition: Petition) -> Petition:
    """Take the petition's row, so that of two signatures the second sees what the first has reached."""
    db.session.refresh(petition, with_for_update=True)
    return petition


def petitions_of(organisation: Organisation) -> list[Petition]:
    """List the petitions, the latest first."""
    return list(
        db.session.scalars(
            select(Petition)
            .where(Petition.organisation_id == organisation.id)
            .order_by(Petition.number.desc())
            .limit(MOST)
        )
    )


def running_by_term(organisation: Organisation) -> dict[int, Petition]:
    """Give the latest petition about each term of office, by the term's id."""
    rows = db.session.scalars(
        select(Petition)
        .where(Petition.organisation_id == organisation.id, Petition.term_id.is_not(None))
        .order_by(Petition.number)
    )
    return {petition.term_id: petition for petition in rows if petition.term_id is not None}


def count_of(petition: Petition) -> int:
    return db.session.scalar(select(func.count()).where(PetitionSignature.petition_id == petition.id)) or 0


def has_signed(petition: Petition, actor: Actor) -> bool:
    return db.session.get(PetitionSignature, (petition.id, actor.membership_id or 0)) is not None


def signers_of(petition: Petition, actor: Actor) -> list[Membership]:
    """Name those who signed, for whoever may see the roll."""
    authorize(actor, Permission.SEE_ROLL, petition)
    rows = db.session.scalars(
        select(Membership)
        .join(PetitionSignature, PetitionSignature.membership_id == Membership.id)
        .where(PetitionSignature.petition_id == petition.id)
        .order_by(Membership.number)
    )
    return list(rows)

"""Co-ops that admit members in other ways than by an officer, and someone who applies."""

from coop.access import Actor
from coop.extensions import db
from coop.models.accounts import Person
from coop.services import admissions, constitution, members

SPONSORS = """
8. Members admit [by sponsoring]{provision="membership.admission" value="sponsors"}.

9. [Two]{provision="membership.sponsors" value="2"} members sponsor an application.
"""
OPEN = """
8. Admission is [open]{provision="membership.admission" value="open"}.
"""
VOTE = """
8. The members [vote]{provision="membership.admission" value="ballot"} on every application.
"""


def applicant_of(make, deed, organisation, now, name="Cleo Marsh", *, confirmed=True):
    """Have somebody apply; returns the application."""
    version = constitution.in_force(organisation, organisation.day_of(now))
    application = deed(
        members.apply,
        organisation,
        Actor(label="visitor"),
        now,
        name=name,
        email=f"{name.split()[0].lower()}@home.example",
        declarations=admissions.declared(version),
        version_id=version.id,
    )
    if confirmed:
        with make.scope():
            db.session.get_one(Person, application.person_id).confirmed_at = now
    return application

"""The bodies an officer sets votes and calls up for."""

from flask import g

from coop.access import Permission, may
from coop.errors import Forbidden
from coop.models.organisations import Body
from coop.services import organisations


def own_bodies() -> list[Body]:
    """The bodies whose votes the actor may set up; without any, the door is shut."""
    found = organisations.bodies_of(g.organisation)
    own = [body for body in found if may(g.actor, Permission.SET_UP_BALLOT, body)]
    if not own:
        raise Forbidden
    return own


def own_body(slug: str) -> Body:
    return next(body for body in own_bodies() if body.slug == slug)

"""The page that says what is done and what comes next, and afterwards how it began."""

from flask import g

from coop.access import Permission, requires
from coop.blueprints.beginnings import bp
from coop.blueprints.beginnings.founding import founding_page
from coop.services import beginnings


@bp.get("/<organisation>/beginning")
@requires(Permission.SEE_BEGINNING)
def show() -> str:
    """What is done, what comes next, and once it is open the record of how it began."""
    beginnings.find_beginning(g.organisation)
    return founding_page()

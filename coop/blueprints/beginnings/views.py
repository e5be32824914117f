"""The page that says what is done and what comes next, and afterwards how it began."""

from flask import g

from coop.access import Permission, requires
from coop.blueprints.beginnings import bp
from coop.blueprints.beginnings.founding import founding_page
from coop.blueprints.beginnings.moving import moving_page
from coop.services import beginnings


@bp.get("/<organisation>/beginning")
@requires(Permission.SEE_BEGINNING)
def show() -> str:
    """What is done, what comes next, and once it is open the record of how it began."""
    kind = beginnings.find_beginning(g.organisation).kind
    return founding_page() if kind == "founding" else moving_page()

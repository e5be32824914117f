"""The constitution."""

from flask import Blueprint

from coop.services import constitution

bp = Blueprint("constitution", __name__, url_prefix="/<organisation>")
bp.add_app_template_filter(constitution.number_of, "version_number")

from coop.blueprints.constitution import (  # noqa: E402 - the views hang themselves on the blueprint
    amending,  # noqa: F401
    correcting,  # noqa: F401
    views,  # noqa: F401
)

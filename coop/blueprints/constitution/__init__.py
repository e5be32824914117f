"""The constitution."""

from flask import Blueprint

bp = Blueprint("constitution", __name__, url_prefix="/<organisation>")

from coop.blueprints.constitution import (  # noqa: E402 - the views hang themselves on the blueprint
    amending,  # noqa: F401
    correcting,  # noqa: F401
    views,  # noqa: F401
)

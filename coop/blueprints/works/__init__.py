"""The library."""

from flask import Blueprint

bp = Blueprint("works", __name__, url_prefix="/<organisation>/library")

from coop.blueprints.works import views  # noqa: E402, F401 - the views hang themselves on the blueprint

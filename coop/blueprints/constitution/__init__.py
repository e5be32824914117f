"""The constitution."""

from flask import Blueprint

bp = Blueprint("constitution", __name__, url_prefix="/<organisation>")

from coop.blueprints.constitution import views  # noqa: E402, F401 - the views hang themselves on the blueprint

"""Petitions of members, and giving up an office."""

from flask import Blueprint

bp = Blueprint("petitions", __name__, url_prefix="/<organisation>")

# The views hang themselves on the blueprint.
from coop.blueprints.petitions import views  # noqa: E402, F401

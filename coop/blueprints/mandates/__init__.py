"""Delegates sent elsewhere, federations, and adopted positions."""

from flask import Blueprint

bp = Blueprint("mandates", __name__, url_prefix="/<organisation>")

# The views hang themselves on the blueprint.
from coop.blueprints.mandates import federation, positions, recording, views  # noqa: E402, F401

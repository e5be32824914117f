"""Founding an organisation, and moving in with one that exists."""

from flask import Blueprint

bp = Blueprint("beginnings", __name__)

# The views hang themselves on the blueprint.
from coop.blueprints.beginnings import found, founding, moving, views  # noqa: E402, F401

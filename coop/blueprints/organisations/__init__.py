"""Settings, bodies and offices."""

from flask import Blueprint

bp = Blueprint("organisations", __name__)

# The views hang themselves on the blueprint.
from coop.blueprints.organisations import handovers, vacancies, views  # noqa: E402, F401

"""Joining, the register, and one's own particulars."""

from flask import Blueprint

bp = Blueprint("members", __name__, url_prefix="/<organisation>")

# The views hang themselves on the blueprint.
from coop.blueprints.members import events, importing, joining, mine, register, sponsoring, weighing  # noqa: E402, F401

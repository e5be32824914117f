"""Votes: motions, elections, their papers and results, and the decisions they became."""

from flask import Blueprint

bp = Blueprint("ballots", __name__, url_prefix="/<organisation>")

# The views hang themselves on the blueprint.
from coop.blueprints.ballots import (  # noqa: E402, F401
    decisions,
    letters,
    nominations,
    objections,
    officer,
    setting_up,
    views,
)

"""Votes: motions, elections, their papers and results, and the decisions they became."""

from flask import Blueprint

bp = Blueprint("ballots", __name__, url_prefix="/<organisation>")

# The views hang themselves on the blueprint.
from coop.blueprints.ballots import decisions, nominations, officer, photos, running, setting_up, views  # noqa: E402, F401

"""Votes: motions, elections, their papers and results, and the decisions they became."""

from flask import Blueprint

bp = Blueprint("ballots", __name__, url_prefix="/<organisation>")

# The views hang themselves on the blueprint.
from coop.blueprints.ballots import (  # noqa: E402
    decisions,  # noqa: F401
    letters,  # noqa: F401
    motions,  # noqa: F401
    motions_amending,  # noqa: F401
    motions_reasons,  # noqa: F401
    motions_ruling,  # noqa: F401
    nominations,  # noqa: F401
    objections,  # noqa: F401
    officer,  # noqa: F401
    photos,  # noqa: F401
    proxies,  # noqa: F401
    roll_call,  # noqa: F401
    running,  # noqa: F401
    secret,  # noqa: F401
    secret_papers,  # noqa: F401
    setting_up,  # noqa: F401
    tellers,  # noqa: F401
    telling,  # noqa: F401
    views,  # noqa: F401
)

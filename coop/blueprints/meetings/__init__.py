"""Meetings and the documents issued of them."""

from flask import Blueprint

bp = Blueprint("meetings", __name__, url_prefix="/<organisation>")

from coop.blueprints.meetings import (  # noqa: E402, F401 - the views hang themselves on the blueprint
    attendance,
    calling,
    documents,
    leading,
    minutes,
    views,
)

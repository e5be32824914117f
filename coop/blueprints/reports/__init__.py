"""The first page, the desk, the audit trail and the way around."""

from flask import Blueprint

bp = Blueprint("reports", __name__)

from coop.blueprints.reports import views  # noqa: E402, F401 - the views hang themselves on the blueprint

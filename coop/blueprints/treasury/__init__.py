"""The treasury: bank statements, the work bench of their lines, and the ledger."""

from flask import Blueprint

bp = Blueprint("treasury", __name__, url_prefix="/<organisation>/treasury")

from coop.blueprints.treasury import bench, views  # noqa: E402, F401 - the views hang themselves on the blueprint

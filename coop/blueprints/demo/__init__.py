"""The practice copy's own pages: its mail, readable on loopback only."""

from flask import Blueprint

bp = Blueprint("demo", __name__, url_prefix="/demo")

from coop.blueprints.demo import views  # noqa: E402, F401 - the views hang themselves on the blueprint

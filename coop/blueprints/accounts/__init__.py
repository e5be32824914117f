"""Signing in and out."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from coop.blueprints.accounts import views  # noqa: E402, F401 - the views hang themselves on the blueprint

"""Dues: what a member owes and why; the treasurer's plans, charge runs and arrears."""

from flask import Blueprint

from coop.rules.references import spaced

bp = Blueprint("dues", __name__, url_prefix="/<organisation>/dues")
bp.add_app_template_filter(spaced, "reference")

from coop.blueprints.dues import views  # noqa: E402, F401 - the views hang themselves on the blueprint

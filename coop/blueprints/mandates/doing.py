"""What every form of a deed does here: check it, do the deed in one transaction, or show the page again."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from coop.blueprints.mandates.forms import ByDecisionForm
from coop.errors import Missing, Refusal
from coop.models.ballots import Decision
from coop.services import ballots
from coop.transaction import writing

Answer = str | Response | tuple[str, int]


def do(form: FlaskForm, deed: Callable[[], Any], page: Callable[[], str]) -> tuple[Any, Answer | None]:
    """Do the deed if the form is sound: its answer, or the page again with what is wrong and was typed."""
    if not form.validate_on_submit():
        return None, (page(), 422)
    try:
        with writing():
            return deed(), None
    except (Refusal, Missing) as refusal:  # a number that was typed may be nobody's
        form.form_errors.append(str(refusal) or _("Nothing here has that number or short name."))
        return None, (page(), 409)


def deed_on_page(
    form: FlaskForm, deed: Callable[[], Any], page: Callable[[], str], said: str, then: str
) -> Answer:
    """Show the page of a form; sent, do its deed, say so and go on."""
    if request.method == "GET":
        return page()
    _none, answer = do(form, deed, page)
    if answer:
        return answer
    flash(said)
    return redirect(then)


def cited(form: ByDecisionForm) -> Decision:
    """The decision that a form names; refused if the organisation has none like it."""
    key = form.decision.data or 0
    found = ballots.decisions_by_id(g.organisation, {key}).get(key)
    if found is None:
        raise Refusal(_("Choose the decision."))
    return found

"""What every form of a beginning does: check it, do the deed, or show the page again."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from coop.errors import Refusal
from coop.transaction import writing

Answer = str | Response | tuple[str, int]


def do(form: FlaskForm, deed: Callable[[], Any], page: Callable[[], str]) -> tuple[str, int] | None:
    """Do the deed if the form is sound; else the page again, with what is wrong and what was typed."""
    if not form.validate_on_submit():
        return page(), 422
    try:
        with writing():
            deed()
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return page(), 409
    return None


def go(endpoint: str, said: str) -> Response:
    """Say what is done and go on."""
    flash(said)
    return redirect(url_for(endpoint))

"""What every form of a deed does: check it, do the deed in one transaction, or show the page again."""

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from coop.errors import Refusal
from coop.transaction import writing

Answer = str | Response | tuple[str, int]


def do(form: FlaskForm, deed: Callable[[], Any], page: Callable[[], str]) -> tuple[Any, Answer | None]:
    """Do the deed if the form is sound: its answer, or the page again with what is wrong and was typed."""
    if not form.validate_on_submit():
        return None, (page(), 422)
    try:
        with writing():
            return deed(), None
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return None, (page(), 409)

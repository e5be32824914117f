"""Beginning an organisation here: whoever runs the server has the code of the first, and invites the others."""

import hmac
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_user
from werkzeug.wrappers import Response

from config import kept_secret
from coop.access import Actor, public
from coop.blueprints.beginnings import bp
from coop.blueprints.beginnings.forms import BeginForm
from coop.errors import Missing, Refusal
from coop.gateways.passwords import hash_password
from coop.models.accounts import Person
from coop.models.organisations import Organisation
from coop.services import accounts, beginnings, organisations
from coop.transaction import writing


@bp.route("/found", methods=["GET", "POST"])
@public
def found() -> str | Response | tuple[str, int]:
    """Choose what it is; the code is printed where the server was started, or came with an invitation."""
    code = request.args.get("code", "")
    if organisations.any_exists() and not _invites(code or request.form.get("code", "")):
        raise Missing
    form = BeginForm(data={"code": code} if request.method == "GET" else None)
    if g.person is not None:
        del form.email, form.password
    if request.method == "GET":
        return _page(form)
    if form.validate_on_submit():
        if not _invites(form.code.data):
            form.code.errors = [_(beginnings.WRONG_CODE)]
        elif g.person is None and accounts.find_by_email(form.email.data):
            form.email.errors = [
                _("There is a sign-in with this address. Sign in first, then open your invitation again.")
            ]
    if form.errors:
        return _page(form), 422

    password_hash = hash_password(form.password.data) if g.person is None else ""
    try:
        with writing():
            organisation, person = _begin(form, password_hash)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(form), 409
    if g.person is None:
        login_user(person)
    flash(_("%(name)s has begun. Nothing is decided yet.", name=organisation.name))
    return redirect(url_for(".show", organisation=organisation.slug))


def founding_code() -> str:
    """The code this installation asks for at first, in the form people copy: four groups of four."""
    secret = kept_secret(current_app.config["COOP"].instance, "founding-code")
    return "-".join(secret[at : at + 4] for at in range(0, 16, 4))


def _invites(typed: str) -> bool:
    return (not organisations.any_exists() and _is_code(typed)) or beginnings.is_invited(typed, g.now)


def _is_code(typed: str) -> bool:
    return hmac.compare_digest(founding_code().encode(), typed.strip().casefold().encode())


def _begin(form: BeginForm, password_hash: str) -> tuple[Organisation, Person]:
    if _is_code(form.code.data):
        organisations.refuse_unless_first()
    else:
        beginnings.use_invitation(form.code.data, g.now)
    person = accounts.find_or_create(form.email.data, g.now) if g.person is None else g.person
    begins: dict[str, Any] = {
        "summary": form.summary.data or "",
        "zone": form.zone.data,
        "currency": form.currency.data,
        "now": g.now,
    }
    named = (form.slug.data, form.name.data)
    if form.kind.data == "moving":
        organisation = beginnings.begin_moving(*named, person=person, **begins)
    else:
        founder = (form.founder.data, person)
        organisation = beginnings.begin_founding(*named, form.kind.data, founder=founder, **begins)
    if password_hash:
        actor = Actor(person_id=person.id, label=f"person {person.id}")
        accounts.set_password(person, password_hash, actor, g.now)
    return organisation, person


def _page(form: BeginForm) -> str:
    return render_template("beginnings/found.html", form=form)

"""Founding the first organisation on a fresh server; whoever runs it has the code."""

import hmac
from functools import cache

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_user
from werkzeug.wrappers import Response

from config import kept_secret
from coop.access import OPERATOR, Actor, public
from coop.blueprints.organisations import bp
from coop.blueprints.organisations.forms import FoundingForm
from coop.errors import Missing, Refusal
from coop.gateways import markdown
from coop.gateways.model_texts import model_names, model_text
from coop.gateways.passwords import hash_password
from coop.models.accounts import Person
from coop.models.organisations import Organisation
from coop.services import accounts, constitution, members, organisations, records
from coop.transaction import writing

OFFICES = ("chair", "secretary", "treasurer", "librarian", "auditor", "returning_officer")


@bp.route("/found", methods=["GET", "POST"])
@public
def found() -> str | Response | tuple[str, int]:
    """Only while this server holds no organisation, and only with the code it printed."""
    if organisations.any_exists():
        raise Missing
    form = FoundingForm(data={"code": request.args.get("code", "")} if request.method == "GET" else None)
    if request.method == "GET":
        return _page(form)
    if form.validate_on_submit() and not _is_code(form.code.data):
        form.code.errors = [_("This is not the code that the server printed.")]
    if form.errors or not form.is_submitted():
        return _page(form), 422

    password_hash = hash_password(form.password.data)
    text = model_text(form.model.data, name=form.name.data, zone=form.zone.data, currency=form.currency.data)
    try:
        with writing():
            organisation, person = _found(form, text, password_hash)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(form), 409
    login_user(person)
    flash(_("%(name)s is founded. You are member 1.", name=organisation.name))
    return redirect(url_for("reports.home", organisation=organisation.slug))


def founding_code() -> str:
    """The code this installation asks for, in the form people copy: four groups of four."""
    secret = kept_secret(current_app.config["COOP"].instance, "founding-code")
    return "-".join(secret[at : at + 4] for at in range(0, 16, 4))


def _is_code(typed: str) -> bool:
    return hmac.compare_digest(founding_code().encode(), typed.strip().casefold().encode())


def _found(form: FoundingForm, text: str, password_hash: str) -> tuple[Organisation, Person]:
    """The organisation, its constitution and offices, its first member, and the others' invitations."""
    organisations.refuse_unless_first()
    organisation = organisations.found_organisation(
        form.slug.data, form.name.data, summary=form.summary.data or "", actor=OPERATOR, now=g.now
    )
    today = organisation.day_of(g.now)
    version = constitution.adopt_version(
        organisation,
        text,
        passed_on=today,
        registered_on=None,
        in_force_on=today,
        decision_id=None,
        actor=OPERATOR,
        now=g.now,
    )
    assembly = organisations.assembly_of(organisation)
    for kind in OFFICES:
        organisations.add_office(assembly, kind, _titles()[kind], actor=OPERATOR, now=g.now)

    person = accounts.find_or_create(form.email.data, g.now)
    person.confirmed_at = g.now
    founder = Actor(person_id=person.id, organisation_id=organisation.id, label=f"person {person.id}")
    declared = constitution.rule(version, "membership.declarations")
    application = members.apply(
        organisation,
        founder,
        g.now,
        name=form.founder.data,
        email=form.email.data,
        declarations=[
            {"text": item, "article": declared.article, "version": version.number} for item in declared.value
        ],
        version_id=version.id,
    )
    if application is None:
        raise Refusal(_("This person is a member already."))
    article = constitution.rule(version, "membership.admission").article
    members.admit(application, OPERATOR, g.now, article=article, version_id=version.id)
    accounts.set_password(person, password_hash, founder, g.now)
    for _name, email in form.invited:
        invited = accounts.find_or_create(email, g.now)
        key = f"founding-invitation:{organisation.id}:{invited.id}"
        records.send(organisation, "founding-invitation", key, g.now, person_id=invited.id, path="/join")
    return organisation, person


def _titles() -> dict[str, str]:
    return {
        "chair": _("Chair"),
        "secretary": _("Secretary"),
        "treasurer": _("Treasurer"),
        "librarian": _("Librarian"),
        "auditor": _("Auditor"),
        "returning_officer": _("Returning officer"),
    }


def _page(form: FoundingForm) -> str:
    return render_template("organisations/found.html", form=form, models=_models())


@cache
def _models() -> dict[str, list[markdown.Piece]]:
    return {name: markdown.render(model_text(name)) for name in model_names()}

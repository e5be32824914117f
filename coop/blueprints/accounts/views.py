from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from coop.access import Actor, Permission, actor_for, requires
from coop.blueprints.accounts import bp
from coop.blueprints.accounts.forms import (
    ChangePasswordForm,
    LinkForm,
    NewPasswordForm,
    OpenLinkForm,
    SignInForm,
)
from coop.gateways.passwords import PRACTICE_PASSWORD, hash_password, password_matches
from coop.models.accounts import Person
from coop.services import accounts, members
from coop.transaction import record_attempt, writing


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Any:
    form = SignInForm()
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(_after_sign_in(g.person))
        return render_template("accounts/sign_in.html", form=form, then=_then())
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form, then=_then()), 422

    counts = accounts.tallies(current_app.secret_key, form.email.data, request.remote_addr or "")
    accounts.refuse_after_too_many(counts, g.now)
    person = accounts.person_with(form.email.data, form.password.data)
    if current_app.config["COOP"].production and form.password.data == PRACTICE_PASSWORD:
        person = None  # a practice account opens nothing real
    if person is None:
        record_attempt(lambda: accounts.count_failure(counts, g.now))
        form.form_errors.append(
            _("Address and password do not belong together. Try again, or ask for a link.")
        )
        return render_template("accounts/sign_in.html", form=form, then=_then()), 422

    login_user(person)
    return redirect(_after_sign_in(person))


@bp.get("/sign-out")
@bp.get("/<organisation>/sign-out")
def sign_out_page() -> str:
    """For those who type or keep the address; the button signs out, no link ever does."""
    return render_template("accounts/sign_out.html")


@bp.post("/sign-out")
def sign_out() -> Any:
    logout_user()
    flash(_("You are signed out."))
    return redirect(url_for(".sign_in"))


@bp.route("/sign-in/link", methods=["GET", "POST"])
def link() -> Any:
    return _ask_for("sign-in", "accounts/link.html")


@bp.route("/sign-in/forgotten", methods=["GET", "POST"])
def forgotten() -> Any:
    return _ask_for("reset", "accounts/forgotten.html")


@bp.route("/sign-in/link/<secret>", methods=["GET", "POST"])
def open_link(secret: str) -> Any:
    """A page with a button, since scanners of mail follow links and must not use them up."""
    token = accounts.find_token(secret, g.now)
    if token is None:
        return render_template("accounts/link_used.html"), 409 if request.method == "POST" else 200
    purpose = token.purpose
    form = NewPasswordForm() if purpose == "reset" else OpenLinkForm()
    page = "accounts/reset.html" if purpose == "reset" else "accounts/open_link.html"
    if not form.validate_on_submit():
        answer = render_template(page, form=form, purpose=purpose)
        return answer, 422 if request.method == "POST" else 200

    password_hash = hash_password(form.password.data) if isinstance(form, NewPasswordForm) else None
    with writing():
        person = accounts.use_token(secret, g.now)
        if password_hash:
            accounts.set_password(
                person, password_hash, Actor(person_id=person.id, label=f"person {person.id}"), g.now
            )
    login_user(person)
    if password_hash:
        flash(_("Your new password holds from now on. Everywhere else you are signed out."))
    return redirect(_after_sign_in(person))


@bp.route("/password", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def password() -> Any:
    person: Person = g.person
    form = ChangePasswordForm() if person.password_hash else NewPasswordForm()
    if not form.validate_on_submit():
        answer = render_template("accounts/password.html", form=form)
        return answer, 422 if request.method == "POST" else 200

    if isinstance(form, ChangePasswordForm):
        counts = accounts.tallies(current_app.secret_key, person.email or "", request.remote_addr or "")
        accounts.refuse_after_too_many(counts, g.now)
        if not password_matches(person.password_hash, form.current.data):
            record_attempt(lambda: accounts.count_failure(counts, g.now))
            form.current.errors = [_("This is not your current password.")]
            return render_template("accounts/password.html", form=form), 422
    password_hash = hash_password(form.password.data)
    with writing():
        accounts.set_password(person, password_hash, g.actor, g.now)
    login_user(person)
    flash(_("Your new password holds from now on. Everywhere else you are signed out."))
    return redirect(_after_sign_in(person))


def _ask_for(purpose: str, page: str) -> Any:
    form = LinkForm()
    if not form.validate_on_submit():
        answer = render_template(page, form=form, then=_then())
        return answer, 422 if request.method == "POST" else 200

    with writing():
        accounts.ask_for_link(form.email.data, purpose, current_app.secret_key, g.now, then=_then())
    return render_template("accounts/link_sent.html", email=form.email.data, purpose=purpose)


def _then() -> str:
    """Where to go after sign-in: an address of ours, or nothing."""
    return safe_path(request.args.get("next", ""))


def _after_sign_in(person: Person) -> str:
    then = _then()
    if then:
        return then
    organisations = members.organisations_of(person.id)
    if len(organisations) != 1:
        return url_for("reports.front")
    [only] = organisations
    belongs = actor_for(person, only, only.day_of(g.now)).membership is not None
    return url_for("reports.home" if belongs else "members.application", organisation=only.slug)


def safe_path(target: str) -> str:
    """The target if it is a path on this very site, else nothing."""
    plain = target.isascii() and target.isprintable() and "\\" not in target
    if not plain or not target.startswith("/") or target.startswith("//"):
        return ""
    parts = urlsplit(target)
    return "" if parts.scheme or parts.netloc else target

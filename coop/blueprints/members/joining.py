"""From a visitor's first page to an answered application."""

from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coop.access import Permission, may, requires
from coop.blueprints.members import bp
from coop.blueprints.members.forms import ApplicationForm, ConfirmForm, RefuseForm, application_form
from coop.errors import Missing, Refusal
from coop.gateways import markdown
from coop.models.constitution import ConstitutionVersion
from coop.models.members import Application
from coop.services import accounts, admissions, constitution, dues, members
from coop.transaction import writing


@bp.route("/join", methods=["GET", "POST"])
def join() -> Any:
    version = _version()
    form = _form(version) if version else None
    if form is None or request.method == "GET" or request.form.get("deed") == "change":
        return _join_page(version, form)
    if not form.validate_on_submit():
        return _join_page(version, form), 422
    return render_template("members/check.html", form=form, email=_email(form))


@bp.post("/join/check")
def join_check() -> Any:
    version = _version()
    if version is None:
        raise Missing
    form = _form(version)
    if not form.validate_on_submit():
        return _join_page(version, form), 422
    if form.version.data != str(version.number):
        form.version.data = str(version.number)
        form.form_errors.append(_("The rules have changed since you opened this page. Read them again."))
        return _join_page(version, form), 409
    with writing():
        accounts.count_application(current_app.secret_key, request.remote_addr or "", g.now)
        members.apply(
            g.organisation,
            g.actor,
            g.now,
            name=form.name.data,
            email=_email(form),
            declarations=admissions.declared(version),
            version_id=version.id,
        )
    return redirect(url_for(".application" if g.actor.person_id else ".join_sent"))


@bp.get("/join/sent")
def join_sent() -> Any:
    return render_template("members/sent.html", admission=admissions.way_of(g.organisation, g.now))


@bp.get("/join/application")
def application() -> Any:
    if g.actor.person_id is None:
        return redirect(url_for("accounts.sign_in", next=request.path))
    found = members.application_of(g.organisation, g.actor.person_id)
    if found is None:
        return redirect(url_for(".join"))
    return _own_page(found)


@bp.post("/join/application/enter")
@requires(Permission.ENTER)
def enter() -> Any:
    found = _own_application()
    if not ConfirmForm().validate_on_submit():
        return _own_page(found), 422
    with writing():
        number = admissions.enter(found, g.actor, g.now).number
    flash(_("You are member %(number)s now.", number=number))
    return redirect(url_for("reports.home"))


@bp.post("/join/application/withdraw")
@requires(Permission.WITHDRAW_APPLICATION)
def withdraw() -> Any:
    with writing():
        members.withdraw(_own_application(), g.actor, g.now)
    flash(_("Your application is withdrawn."))
    return redirect(url_for(".application"))


@bp.get("/applications")
@requires(Permission.SEE_APPLICATIONS)
def applications() -> Any:
    words, page = request.args.get("q", ""), request.args.get("page", 1, type=int)
    found = members.list_applications(g.organisation, g.actor, words, page)
    return render_template("members/applications.html", found=found)


@bp.get("/applications/<int:number>")
@requires(Permission.SEE_APPLICATIONS)
def answer(number: int) -> Any:
    found = members.find_application(g.organisation, number, g.actor)
    return _answer_page(found, RefuseForm())


@bp.post("/applications/<int:number>/admit")
@requires(Permission.ADMIT_MEMBER)
def admit(number: int) -> Any:
    found = members.find_application(g.organisation, number, g.actor)
    if not ConfirmForm().validate_on_submit():
        return _answer_page(found, RefuseForm()), 422
    with writing():
        membership = admissions.admit(found, g.actor, g.now)
        name, given = membership.name, membership.number
    flash(_("%(name)s is member %(number)s now, and gets a welcome mail.", name=name, number=given))
    return redirect(url_for(".answer", number=number))


@bp.post("/applications/<int:number>/refuse")
@requires(Permission.ADMIT_MEMBER)
def refuse(number: int) -> Any:
    found = members.find_application(g.organisation, number, g.actor)
    form = RefuseForm()
    if not form.validate_on_submit():
        return _answer_page(found, form), 422
    name = found.name
    try:
        with writing():
            admissions.refuse(found, form.reason.data, g.actor, g.now)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _answer_page(found, form), 409
    flash(_("%(name)s is refused, and told why.", name=name))
    return redirect(url_for(".applications"))


@bp.post("/applications/<int:number>/vote")
@requires(Permission.ADMIT_MEMBER)
def put_to_vote(number: int) -> Any:
    found = members.find_application(g.organisation, number, g.actor)
    if not ConfirmForm().validate_on_submit():
        return _answer_page(found, RefuseForm()), 422
    with writing():
        ballot = admissions.put_to_vote(found, g.actor, g.now)
        opened = ballot.opened_at is not None
    flash(
        _("The members vote on it now.")
        if opened
        else _("The vote is drafted. The returning officer announces it, because it is secret.")
    )
    return redirect(url_for(".answer", number=number))


def _own_application() -> Application:
    found = members.application_of(g.organisation, g.actor.person_id)
    if found is None:
        raise Missing
    return found


def _own_page(found: Application) -> str:
    return render_template(
        "members/application.html",
        application=found,
        admission=admissions.way_of(g.organisation, g.now),
        confirmed=members.is_confirmed(found),
        sponsors=admissions.sponsors_of(found),
        membership=found.membership,
        sources=admissions.sources_of(found.membership) if found.membership else {},
    )


def _version() -> ConstitutionVersion | None:
    return constitution.in_force(g.organisation, g.organisation.day_of(g.now))


def _form(version: ConstitutionVersion) -> ApplicationForm:
    declarations = [str(one["text"]) for one in admissions.declared(version)]
    return application_form(declarations, version.number, email=_own_email())


def _own_email() -> str:
    return (g.person.email or "") if g.actor.person_id is not None else ""


def _email(form: ApplicationForm) -> str:
    return _own_email() or str(form.email.data)


def _join_page(version: ConstitutionVersion | None, form: ApplicationForm | None) -> Any:
    waiting = members.application_of(g.organisation, g.actor.person_id) if g.actor.person_id else None
    return render_template(
        "members/join.html",
        version=version,
        form=form,
        sentences=constitution.summary_of(version) if version else [],
        pieces=markdown.render(version.text) if version else [],
        plans=dues.plans_on(g.organisation, g.organisation.day_of(g.now)),
        admission=admissions.way_of(g.organisation, g.now),
        waiting=waiting if waiting is not None and not waiting.is_decided else None,
        belongs=may(g.actor, Permission.SEE_MEMBER_PAGES, g.organisation),
    )


def _answer_page(found: Application, form: RefuseForm) -> Any:
    way = admissions.way_of(g.organisation, g.now)
    return render_template(
        "members/answer.html",
        application=found,
        form=form,
        confirmed=members.is_confirmed(found),
        admission=way,
        by_hand=admissions.answers_by_hand(way, g.actor),
        sponsors=admissions.sponsors_of(found),
        vote=admissions.vote_on(found),
        sources=admissions.sources_of(found.membership) if found.membership else {},
    )

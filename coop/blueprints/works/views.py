"""The library: find a work, say what it is, offer it, grant it."""

import io
import re
from fractions import Fraction

from flask import Response, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Field

from coop.access import Permission, authorize, requires
from coop.blueprints.works import bp, uploads
from coop.blueprints.works.forms import (
    GrantForm,
    LicenceForm,
    VersionForm,
    WorkForm,
    kind_words,
    right_words,
)
from coop.errors import Refusal
from coop.gateways import storage
from coop.models.works import Work
from coop.rules.licences import KIND_IN_WORDS
from coop.rules.rights import equal_shares, parse_share
from coop.services import works
from coop.transaction import writing

Page = str | AnyResponse | tuple[str, int]
MORE_ROWS = 3


@bp.get("")
@requires(Permission.SEE_LIBRARY)
def index() -> Page:
    search = _search()
    shelf = works.search_works(g.organisation, g.actor, search, request.args.get("page", 1, type=int))
    return render_template(
        "works/index.html",
        shelf=shelf,
        search=search,
        licences=[(licence, licence) for licence in works.licences_used(g.organisation)],
        kinds=kind_words(),
        authors_of=works.authors_of,
        licence_of=works.licence_of,
    )


@bp.get("/library.csv")
@requires(Permission.SEE_LIBRARY)
def export() -> Response:
    text = works.as_csv(g.organisation, g.actor, _search())
    answer = Response(text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={g.organisation.slug}-library.csv"
    return answer


@bp.get("/<int:number>")
@requires(Permission.SEE_LIBRARY)
def show(number: int) -> Page:
    work = works.find(g.organisation, g.actor, number)
    return render_template(
        "works/show.html",
        work=work,
        ways=works.what_one_may(work),
        decisions=works.decision_labels(work),
        sources=works.sources_of_grants(work),
        licence=works.licence_of(work),
        authors=works.authors_of(work),
        kinds=kind_words(),
        kind_in_words=KIND_IN_WORDS,
        right_words=right_words(),
        share_of=lambda one: Fraction(one.share_numerator, one.share_denominator),
        day=g.organisation.day_of(g.now),
    )


@bp.get("/<int:number>/files/<int:version>")
@requires(Permission.SEE_LIBRARY)
def download(number: int, version: int) -> AnyResponse:
    """Never inline: what a member uploaded must not run as a page of ours."""
    work = works.find(g.organisation, g.actor, number)
    found = works.find_version(work, version)
    if not storage.holds(uploads.folder(), found.sha256):
        raise Refusal(
            _("This file is not on this server: it may have been left out of a copy. Ask the librarian.")
        )
    answer = send_file(
        io.BytesIO(storage.path_of(uploads.folder(), found.sha256).read_bytes()),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=found.file_name,
        etag=found.sha256,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_WORK)
def new() -> Page:
    form = WorkForm(g.organisation.name)
    if request.method == "GET":
        form.authors[0].form.who.data = g.actor.membership.name
        form.authors[0].form.share.data = "1"
    if "more" in request.form:
        uploads.take(form)
        for _row in range(min(MORE_ROWS, form.authors.max_entries - len(form.authors))):
            form.authors.append_entry()
        return render_template("works/new.html", form=form)
    if not form.is_submitted():
        return render_template("works/new.html", form=form)

    valid, file = form.validate(), uploads.take(form)
    authors = _authors(form)
    if not valid or form.errors:
        return render_template("works/new.html", form=form), 422
    try:
        with writing():
            work = works.register_work(
                g.organisation,
                g.actor,
                g.now,
                title=form.title.data,
                kind=form.kind.data,
                description=form.description.data or "",
                authors=authors,
                holder=form.holder.data,
                holder_name=form.holder_name.data or "",
                source=form.source.data or "",
                licence=form.chosen,
                file=file,
            )
            number = work.number
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("works/new.html", form=form), 409
    flash(_("“%(title)s” is in the library.", title=form.title.data))
    return redirect(url_for(".show", number=number))


@bp.route("/<int:number>/versions/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_WORK)
def new_version(number: int) -> Page:
    work, form = _to_change(number, Permission.CHANGE_WORK), VersionForm()
    if not form.is_submitted():
        return render_template("works/version.html", form=form, work=work)
    valid, file = form.validate(), uploads.take(form)
    if file is None and not form.errors:
        form.file.errors = [_("Choose the file of the new version.")]
    if not valid or file is None:
        return render_template("works/version.html", form=form, work=work), 422
    try:
        with writing():
            works.add_version(work, g.organisation, g.actor, g.now, file)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("works/version.html", form=form, work=work), 409
    flash(_("The new version is in the library; the earlier ones stay."))
    return redirect(url_for(".show", number=number))


@bp.route("/<int:number>/licences/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_WORK)
def new_licence(number: int) -> Page:
    work, form = _to_change(number, Permission.CHANGE_WORK), LicenceForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("works/licence.html", form=form, work=work), status
    try:
        with writing():
            works.offer_licence(work, g.organisation, g.actor, g.now, form.chosen)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("works/licence.html", form=form, work=work), 409
    flash(_("The licence is offered to everyone."))
    return redirect(url_for(".show", number=number))


@bp.route("/<int:number>/grants/new", methods=["GET", "POST"])
@requires(Permission.RECORD_GRANT)
def new_grant(number: int) -> Page:
    work = _to_change(number, Permission.RECORD_GRANT)
    decisions = {decision.label: decision for decision in works.decisions_to_name(g.organisation)}
    form = GrantForm([(label, f"{label} {decision.title}") for label, decision in decisions.items()])
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("works/grant.html", form=form, work=work), status
    terms = works.Terms(
        grantee=form.grantee.data,
        rights=form.rights.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        exclusivity=form.exclusivity.data,
        territory=form.territory.data or "",
        field=form.field.data or "",
        royalty=form.royalty.data or "",
    )
    try:
        with writing():
            works.record_grant(
                work,
                g.organisation,
                g.actor,
                g.now,
                terms,
                decision=decisions.get(form.decision.data),
                settled=form.settled.data or "",
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return render_template("works/grant.html", form=form, work=work), 409
    flash(_("The grant to %(grantee)s is recorded.", grantee=terms.grantee))
    return redirect(url_for(".show", number=number))


def _search() -> works.Search:
    kind, licence = request.args.get("kind", ""), request.args.get("licence", "")
    words = "".join(sign for sign in request.args.get("q", "") if sign.isprintable())
    return works.Search(
        words,
        kind if kind in works.KINDS else "",
        licence if licence.isprintable() else "",
    )


def _to_change(number: int, permission: Permission) -> Work:
    work = works.find(g.organisation, g.actor, number)
    authorize(g.actor, permission, work)
    return work


def _authors(form: WorkForm) -> list[works.Author]:
    """The rows that name somebody, all equal where no row gives a share; what is wrong stands on its row."""
    rows = [row.form for row in form.authors if row.form.who.data]
    for row in form.authors:
        if not row.form.who.data and row.form.share.data:
            row.form.who.errors = [_("Say whose share this is.")]
    if not rows:
        form.authors[0].form.who.errors = [_("Name at least one author.")]
    equal = equal_shares(len(rows)) if rows and not any(row.share.data for row in rows) else None
    authors = [
        _author(row.who.data, equal[place] if equal else _share(row.share)) for place, row in enumerate(rows)
    ]
    wrong = [row.errors for row in form.authors if row.errors]
    if wrong:
        form.authors.errors = wrong
    return authors


def _share(field: Field) -> Fraction:
    try:
        return parse_share(field.data or "")
    except ValueError as why:
        field.errors = [str(why)]
        return Fraction(1)


def _author(who: str, share: Fraction) -> works.Author:
    own = who.strip().casefold() == g.actor.membership.name.casefold()
    number = re.fullmatch(r"(?:member\s*|#|№\s*)?([0-9]{1,9})", who.strip(), re.IGNORECASE)
    if own or number:
        return works.Author(share, member_number=g.actor.membership.number if own else int(number[1]))
    return works.Author(share, name=who)

"""Taking over a register: upload, dry run, confirm."""

import io
from pathlib import Path
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coop.access import Permission, authorize, requires
from coop.blueprints.members import bp
from coop.blueprints.members.forms import ConfirmImportForm, ImportForm
from coop.errors import Refusal
from coop.gateways import storage
from coop.rules.register_import import COLUMNS
from coop.services import members
from coop.transaction import writing

SHOWN = 50  # of the rows and of the problems


@bp.route("/members/import", methods=["GET", "POST"])
@requires(Permission.IMPORT_MEMBERS)
def import_register() -> Any:
    authorize(g.actor, Permission.IMPORT_MEMBERS, g.organisation)
    form = ImportForm()
    if not form.validate_on_submit():
        answer = render_template("members/import.html", form=form, columns=COLUMNS, reading=None)
        return answer, 422 if request.method == "POST" else 200
    data = form.file.data.read()
    reading = members.plan_import(g.organisation, data, g.actor, g.now)
    if reading.is_refused:
        form.file.errors = [
            _("Line %(line)s: %(sentence)s", line=problem.line, sentence=problem.sentence)
            if problem.line
            else problem.sentence
            for problem in reading.problems[:SHOWN]
        ]
        return render_template("members/import.html", form=form, columns=COLUMNS, reading=None), 422
    _forget_unconfirmed()
    kept = storage.keep(_folder(), io.BytesIO(data))
    confirm = ConfirmImportForm(formdata=None, sha256=kept.sha256)
    return render_template("members/import_check.html", form=confirm, reading=reading, shown=SHOWN)


@bp.post("/members/import/confirm")
@requires(Permission.IMPORT_MEMBERS)
def import_confirm() -> Any:
    authorize(g.actor, Permission.IMPORT_MEMBERS, g.organisation)
    form = ConfirmImportForm()
    path = _kept(form.sha256.data or "")
    if not form.validate_on_submit() or path is None:
        raise Refusal(_("The file is no longer here. Choose it again."))
    reading = members.plan_import(g.organisation, path.read_bytes(), g.actor, g.now)
    with writing():
        added = members.import_members(
            g.organisation, reading.rows, g.actor, g.now, welcome=bool(form.welcome.data)
        )
    path.unlink(missing_ok=True)
    flash(_("%(count)s members are in the register now.", count=added))
    return redirect(url_for(".index"))


def _folder() -> Path:
    """Where a table waits for its confirmation: apart for each organisation."""
    return Path(current_app.config["COOP"].instance) / "imports" / str(g.organisation.id)


def _forget_unconfirmed() -> None:
    """Drop the tables that nobody confirmed within a day: they are full of names."""
    yesterday = g.now.timestamp() - 24 * 60 * 60
    for path in _folder().glob("*/*"):
        if path.stat().st_mtime < yesterday:
            path.unlink(missing_ok=True)


def _kept(sha256: str) -> Path | None:
    try:
        path = storage.path_of(_folder(), sha256)
    except ValueError:
        return None
    return path if path.is_file() else None

"""Letters to voters who are reached by post: the list, the files to print, and that they were posted."""

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coop.access import Permission, authorize, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.views import find
from coop.services import ballots
from coop.transaction import record_view, writing


@bp.get("/ballots/<int:number>/letters")
@requires(Permission.POST_LETTERS)
def letters(number: int) -> str:
    """Who gets a letter of what; that the addresses were looked at is recorded."""
    authorize(g.actor, Permission.POST_LETTERS, find(number))
    posts = record_view(lambda: ballots.to_post(find(number), g.organisation, g.actor, g.now))
    return render_template("ballots/letters.html", ballot=find(number), posts=posts)


@bp.get("/ballots/<int:number>/letters.pdf")
@requires(Permission.POST_LETTERS)
def print_letters(number: int) -> Response:
    ballot, kind = find(number), request.args.get("kind", "opening")
    address = current_app.config["COOP"].base_url + url_for(".show", number=number)
    part = request.args.get("part", 1, type=int)
    content = ballots.set_letters(ballot, g.organisation, g.actor, kind=kind, part=part, address=address)
    record_view(lambda: ballots.note_printed(find(number), g.organisation, g.actor, g.now))
    answer = Response(content, mimetype="application/pdf")
    name = f"{g.organisation.slug}-ballot-{number}-letters-{part}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.post("/ballots/<int:number>/letters")
@requires(Permission.POST_LETTERS)
def posted(number: int) -> Response:
    with writing():
        kind = request.form.get("kind", "")
        ballots.mark_posted(find(number), g.organisation, g.actor, g.now, kind=kind)
    flash(_("It is recorded that these letters were posted today."))
    return redirect(url_for(".letters", number=number))

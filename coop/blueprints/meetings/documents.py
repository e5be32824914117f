"""The documents that were issued, with their fingerprints."""

from flask import g, render_template, request
from werkzeug.wrappers import Response

from coop.access import Permission, requires
from coop.blueprints.meetings import bp
from coop.blueprints.meetings.minutes import send_document
from coop.services import documents


@bp.get("/documents")
@requires(Permission.SEE_DOCUMENTS)
def documents_index() -> str:
    words = request.args.get("q", "")
    found = documents.listing(g.organisation, words, request.args.get("page", 1, type=int))
    return render_template("meetings/documents.html", found=found)


@bp.get("/documents/<int:number>")
@requires(Permission.SEE_DOCUMENTS)
def document(number: int) -> Response:
    return send_document(documents.find(g.organisation, number))

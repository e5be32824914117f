"""Secret papers: what the member's browser is told, and the code it shows of a receipt."""

from collections.abc import Mapping
from typing import Any

from flask import Response, g, json, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from coop.blueprints.ballots import bp
from coop.blueprints.ballots.words import choice_words
from coop.errors import Missing, Unreadable
from coop.extensions import csrf
from coop.gateways.codes import qr_svg
from coop.models.ballots import Ballot
from coop.rules.secret_messages import fingerprint, receipt_lines
from coop.rules.tally import METHODS
from coop.rules.tally.election import PaperKind
from coop.services import ballots

LONGEST_RECEIPT = 2000  # bytes
_ADDRESSES = {
    "token": "token",
    "keys": "keys.json",
    "cast": "cast",
    "code": "receipt.svg",
    "votes": "votes",
    "bundle": "bundle.json",
}


def told_to_browser(
    ballot: Ballot,
    *,
    ballot_id: str,
    mark: str,
    voting_class: str,
    issued: bool,
    keys: Mapping[str, Any],
    receipt_key: Mapping[str, Any],
) -> dict[str, Any]:
    """Gather what `secret/ballot.js` needs; `mark` keeps two members of one browser apart."""
    here = url_for("ballots.show", number=ballot.number)
    file = f"{g.organisation.slug}-ballot-{ballot.number}"
    kind = "motion" if ballot.kind == "motion" else str(METHODS[ballot.method].paper)
    return {
        "ballot": ballot_id,
        "member": mark,
        "class": voting_class,
        "issued": issued,
        "open": ballot.stage_at(g.now) == "open",
        "counted": ballot.sealed_at is not None,
        "paper": kind,
        "names": _names(ballot),
        "keys": dict(keys),
        "receipt_key": dict(receipt_key),
        "fingerprint": fingerprint(keys, receipt_key),
        "addresses": {name: f"{here}/{end}" for name, end in _ADDRESSES.items()},
        "files": {"receipt": f"{file}-receipt.json", "key": f"{file}-voting-key.json"},
        "csrf": generate_csrf(),
        "say_blank": _blank(kind),
    }


@bp.post("/ballots/<int:number>/receipt.svg")
@csrf.exempt
def receipt_code(number: int) -> Response:
    """Draw a receipt as a QR code: for whoever holds it, asked without a session."""
    ballot = ballots.find(g.organisation, number)
    if ballot.secrecy != "secret" or ballot.announced_at is None:
        raise Missing
    try:
        given = json.loads(request.get_data()) if (request.content_length or 0) <= LONGEST_RECEIPT else None
        lines = receipt_lines(f"{g.organisation.slug}/{number}", given)
    except ValueError as wrong:
        raise Unreadable(_("This is not a receipt of this ballot.")) from wrong
    return Response(qr_svg(lines), mimetype="image/svg+xml")


def _names(ballot: Ballot) -> dict[str, str]:
    if ballot.kind == "motion":
        return choice_words()
    return {str(option.position): option.name for option in ballot.options}


def _blank(kind: str) -> str:
    words = {
        "motion": _("Choose first: for, against, or abstain."),
        PaperKind.CHOICE: _("Choose first: mark a candidate."),
        PaperKind.RANKING: _("Choose first: put at least one candidate in place 1."),
        PaperKind.APPROVAL: _("Choose first: mark everybody you would be content with."),
        PaperKind.SCORE: _("Choose first: give at least one candidate a score."),
    }
    return str(words[kind])

"""Secret papers: what the member's browser is told, and the code it shows of a receipt."""

from typing import Any

from flask import Response, g, json, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from coop.access import public
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.papers import NONE, both_words
from coop.blueprints.ballots.words import choice_words, none_of_these
from coop.errors import Missing, Unreadable
from coop.extensions import csrf
from coop.gateways.codes import qr_svg
from coop.models.ballots import Ballot
from coop.rules.secret_messages import fingerprint, receipt_lines
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


def told_to_browser(ballot: Ballot, place: ballots.Place | None) -> dict[str, Any] | None:
    """Gather what `secret/ballot.js` needs; None unless the member may vote, or could."""
    stage = ballot.stage_at(g.now)
    if ballot.secrecy != "secret" or place is None or not place.entitled or stage == "void":
        return None
    keys, receipt_key = ballots.secret.public_keys(ballot)
    here = url_for("ballots.show", number=ballot.number)
    file = f"{g.organisation.slug}-ballot-{ballot.number}"
    kind = "motion" if ballot.kind == "motion" else str(ballots.paper_of(ballot))
    return {
        "ballot": ballots.secret.ballot_id(ballot, g.organisation),
        "member": ballots.member_mark(ballot, g.actor.membership.number),  # keeps two of one browser apart
        "class": place.voting_class,
        "issued": place.issued,
        "open": stage == "open",
        "counted": ballot.sealed_at is not None,
        "paper": kind,
        "names": _names(ballot),
        "keys": keys,
        "receipt_key": receipt_key,
        "fingerprint": fingerprint(keys, receipt_key),
        "addresses": {name: f"{here}/{end}" for name, end in _ADDRESSES.items()},
        "files": {"receipt": f"{file}-receipt.json", "key": f"{file}-voting-key.json"},
        "csrf": generate_csrf(),
        "say_blank": _blank(ballot),
        "say_both": both_words(),
        "on_paper": ballots.handed_in_words(ballot, place.handed_in_at, place.channel)
        if place.handed_in_at
        else "",
    }


@bp.post("/ballots/<int:number>/receipt.svg")
@csrf.exempt
@public
def receipt_code(number: int) -> Response:
    """Draw a receipt as a QR code: for whoever holds it, asked without a session."""
    ballot = ballots.find(g.organisation, number)
    if ballot.secrecy != "secret" or ballot.announced_at is None:
        raise Missing
    try:
        given = json.loads(request.get_data()) if (request.content_length or 0) <= LONGEST_RECEIPT else None
        lines = receipt_lines(ballots.secret.ballot_id(ballot, g.organisation), given)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable(_("This is not a receipt of this ballot.")) from wrong
    return Response(qr_svg(lines), mimetype="image/svg+xml")


def _names(ballot: Ballot) -> dict[str, str]:
    if ballot.kind == "motion":
        return choice_words()
    return {str(option.position): option.name for option in ballot.options} | {NONE: none_of_these()}


def _blank(ballot: Ballot) -> str:
    if ballot.kind == "motion":
        return str(_("Choose first: for, against, or abstain."))
    return ballots.blank_words(ballots.paper_of(ballot), none=ballots.takes_none(ballot))

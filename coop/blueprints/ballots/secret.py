"""Secret ballots: the public keys, a token for each voter, votes without a name, and the list of them."""

from typing import Any

from flask import current_app, g, jsonify, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from coop.access import Permission, may, public, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.views import find
from coop.blueprints.ballots.words import choice_words, none_of_these
from coop.errors import Missing, Refusal
from coop.extensions import csrf
from coop.models.ballots import Ballot
from coop.rules.tally.election import PaperKind
from coop.services import ballots
from coop.services.ballots import secret
from coop.transaction import writing

MOST_BYTES = 32 * 1024


@bp.get("/ballots/<int:number>/keys.json")
@public
def keys(number: int) -> Response:
    """The keys of a secret ballot, asked for without a name: nobody can be given keys of their own."""
    ballot = _announced(number)
    class_keys, receipt_key = secret.public_keys(ballot)
    answer: Response = jsonify(
        ballot=secret.ballot_id(ballot, g.organisation),
        keys=class_keys,
        receipt_key=receipt_key,
        fingerprint=secret.fingerprint_of(ballot),
    )
    return answer


@bp.post("/ballots/<int:number>/token")
@requires(Permission.VOTE)
def token(number: int) -> Response:
    """Sign a member's blinded value: check, write who was given it, sign after the commit."""
    given, ballot = _sent(), find(number)
    blinded = given.get("blinded") if isinstance(given, dict) else None
    asked = secret.ask(ballot, g.actor, blinded, g.now)
    with writing():
        secret.issue(ballots.find(g.organisation, number), g.actor, asked, g.now)
    ballot = ballots.find(g.organisation, number)
    answer: Response = jsonify(secret.sign(ballot, g.organisation, g.actor, asked, _ballot_key()))
    return answer


@bp.post("/ballots/<int:number>/cast")
@csrf.exempt
@public
def cast(number: int) -> Response:
    """Take a vote from whoever holds a token; the receipt leaves only once the vote is in."""
    ballot = _announced(number)
    paper = secret.checked(ballot, g.organisation, _sent())
    if secret.is_counted(ballot, paper):
        said = _(
            "This vote was counted. The key that signs receipts is destroyed; the list of votes shows it."
        )
        return jsonify(receipt=None, counted=said)
    receipt = secret.receipt_for(ballot, g.organisation, paper, _ballot_key())
    with writing():
        secret.cast(ballots.find(g.organisation, number), paper, g.now)
    answer: Response = jsonify(receipt=receipt)
    return answer


@bp.get("/ballots/<int:number>/votes")
@requires(Permission.SEE_BALLOTS)
def votes(number: int) -> str:
    """Every vote of a sealed secret ballot by its serial, to find one's own.

    Without a search: whoever typed their serial would tell the server whose vote it is.
    """
    ballot = _secret(number)
    return render_template(
        "ballots/votes.html",
        ballot=ballot,
        decision=ballots.decision_on(ballot),
        stage=ballot.stage_at(g.now),
        found=secret.vote_list(ballot, g.actor, page=_page()),
        words=_words_of(ballot),
        classes=len(secret.public_keys(ballot)[0]),
    )


@bp.get("/ballots/<int:number>/issued")
@requires(Permission.SEE_BALLOTS)
def issued(number: int) -> str:
    """Who was given a token: by name for those who may see the roll, by mark for other members."""
    ballot = _secret(number)
    sealed = ballot.sealed_at is not None and ballot.void_at is None
    by_name = may(g.actor, Permission.SEE_ROLL, ballot)
    place = ballots.place_of(ballot, g.actor) if ballot.opened_at else None
    return render_template(
        "ballots/issued.html",
        ballot=ballot,
        stage=ballot.stage_at(g.now),
        issued=place is not None and place.issued,
        names=secret.issued_names(ballot, g.actor, words=request.args.get("q", ""), page=_page())
        if sealed and by_name
        else None,
        marks=secret.issued_marks(ballot, g.actor, page=_page()) if sealed and not by_name else None,
        mark=ballots.member_mark(ballot, g.actor.membership.number) if g.actor.membership else "",
        turnout=ballots.turnout(ballot),
    )


def _announced(number: int) -> Ballot:
    """Find a secret ballot for somebody without a name; drafts and other ballots are not theirs to know of."""
    ballot = ballots.find(g.organisation, number)
    if ballot.secrecy != "secret" or ballot.announced_at is None:
        raise Missing
    return ballot


def _secret(number: int) -> Ballot:
    ballot = find(number)
    if ballot.secrecy != "secret":
        raise Missing
    return ballot


def _sent() -> Any:
    request.max_content_length = MOST_BYTES
    try:
        return request.get_json(silent=True)
    except RequestEntityTooLarge:
        raise Refusal(_("This is larger than any vote. Reload the page and try again.")) from None


def _ballot_key() -> str:
    key: str = current_app.config["COOP"].ballot_key
    return key


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _words_of(ballot: Ballot) -> Any:
    """Say a choice as people read it: a word, or names in order."""
    if ballot.kind == "motion":
        said = choice_words()
        return lambda choice: said[choice]
    names = {option.position: option.name for option in ballot.options}
    says = {
        PaperKind.SCORE: lambda choice: [
            f"{names[n]}: {s}" for n, s in enumerate(choice, 1) if s is not None
        ],
        PaperKind.RANKING: lambda choice: [f"{place}. {names[n]}" for place, n in enumerate(choice, 1)],
    }
    words = says.get(ballots.paper_of(ballot), lambda choice: [names[n] for n in choice])
    return lambda choice: ", ".join(words(choice)) or none_of_these()

"""The order of the candidates on a voter's paper, and the words that say which it is."""

import hashlib
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from coop.access import Actor
from coop.extensions import db
from coop.models.ballots import Ballot, BallotOption, RollEntry
from coop.rules.paper_order import OCCASION, PaperOrder, order_on_paper


def commitment_of(ballot: Ballot) -> str:
    """Return the published hash of the ballot's seed, "" before it is announced."""
    return hashlib.sha256(bytes.fromhex(ballot.seed)).hexdigest() if ballot.seed else ""


def options_for(ballot: Ballot, actor: Actor, rule: dict[str, Any]) -> list[BallotOption]:
    """List the options as this voter's paper has them; what is no person stands last."""
    order = _order(rule)
    people = {option.position: option for option in ballot.options if option.membership_id is not None}
    turn = _turn(ballot, actor) if order is PaperOrder.ROTATED else 0
    shown = order_on_paper(order, tuple(people), commitment_of(ballot), turn)
    return [people[number] for number in shown] + [
        option for option in ballot.options if option.membership_id is None
    ]


def order_words(ballot: Ballot, rule: dict[str, Any]) -> str:
    """Say in which order the candidates stand, and by which article; "" where there are no candidates."""
    if ballot.kind != "election":
        return ""
    lot = (
        _("The candidates stand in an order drawn by lot, the same for everybody.")
        if ballot.seed
        else _("The candidates will stand in an order drawn by lot once the vote is announced.")
    )
    words = {
        PaperOrder.NAME: _("The candidates stand in the order of their names."),
        PaperOrder.LOT: lot,
        PaperOrder.ROTATED: _(
            "Each voter's paper begins with another candidate, so that nobody gains by standing first."
        ),
    }
    article = rule.get("order_article")
    why = _("Article %(article)s.", article=article) if article else _("No article says otherwise.")
    return f"{words[_order(rule)]} {why}"


def how_drawn(ballot: Ballot, rule: dict[str, Any]) -> dict[str, str] | None:
    """Give what anyone needs to draw the order again; None where it was not drawn."""
    if ballot.kind != "election" or _order(rule) is not PaperOrder.LOT or not ballot.seed:
        return None
    numbers = [str(option.position) for option in ballot.options if option.membership_id is not None]
    return {"seed": commitment_of(ballot), "occasion": OCCASION, "numbers": ", ".join(numbers)}


def _order(rule: dict[str, Any]) -> PaperOrder:
    return PaperOrder(rule.get("order", PaperOrder.NAME))


def _turn(ballot: Ballot, actor: Actor) -> int:
    """Count the voters before this one on the roll: it stands, so a page loaded again shows the same paper."""
    mine = select(RollEntry.id).where(
        RollEntry.ballot_id == ballot.id, RollEntry.membership_id == actor.membership_id
    )
    before = select(func.count(RollEntry.id)).where(
        RollEntry.ballot_id == ballot.id, RollEntry.entitled, RollEntry.id < mine.scalar_subquery()
    )
    return db.session.scalar(before) or 0

"""The vote on an amendment: drawn up from it, and what follows when it is counted."""

from datetime import datetime

from flask_babel import gettext as _

from coop.access import Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, Decision
from coop.models.constitution import Amendment, ConstitutionVersion
from coop.models.organisations import Organisation
from coop.rules.comparison import ArticleChange
from coop.services import constitution
from coop.services.ballots.drafting import propose_motion
from coop.services.ballots.seconding import refuse_unseconded
from coop.services.organisations import assembly_of


def put_amendment(
    amendment: Amendment, organisation: Organisation, actor: Actor, now: datetime, *, secrecy: str = ""
) -> Ballot:
    """Draft the constitutional motion that decides on an amendment; its words follow from it."""
    authorize(actor, Permission.SET_UP_BALLOT, assembly_of(organisation))
    db.session.refresh(amendment, with_for_update=True)
    before = vote_on(amendment)
    if amendment.handed_in_at is None or amendment.withdrawn_at is not None:
        raise Refusal(_("This is not handed in, so there is nothing to vote on yet."))
    if amendment.outcome is not None or (before is not None and before.void_at is None):
        raise Refusal(_("This is put to the vote already."))
    constitution.refuse_stale(amendment, organisation)
    refuse_unseconded(amendment, organisation, now)
    ballot = propose_motion(
        organisation,
        actor,
        now,
        title=amendment.title,
        text=words_of(amendment, organisation),
        decision_class="constitutional",
        proposer=amendment.drafted_by,
        secrecy=secrecy,
        seconded=True,
    )
    amendment.ballot_id = ballot.id
    db.session.flush()
    return ballot


def vote_on(amendment: Amendment) -> Ballot | None:
    """The ballot that decides on an amendment, once there is one."""
    return db.session.get(Ballot, amendment.ballot_id) if amendment.ballot_id else None


def settle(ballot: Ballot, decision: Decision, organisation: Organisation, now: datetime) -> None:
    """Let a counted vote on an amendment take its effect; other ballots have none here."""
    amendment = constitution.amendment_on(ballot.id)
    if amendment is None:
        return
    law = db.session.get_one(ConstitutionVersion, decision.version_id)
    constitution.settle_amendment(
        amendment,
        organisation,
        law,
        now,
        carried=decision.outcome == "carried",
        decision_id=decision.id,
        passed_on=decision.decided_on,
    )


def words_of(amendment: Amendment, organisation: Organisation) -> str:
    """The exact words voted on: each article, the effects, and the hash of the whole resulting text."""
    found = constitution.preview(amendment, organisation)
    parts = [_("Version %(n)d of the constitution is changed.", n=found.on)]
    parts += [_article(change) for change in found.articles]
    parts += [_("The software then does differently:") + "\n" + "\n".join(found.effects)] * bool(
        found.effects
    )
    for change in constitution.changes_of(amendment):
        if change.replaces:
            parts.append(
                _("SHA-256 of article %(n)s as it was: %(hash)s", n=change.number, hash=change.replaces)
            )
    parts.append(_("SHA-256 of the whole resulting text: %(hash)s", hash=found.sha256))
    return "\n\n".join(str(part) for part in parts)


def _article(change: ArticleChange) -> str:
    if change.change == "removed":
        return str(_("Article %(n)s is removed.", n=change.number))
    words = " ".join(run.text for run in change.words if run.change != "removed")
    if change.change == "added":
        return str(_("There is a new article %(n)s: %(words)s", n=change.number, words=words))
    return str(_("Article %(n)s now reads: %(words)s", n=change.number, words=words))

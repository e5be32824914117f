"""Proxies: a member lets another vote for them in one ballot, within the limit that the constitution sets."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import db
from coop.models.ballots import Ballot, RollEntry, Vote
from coop.models.members import Membership
from coop.models.organisations import Body, Organisation
from coop.models.proxies import Proxy
from coop.services import constitution
from coop.services.ballots.reading import locked
from coop.services.ballots.roll import Entry, draw_roll, why_not
from coop.services.ballots.rule import lawful_for
from coop.services.records import record, send


@dataclass(frozen=True)
class ProxyRule:
    """How many others one member may stand for."""

    limit: int
    article: str

    @property
    def says(self) -> str:
        source = _(" (article %(article)s)", article=self.article) if self.article else ""
        if not self.limit:
            return str(_("The constitution allows no proxies%(source)s.", source=source))
        told = ngettext(
            "One member may stand for %(num)d other at most%(source)s.",
            "One member may stand for %(num)d others at most%(source)s.",
            self.limit,
            source=source,
        )
        return str(told)


def rule_on(body: Body, day: date) -> ProxyRule:
    """Read the limit in force on a day for what a body decides, in ballots and at meetings alike."""
    version = constitution.in_force(body.organisation, day)
    if version is None:
        return ProxyRule(0, "")
    found = constitution.rule(version, "proxy.limit", body=body)
    return ProxyRule(found.value.n, found.article)


def rule_for(ballot: Ballot, organisation: Organisation, now: datetime) -> ProxyRule:
    """Return the limit frozen at opening; before, the one in force."""
    if ballot.rule is None:
        return rule_on(db.session.get_one(Body, ballot.body_id), organisation.day_of(now))
    return ProxyRule(**ballot.rule.get("proxies", {"limit": 0, "article": ""}))


def name_proxy(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, number: int
) -> None:
    """Let another member of the same roll vote for the actor; pressed twice it is the same proxy."""
    authorize(actor, Permission.VOTE, ballot)
    ballot = locked(ballot)
    rule, mine = rule_for(ballot, organisation, now), proxy_from(ballot, actor)
    holder = _member(organisation, number)
    if mine is not None and mine.state == "named" and holder is not None and mine.holder_id == holder.id:
        return
    if why := why_no_proxy(ballot, organisation, actor, now):
        raise Refusal(why)
    if holder is None:
        raise Refusal(
            _("There is no member with the number %(number)d. Look it up and try again.", number=number)
        )
    if holder.id == actor.membership_id:
        raise Refusal(_("That is your own number. Give the number of another member."))
    if not entry_of(ballot, organisation, holder.id, now).entitled:
        raise Refusal(
            _(
                "Member %(number)d can't vote on this one, so can't vote for you either. Name another member.",
                number=number,
            )
        )
    _refuse_holder(ballot, holder, rule)

    if mine is None:
        mine = Proxy(ballot_id=ballot.id, giver_id=actor.membership_id)
        db.session.add(mine)
    mine.holder_id, mine.state, mine.reason = holder.id, "named", ""
    mine.named_at = mine.changed_at = now
    db.session.flush()
    record(organisation, actor, "named a proxy for", f"ballot {ballot.number}", now, {"member": number})
    _tell("proxy-named", holder, mine, ballot, organisation, now)


def revoke_proxy(ballot: Ballot, actor: Actor, now: datetime) -> None:
    """Take the vote back, as long as the holder has not cast it."""
    authorize(actor, Permission.VOTE, ballot)
    ballot = locked(ballot)
    _refuse_outside(ballot, now)
    mine = proxy_from(ballot, actor)
    if mine is None:
        raise Refusal(_("You have named nobody for this vote, so there is nothing to take back."))
    if mine.state != "named":
        return
    holder = db.session.get_one(Membership, mine.holder_id)
    if _cast_by(ballot, mine.giver_id) == holder.id:
        raise Refusal(_has_voted(holder))
    end(mine, ballot, actor, now, state="revoked", member=holder.number)


def decline_proxy(
    ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime, *, number: int
) -> None:
    """Refuse to vote for the member of that number, who is told; not once one has voted for them."""
    authorize(actor, Permission.VOTE, ballot)
    ballot = locked(ballot)
    _refuse_outside(ballot, now)
    giver = _member(organisation, number)
    proxy = db.session.scalar(_standing(ballot).where(Proxy.giver_id == giver.id)) if giver else None
    if giver is None or proxy is None or proxy.holder_id != actor.membership_id:
        raise Refusal(_("You hold no proxy of that member. It may have been taken back."))
    if _cast_by(ballot, giver.id) == actor.membership_id:
        raise Refusal(
            _(
                "You have voted for %(name)s already. You can change that vote until voting closes.",
                name=giver.name,
            )
        )
    end(proxy, ballot, actor, now, state="declined", member=number)
    _tell("proxy-ended", giver, proxy, ballot, organisation, now)


def end(proxy: Proxy, ballot: Ballot, actor: Actor, now: datetime, *, state: str, member: int) -> None:
    """Write down that a proxy is over, and that the actor ended it; `member` is the number of the other."""
    proxy.state, proxy.changed_at = state, now
    record(
        ballot.organisation_id,
        actor,
        f"{state} a proxy for",
        f"ballot {ballot.number}",
        now,
        {"member": member},
    )


def end_by_voting(ballot: Ballot, voter: Actor, now: datetime) -> None:
    """A member who votes themselves takes their proxy back with it: first the proxy, then the vote.

    Whoever votes by it locks them in the same order, so that neither waits for the other.
    """
    mine = proxy_from(ballot, voter)
    if mine is not None and mine.state == "named":
        holder = db.session.get_one(Membership, mine.holder_id)
        end(mine, ballot, voter, now, state="revoked", member=holder.number)
        db.session.flush()


def settle_proxies(ballot: Ballot, organisation: Organisation, now: datetime) -> None:
    """Let lapse, when a ballot opens, what its frozen roll and rule do not allow; the earlier named come first."""
    named = db.session.scalars(_standing(ballot).order_by(Proxy.named_at, Proxy.id)).all()
    if not named:
        return
    entitled = select(RollEntry.membership_id).where(RollEntry.ballot_id == ballot.id, RollEntry.entitled)
    rule, on_roll = rule_for(ballot, organisation, now), set(db.session.scalars(entitled))
    carried: Counter[int] = Counter()
    for proxy in named:
        reason = ""
        if ballot.secrecy == "secret":
            reason = no_secret_proxies()
        elif not {proxy.giver_id, proxy.holder_id} <= on_roll:
            reason = str(_("One of the two can't vote on this one."))
        elif carried[proxy.holder_id] >= rule.limit:
            reason = rule.says
        if not reason:
            carried[proxy.holder_id] += 1
            continue
        giver = db.session.get_one(Membership, proxy.giver_id)
        proxy.reason = reason
        end(proxy, ballot, PROGRAM, now, state="lapsed", member=giver.number)
        if proxy.giver_id in on_roll:
            _tell("proxy-ended", giver, proxy, ballot, organisation, now)
    db.session.flush()


def why_no_proxy(ballot: Ballot, organisation: Organisation, actor: Actor, now: datetime) -> str:
    """Say why the actor can't name a proxy now; "" if they can."""
    rule = rule_for(ballot, organisation, now)
    if (why := _why_outside(ballot, now)) or ballot.secrecy == "secret":
        return why or no_secret_proxies()
    if not rule.limit:
        return rule.says
    entry = entry_of(ballot, organisation, actor.membership_id or 0, now)
    if not entry.entitled:
        return str(_("You can't vote on “%(title)s”. %(why)s", title=ballot.title, why=entry.reason))
    mine = proxy_from(ballot, actor)
    cast_by = _cast_by(ballot, actor.membership_id or 0)
    if mine is not None and mine.state == "named":
        holder = db.session.get_one(Membership, mine.holder_id)
        if cast_by == holder.id:
            return _has_voted(holder)
        return str(_("You have named %(name)s. Take that back first, to name another.", name=holder.name))
    if cast_by is not None:
        return str(_("You have voted yourself. Change your vote instead, as often as you like."))
    if db.session.scalar(_standing(ballot).where(Proxy.holder_id == actor.membership_id).limit(1)):
        return str(
            _("You vote for somebody else, and who holds a proxy can't give one. Decline theirs first.")
        )
    return ""


def holder_for(ballot: Ballot, giver: Membership) -> int | None:
    """Say whose hand may vote for a member, by the id of the membership, and keep that so for this transaction."""
    found = select(Proxy.holder_id).where(
        Proxy.ballot_id == ballot.id, Proxy.giver_id == giver.id, Proxy.state == "named"
    )
    return db.session.scalar(found.with_for_update(read=True))


def proxy_from(ballot: Ballot, actor: Actor) -> Proxy | None:
    """Find what the actor gave in this ballot, standing or over."""
    return db.session.scalar(
        select(Proxy).where(Proxy.ballot_id == ballot.id, Proxy.giver_id == actor.membership_id)
    )


def entry_of(ballot: Ballot, organisation: Organisation, membership_id: int, now: datetime) -> Entry:
    """Find a member's place on the frozen roll, or before opening on the one that would be drawn."""
    if ballot.opened_at is None:
        body, found = db.session.get_one(Body, ballot.body_id), lawful_for(ballot, organisation, now)
        day = organisation.day_of(ballot.opens_at)
        entries = draw_roll(organisation, body, day, found.frozen, among=[membership_id])
    else:
        rows = db.session.scalars(
            select(RollEntry).where(
                RollEntry.ballot_id == ballot.id, RollEntry.membership_id == membership_id
            )
        )
        entries = [
            Entry(row.membership_id, row.entitled, row.reason, row.voting_class, row.weight) for row in rows
        ]
    if entries:
        return entries[0]
    return Entry(membership_id, False, why_not(ballot, db.session.get(Membership, membership_id)), "")


def no_secret_proxies() -> str:
    return str(_("In a secret ballot nobody can vote for another: the right to vote can't be handed on."))


def _refuse_holder(ballot: Ballot, holder: Membership, rule: ProxyRule) -> None:
    given = _standing(ballot).where(Proxy.giver_id == holder.id)
    if db.session.scalar(given) is not None:
        raise Refusal(
            _(
                "Member %(number)d lets somebody else vote for them, so can't vote for you. Name another member.",
                number=holder.number,
            )
        )
    carries = db.session.scalar(
        select(func.count()).select_from(_standing(ballot).where(Proxy.holder_id == holder.id).subquery())
    )
    if (carries or 0) >= rule.limit:
        raise Refusal(
            _(
                "Member %(number)d stands for as many as may be. %(rule)s Name another member.",
                number=holder.number,
                rule=rule.says,
            )
        )


def _standing(ballot: Ballot) -> Any:
    return select(Proxy).where(Proxy.ballot_id == ballot.id, Proxy.state == "named")


def _cast_by(ballot: Ballot, membership_id: int) -> int | None:
    """Say whose hand cast a member's vote: their own, their proxy's, or None for no vote yet."""
    row = db.session.execute(
        select(Vote.cast_by_id)
        .join(RollEntry, RollEntry.id == Vote.roll_entry_id)
        .where(RollEntry.ballot_id == ballot.id, RollEntry.membership_id == membership_id)
    ).first()
    return None if row is None else row.cast_by_id or membership_id


def _has_voted(holder: Membership) -> str:
    return str(
        _("%(name)s has voted for you. Vote yourself: your own vote takes its place.", name=holder.name)
    )


def _why_outside(ballot: Ballot, now: datetime) -> str:
    if ballot.stage_at(now) in ("announced", "open"):
        return ""
    return str(_("A proxy is named from the announcement of a vote until it closes."))


def _refuse_outside(ballot: Ballot, now: datetime) -> None:
    if why := _why_outside(ballot, now):
        raise Refusal(why)


def _member(organisation: Organisation, number: int) -> Membership | None:
    return db.session.scalar(
        select(Membership).where(Membership.organisation_id == organisation.id, Membership.number == number)
    )


def _tell(
    template: str, member: Membership, proxy: Proxy, ballot: Ballot, organisation: Organisation, now: datetime
) -> None:
    if member.email and member.notices == "mail":
        send(
            organisation,
            template,
            f"{template}:{proxy.id}:{now.isoformat()}",
            now,
            membership_id=member.id,
            path=f"/ballots/{ballot.number}",
            number=ballot.number,
        )

"""The list of votes, a ballot's page from paper to result, its roll, and its bundle."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import g, jsonify, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from coop.access import Permission, may, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.amended import amended_by
from coop.blueprints.ballots.heads import head_beside
from coop.blueprints.ballots.motions import behind
from coop.blueprints.ballots.papers import ElectionPaper, MotionPaper, election_paper
from coop.blueprints.ballots.photos import photo_addresses
from coop.blueprints.ballots.running import running
from coop.blueprints.ballots.secret_papers import told_to_browser
from coop.blueprints.ballots.uncounted import anothers, says_uncounted, voter
from coop.blueprints.ballots.voice import voice_of
from coop.blueprints.ballots.whose import asked_giver, for_whom, is_running, whom_for
from coop.blueprints.ballots.words import (
    choice_words,
    class_words,
    measure_words,
    outcome_words,
    way_words,
)
from coop.errors import Missing, Refusal
from coop.models.ballots import Ballot, Decision
from coop.rules.tally import METHODS
from coop.services import ballots, nominations, organisations, records, tellers
from coop.transaction import chain_events, seal_ballot, writing

Answer = str | Response | tuple[str, int]


@bp.before_request
def open_and_seal_what_is_due() -> None:
    """A ballot is opened and sealed at the first need, before a page is read: no worker is waited for."""
    if request.method != "GET" or g.organisation is None or g.actor.membership_id is None:
        return
    to_open, to_seal = ballots.ids_due(g.now, g.organisation.id)
    for ballot_id in to_open:
        seal_ballot(partial(ballots.open_due, ballot_id, g.now))
    for ballot_id in to_seal:
        seal_ballot(partial(ballots.seal, ballot_id, g.now))


def find(number: int) -> Ballot:
    """Find a ballot; a draft exists only for those who may set it up."""
    ballot = ballots.find(g.organisation, number)
    if ballot.announced_at is None and not may(g.actor, Permission.SET_UP_BALLOT, ballot):
        raise Missing
    return ballot


@bp.get("/ballots")
@requires(Permission.SEE_BALLOTS)
def index() -> str:
    mine = [
        body.id
        for body in organisations.bodies_of(g.organisation)
        if may(g.actor, Permission.SET_UP_BALLOT, body)
    ]
    found = ballots.list_ballots(
        g.organisation,
        g.now,
        words=request.args.get("q", ""),
        state=request.args.get("state", ""),
        page=request.args.get("page", 1, type=int),
        drafts_of=mine,
    )
    outcomes = ballots.outcomes_of(found.rows)
    return render_template(
        "ballots/index.html",
        found=found,
        outcomes=outcomes,
        words=outcome_words(),
        kinds=class_words(),
        mine=mine,
    )


@bp.get("/ballots/<int:number>")
@requires(Permission.SEE_BALLOTS)
def show(number: int) -> str:
    return render_ballot(find(number))


def render_ballot(ballot: Ballot, paper: FlaskForm | None = None) -> str:
    """The page of a ballot: the paper while it is open, the result afterwards."""
    if paper is not None and isinstance(paper, MotionPaper) != (ballot.kind == "motion"):
        raise Missing  # a paper of the other kind
    stage, head = ballot.stage_at(g.now), head_beside(ballot)
    place = ballots.place_of(ballot, g.actor) if ballot.opened_at else None
    proxies = ballots.proxies_of(ballot, g.organisation, g.actor, g.now) if is_running(stage) else None
    voting_for, gone = whom_for(proxies)
    if gone:
        paper = None
    decision = ballots.decision_on(ballot) if ballot.sealed_at else None
    told = told_to_browser(ballot, place)
    kept = _kept_secret(ballot, told)
    seat = voting_for.place if voting_for else place
    if paper is None and stage == "open" and seat and seat.entitled and not seat.handed_in_at and not gone:
        chosen = seat.choice if isinstance(seat.choice, list) else None
        paper = MotionPaper() if ballot.kind == "motion" else _election_paper(ballot, chosen)
    rule = ballots.rule_of(ballot, g.organisation, g.now)
    page = max(1, request.args.get("page", 1, type=int))
    candidates = {option.position: option.name for option in ballot.options}
    return render_template(
        "ballots/show.html",
        ballot=ballot,
        stage=stage,
        place=place,
        voter=voter(),
        proxies=proxies,
        voting_for=voting_for,
        seat=seat,
        gone=gone,
        why_not="" if place or not ballot.opened_at else ballots.why_not(ballot, g.actor.membership),
        paper=paper,
        rule=_rule_told(ballot, rule, decision),
        options=ballots.options_for(ballot, g.actor, rule),
        photos=photo_addresses(nominations.photos_on(ballot) if ballot.sealed_at is None else {}),
        **running(ballot),
        **amended_by(ballot),
        **behind(ballot),
        order=ballots.order_words(ballot, rule),
        articles=rule["articles"],
        version=rule["version"],
        decision=decision,
        head=head,
        votes=ballots.who_voted_how(ballot, page),
        page=page,
        pages=1 if decision is None else ballots.pages_of_votes(ballot, decision),
        took_part=ballots.took_part(ballot, decision.result) if decision else "",
        kind=class_words()[ballot.decision_class],
        choices=choice_words(),
        method=None if ballot.kind == "motion" else METHODS[ballot.method],
        outcomes=outcome_words(),
        measure=measure_words(ballot.method),
        candidates=candidates,
        drawing=ballots.drawing_of(ballot.kind, decision.result, candidates) if decision else None,
        what_else=ballots.what_else(ballot, decision) if decision else (),
        kept=kept,
        tellers=tellers.in_office(ballot) if decision is None else [],
        papers_until=tellers.last_instant(ballot),
        handed_in=ballots.handed_in_words(ballot, place.handed_in_at, place.channel)
        if place and place.handed_in_at
        else "",
        ways=ballots.ways_of(ballot) if decision else None,
        way_words=way_words(),
        voice=voice_of(ballot, decision),
        secret=told,
        mark=ballots.member_mark(ballot, g.actor.membership.number)
        if decision and g.actor.membership
        else "",
    )


def _rule_told(ballot: Ballot, rule: dict[str, Any], decision: Decision | None) -> str:
    """Say the rule in numbers once the roll stands; the decision keeps how many were on it."""
    if decision is not None:
        return ballots.explain(rule, decision.result["eligible"], decision.result.get("members"))
    if ballot.opened_at is None:
        return ballots.explain(rule)
    size = ballots.size_of(ballot)
    return ballots.explain(rule, size.votes, size.members)


def _kept_secret(ballot: Ballot, told: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the page of a secret ballot says beside the paper; None for other ballots and drafts."""
    if ballot.secrecy != "secret" or ballot.announced_at is None:
        return None
    secret, running = ballots.secret, ballot.is_open(g.now)
    sealing = None if running else secret.sealing_of(ballot)
    return {
        "fingerprint": told["fingerprint"] if told else secret.fingerprint_of(ballot),
        "turnout": ballots.turnout(ballot) if running else (0, 0),
        "cast": secret.votes_cast(ballot) if running else 0,
        "ended": sealing is not None,
        "sorted": sealing is not None and sealing.sorted_at is not None,
        "scrubbed_at": sealing.scrubbed_at if sealing else None,
    }


def _election_paper(ballot: Ballot, chosen: Sequence[int | None] | None = None) -> ElectionPaper:
    options = ballots.options_for(ballot, g.actor, ballot.rule or {})
    return election_paper(ballots.paper_of(ballot), options, chosen, none=ballots.takes_none(ballot))


def _of_kind(kind: str, number: int) -> Ballot:
    ballot = find(number)
    if ballot.kind != kind:
        raise Missing
    return ballot


@bp.post("/ballots/<int:number>/vote")
@says_uncounted
@requires(Permission.VOTE)
def vote(number: int) -> Answer:
    """Take a vote on a motion; the page that follows says that it is recorded.

    Nothing is read before the lock: when a poll opens, this is the busy road.
    """
    if said := anothers():
        return said, 409
    paper = MotionPaper()
    if not paper.validate_on_submit():
        return render_ballot(_of_kind("motion", number), paper), 422
    try:
        with writing():
            ballots.cast_on(number, g.actor, paper.choice.data, g.now, giver=asked_giver())
    except Refusal as refusal:
        paper.form_errors.append(str(refusal))
        return render_ballot(_of_kind("motion", number), paper), 409
    return redirect(url_for(".show", number=number, **for_whom()))


@bp.post("/ballots/<int:number>/rank")
@says_uncounted
@requires(Permission.VOTE)
def rank(number: int) -> Answer:
    """Take the paper of an election."""
    if said := anothers():
        return said, 409
    ballot = _of_kind("election", number)
    paper = _election_paper(ballot)
    if not paper.validate_on_submit():
        return render_ballot(ballot, paper), 422
    try:
        with writing():
            ballots.cast_on(number, g.actor, paper.choice(), g.now, giver=asked_giver())
    except Refusal as refusal:
        paper.form_errors.append(str(refusal))
        return render_ballot(find(number), paper), 409
    return redirect(url_for(".show", number=number, **for_whom()))


@bp.get("/ballots/<int:number>/roll")
@requires(Permission.SEE_BALLOTS)
def roll(number: int) -> Answer:
    """Who may vote: to each their own reason, to officers everyone's; to members the names, if shown."""
    ballot = find(number)
    if ballot.opened_at is None:
        return redirect(url_for(".roll_to_come", number=number))
    page = max(1, request.args.get("page", 1, type=int))
    lines: list[ballots.RollLine] = []
    names: list[ballots.NameLine] = []
    total = 0
    if may(g.actor, Permission.SEE_ROLL, ballot):
        lines, total = ballots.roll_lines(ballot, words=request.args.get("q", ""), page=page)
    elif ballots.shows_names(ballot, g.actor):
        names, total = ballots.roll_names(ballot, g.actor, words=request.args.get("q", ""), page=page)
    return render_template(
        "ballots/roll.html",
        ballot=ballot,
        place=ballots.place_of(ballot, g.actor),
        why_not=ballots.why_not(ballot, g.actor.membership),
        turnout=ballots.turnout(ballot),
        size=ballots.size_of(ballot),
        drawn=ballots.how_drawn(ballot, ballots.rule_of(ballot, g.organisation, g.now)),
        lines=lines,
        names=names,
        shown_by=ballots.visible_by(ballot),
        page=page,
        pages=max(1, -(-total // ballots.PAGE_SIZE)),
    )


@bp.get("/ballots/<int:number>/bundle.json")
@requires(Permission.SEE_BUNDLE)
def bundle(number: int) -> Response:
    """Everything needed to check a counted ballot; a list of members, so for members only."""
    ballot = find(number)
    head_beside(ballot)
    answer: Response = jsonify(ballots.bundle(ballot, g.organisation, g.actor, g.now))
    name = f"{g.organisation.slug}-ballot-{number}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.get("/ballots/<int:number>/certificate.pdf")
@requires(Permission.SEE_BALLOTS)
def certificate(number: int) -> Response:
    """The certificate of a counted ballot, without roll and votes."""
    if find(number).sealed_at is not None:
        chain_events(lambda: records.chain_events(g.organisation.id))
    answer = Response(ballots.certificate(find(number), g.organisation, g.actor), mimetype="application/pdf")
    name = f"{g.organisation.slug}-ballot-{number}-certificate.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

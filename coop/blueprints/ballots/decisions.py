"""Everything that was decided, with counts and reasons."""

from flask import g, render_template, request

from coop.access import Permission, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.heads import head_beside
from coop.blueprints.ballots.words import class_words, measure_words, outcome_words
from coop.services import ballots, positions


@bp.get("/decisions")
@requires(Permission.SEE_DECISIONS)
def decisions() -> str:
    found = ballots.list_decisions(
        g.organisation,
        words=request.args.get("q", ""),
        outcome=request.args.get("outcome", ""),
        page=request.args.get("page", 1, type=int),
    )
    return render_template(
        "ballots/decisions.html", found=found, outcomes=outcome_words(), kinds=class_words()
    )


@bp.get("/decisions/<int:year>/<int:number>")
@requires(Permission.SEE_DECISIONS)
def decision(year: int, number: int) -> str:
    found = ballots.find_decision(g.organisation, year, number)
    ballot = ballots.ballot_of(found)
    head = head_beside(ballot)
    candidates = {option.position: option.name for option in ballot.options}
    return render_template(
        "ballots/decision.html",
        decision=found,
        position=positions.position_of(found),
        head=head,
        ballot=ballot,
        candidates=candidates,
        drawing=ballots.drawing_of(ballot.kind, found.result, candidates),
        took_part=ballots.took_part(ballot, found.result),
        what_else=ballots.what_else(ballot, found),
        outcomes=outcome_words(),
        kind=class_words()[found.decision_class],
        measure=measure_words(ballot.method),
    )

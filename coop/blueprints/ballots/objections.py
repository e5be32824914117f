"""Objecting: to the roll before a ballot opens, to its result afterwards; and counting it again."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from coop.access import Permission, authorize, may, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.heads import head_beside
from coop.blueprints.ballots.views import find
from coop.errors import Refusal
from coop.models.ballots import Ballot
from coop.rules.spreadsheets import as_csv
from coop.services import ballots
from coop.transaction import record_view, writing

Answer = str | Response | tuple[str, int]


class ContestForm(FlaskForm):
    text = TextAreaField(
        _l("What is wrong with the roll?"),
        description=_l("Only the returning officer reads this. You can change it until it is answered."),
        validators=[
            InputRequired(_l("Say what is wrong with the roll. Only the returning officer reads it.")),
            Length(max=ballots.MOST_TEXT, message=_l("Say it in %(max)d characters at most.")),
        ],
    )


class ChallengeForm(FlaskForm):
    reason = TextAreaField(
        _l("What was wrong?"),
        description=_l("Every member reads this, and it is kept for ever as you write it."),
        validators=[
            InputRequired(_l("Say what was wrong with this ballot. Members will read it.")),
            Length(max=ballots.MOST_REASON, message=_l("Say it in %(max)d characters at most.")),
        ],
    )
    named = BooleanField(
        _l("Show my name to the members"),
        description=_l("The officers who answer see it in any case."),
    )


class AnswerForm(FlaskForm):
    outcome = RadioField(
        _l("Your answer"), validators=[InputRequired(_l("Choose first: upheld or dismissed."))]
    )
    answer = TextAreaField(
        _l("Why?"),
        validators=[InputRequired(_l("Give the reason for your answer.")), Length(max=4000)],
    )

    def __init__(self, upheld: str, dismissed: str) -> None:
        super().__init__()
        self.outcome.choices = [SelectChoice("upheld", upheld), SelectChoice("dismissed", dismissed)]

    @property
    def upheld(self) -> bool:
        return bool(self.outcome.data == "upheld")


@bp.get("/ballots/<int:number>/roll/coming")
@requires(Permission.SEE_BALLOTS)
def roll_to_come(number: int) -> Answer:
    ballot = find(number)
    if ballot.opened_at is not None:
        return redirect(url_for(".roll", number=number))
    return render_roll_to_come(ballot)


def render_roll_to_come(ballot: Ballot, form: ContestForm | None = None) -> str:
    """To each member their own line of the roll to come; to officers all, and what is contested."""
    stage = ballot.stage_at(g.now)
    mine = ballots.contest_of(ballot, g.actor.membership_id)
    if form is None and stage == "announced" and (mine is None or mine.outcome is None):
        form = ContestForm(formdata=None, data={"text": mine.text if mine else ""})
    page = max(1, request.args.get("page", 1, type=int))
    lines: list[ballots.RollLine] = []
    total = 0
    if may(g.actor, Permission.SEE_ROLL, ballot):
        words = request.args.get("q", "")
        lines, total = ballots.lines_to_come(ballot, g.organisation, g.now, words=words, page=page)
    entitled, reason = ballots.line_to_come(ballot, g.organisation, g.actor.membership, g.now)
    return render_template(
        "ballots/roll_to_come.html",
        ballot=ballot,
        stage=stage,
        entitled=entitled,
        reason=reason,
        mine=mine,
        form=form,
        contests=ballots.contests_of(ballot) if may(g.actor, Permission.ANSWER_OBJECTION, ballot) else [],
        lines=lines,
        page=page,
        pages=max(1, -(-total // ballots.PAGE_SIZE)),
    )


@bp.post("/ballots/<int:number>/roll/contest")
@requires(Permission.CONTEST_ROLL)
def contest(number: int) -> Answer:
    form = ContestForm()

    def deed() -> None:
        text = form.text.data or ""
        ballots.contest_roll(find(number), g.organisation, g.actor, g.now, text=text)

    answer = _do(form, deed, lambda: _roll_again(number, form))
    if answer:
        return answer
    flash(_("The returning officer has your objection and will answer it before voting opens."))
    return redirect(url_for(".roll_to_come", number=number))


def _roll_again(number: int, form: ContestForm) -> str:
    """Show the page again with what was typed; once the ballot is open there is no such page any more."""
    ballot = find(number)
    if ballot.opened_at is not None:
        raise Refusal(
            form.form_errors[0] if form.form_errors else _("Voting has opened, so the roll stands.")
        )
    return render_roll_to_come(ballot, form)


@bp.get("/ballots/<int:number>/roll.csv")
@requires(Permission.SEE_ROLL)
def export_roll(number: int) -> Response:
    lines = record_view(lambda: ballots.roll_as_table(find(number), g.organisation, g.actor, g.now))
    header = [_("Number"), _("Name"), _("May vote"), _("Why"), _("Notices by")]
    rows = [
        (one.number, one.name, _("yes") if one.entitled else _("no"), one.reason, one.notices)
        for one in lines
    ]
    answer = Response(as_csv(header, rows), content_type="text/csv; charset=utf-8")
    name = f"{g.organisation.slug}-ballot-{number}-roll.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.route("/ballots/<int:number>/contests/<int:member>", methods=["GET", "POST"])
@requires(Permission.ANSWER_OBJECTION)
def answer_contest(number: int, member: int) -> Answer:
    """Answer what a member contests about the roll, with their line beside it."""
    ballot = find(number)
    authorize(g.actor, Permission.ANSWER_OBJECTION, ballot)
    found = ballots.find_contest(ballot, member)
    form = AnswerForm(_("Upheld: I have put the register right"), _("Dismissed: the register is right"))
    line = ballots.line_to_come(ballot, g.organisation, found.membership, g.now)

    def page() -> str:
        return render_template(
            "ballots/answer_contest.html",
            ballot=ballot,
            contest=found,
            form=form,
            entitled=line[0],
            why=line[1],
        )

    def deed() -> None:
        again = ballots.find_contest(find(number), member)
        words = form.answer.data or ""
        ballots.answer_contest(again, g.organisation, g.actor, g.now, upheld=form.upheld, answer=words)

    if request.method == "GET":
        return page()
    answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("Your answer is recorded, and the member is told."))
    return redirect(url_for(".roll_to_come", number=number))


@bp.route("/ballots/<int:number>/challenge", methods=["GET", "POST"])
@requires(Permission.CHALLENGE_RESULT)
def challenge(number: int) -> Answer:
    ballot, form = find(number), ChallengeForm()
    authorize(g.actor, Permission.CHALLENGE_RESULT, ballot)

    def page() -> str:
        until = ballots.challenged_until(ballot)
        return render_template("ballots/challenge.html", ballot=ballot, form=form, until=until)

    def deed() -> None:
        words, named = form.reason.data or "", bool(form.named.data)
        ballots.challenge(find(number), g.organisation, g.actor, g.now, reason=words, named=named)

    if request.method == "GET":
        ballots.refuse_unless_challengeable(ballot, g.now)
        return page()
    answer = _do(form, deed, page)
    if answer:
        return answer
    flash(_("Your challenge is recorded. An officer who did not stand in it will answer."))
    return redirect(url_for(".show", number=number, _anchor="challenges"))


@bp.route("/ballots/<int:number>/challenges/<int:member>", methods=["GET", "POST"])
@requires(Permission.ANSWER_OBJECTION)
def answer_challenge(number: int, member: int) -> Answer:
    """Answer a challenge; what upholding would end is shown before."""
    ballot = find(number)
    authorize(g.actor, Permission.ANSWER_OBJECTION, ballot)
    found = ballots.find_challenge(ballot, member)
    form = AnswerForm(_("Upheld: the result is void"), _("Dismissed: the result stands"))

    def page() -> str:
        return render_template(
            "ballots/answer_challenge.html",
            ballot=ballot,
            challenge=found,
            form=form if ballots.may_answer(found, g.actor) and found.outcome is None else None,
            effects=ballots.effects_of(ballot, g.organisation, g.now),
            today=g.organisation.day_of(g.now),
        )

    def deed() -> None:
        again = ballots.find_challenge(find(number), member)
        words = form.answer.data or ""
        ballots.answer_challenge(again, g.organisation, g.actor, g.now, upheld=form.upheld, answer=words)

    if request.method == "GET":
        return page()
    answer = _do(form, deed, page)
    if answer:
        return answer
    flash(
        _("The ballot is void. Everyone who could vote is told.")
        if form.upheld
        else _("The challenge is dismissed, and the result stands.")
    )
    return redirect(url_for(".show", number=number, _anchor="challenges"))


@bp.get("/ballots/<int:number>/recount")
@requires(Permission.RECOUNT_BALLOT)
def recount(number: int) -> str:
    """Count the stored votes again, now, and hold both against each other."""
    ballot = find(number)
    head = head_beside(ballot)
    found = ballots.recount(find(number), g.actor)
    return render_template("ballots/recount.html", ballot=find(number), found=found, head=head)


def _do(form: FlaskForm, deed: Callable[[], Any], page: Callable[[], str]) -> Answer | None:
    """Do the deed if the form is sound; else give the page again with what is wrong and was typed."""
    if not form.validate_on_submit():
        return page(), 422
    try:
        with writing():
            deed()
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return page(), 409
    return None

"""A meeting that no officer leads: who is here, who chairs it, and the officers it elects."""

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from coop.access import PROGRAM, Permission, authorize, requires
from coop.blueprints.meetings import bp
from coop.errors import Refusal
from coop.models.ballots import Ballot
from coop.models.meetings import Meeting
from coop.services import ballots, meetings, members, organisations
from coop.transaction import writing

Answer = str | Response | tuple[str, int]


class ElectionForm(FlaskForm):
    office = SelectField(_l("Office"), coerce=int)
    candidates = TextAreaField(
        _l("Who stands"),
        description=_l("One member number a line. Name only those who agreed to stand."),
        validators=[InputRequired(_l("Name at least one member who stands.")), Length(max=2000)],
    )

    def validate_candidates(self, field: TextAreaField) -> None:
        for line in (field.data or "").split():
            if not (line.isascii() and line.isdigit()):
                raise ValidationError(_("“%(line)s” is not a member number, such as 12.", line=line[:40]))

    def numbers(self) -> list[int]:
        return [int(line) for line in dict.fromkeys((self.candidates.data or "").split())]


@bp.post("/meetings/<int:number>/here")
@requires(Permission.ATTEND_UNLED)
def here(number: int) -> Response:
    with writing():
        meetings.come(meetings.find(g.organisation, number, g.actor), g.actor, g.now)
    flash(_("You are recorded as here."))
    return redirect(url_for(".show", number=number))


@bp.post("/meetings/<int:number>/chair")
@requires(Permission.ATTEND_UNLED)
def chair(number: int) -> Response:
    """Put to those present who chairs the meeting."""
    chosen = request.form.get("member", type=int)
    with writing():
        meeting = meetings.find(g.organisation, number, g.actor)
        if chosen is None:
            raise Refusal(_("Choose who should chair the meeting."))
        who = members.find(g.organisation, chosen)
        ballot = meetings.propose_chair(meeting, who, g.actor, g.now)
        vote = ballot.number
    flash(_("Those who are here vote on it now, for ten minutes."))
    return redirect(url_for("ballots.show", number=vote))


@bp.route("/meetings/<int:number>/elections", methods=["GET", "POST"])
@requires(Permission.ELECT_AT_MEETING)
def elections(number: int) -> Answer:
    """Elect an officer at a meeting whose chair those present elected."""
    meeting = _meeting(number)
    form = ElectionForm()
    form.office.choices = [
        SelectChoice(one.id, f"{one.title} ({one.body.name})")
        for one in ballots.offices_to_fill(g.organisation, [meetings.body_of(meeting)])
    ]
    if request.method == "GET":
        return _page(meeting, form)
    if not form.validate_on_submit():
        return _page(meeting, form), 422
    try:
        with writing():
            drafted = _draft(number, form).number
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(meeting, form), 409
    return _open(number, drafted)


@bp.post("/meetings/<int:number>/elections/open")
@requires(Permission.ELECT_AT_MEETING)
def open_election(number: int) -> Answer:
    """Open an election that was put and could not be opened at once."""
    _meeting(number)
    return _open(number, request.form.get("ballot", 0, type=int))


def _meeting(number: int) -> Meeting:
    meeting = meetings.find(g.organisation, number, g.actor)
    authorize(g.actor, Permission.ELECT_AT_MEETING, meeting)
    return meeting


def _draft(number: int, form: ElectionForm) -> Ballot:
    office = next(
        one for one in organisations.offices_of(g.organisation) if one.id == form.office.data
    )  # the choices of the form are offices of this organisation
    candidates = ballots.candidates_by_number(g.organisation, [(one, "") for one in form.numbers()])
    return meetings.put_election(_meeting(number), office, candidates, g.actor, g.now)


def _open(number: int, ballot_number: int) -> Response:
    ballot = ballots.find(g.organisation, ballot_number)
    # Keys of a secret election take seconds, so they are made before the write lock.
    keys = ballots.secret.prepare_keys(
        ballot, g.organisation, PROGRAM, g.now, current_app.config["COOP"].ballot_key
    )
    with writing():
        again = ballots.find(g.organisation, ballot_number)
        meetings.open_election(_meeting(number), again, g.actor, g.now, keys=keys)
    flash(_("The election is open. It is counted by itself when it closes."))
    return redirect(url_for("ballots.show", number=ballot_number))


def _page(meeting: Meeting, form: ElectionForm) -> str:
    put = [(one, one.stage_at(g.now)) for one in meetings.elections_at(meeting)]
    return render_template("meetings/elections.html", meeting=meeting, form=form, put=put)

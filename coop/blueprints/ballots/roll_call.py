"""The roll-call: one name after another, four large buttons, and what was recorded so far."""

from flask import g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired

from coop.access import Permission, requires
from coop.blueprints.ballots import bp
from coop.blueprints.ballots.doing import Answer, do
from coop.blueprints.ballots.telling import told
from coop.blueprints.ballots.words import choice_words
from coop.errors import Missing
from coop.services import ballots, tellers


class CallForm(FlaskForm):
    member = IntegerField(validators=[InputRequired(_l("Choose whom you call."))])
    says = HiddenField(validators=[InputRequired(_l("Choose first: for, against, abstain, or absent."))])


@bp.route("/ballots/<int:number>/telling/roll-call", methods=["GET", "POST"])
@requires(Permission.ENTER_PAPER_VOTES)
def roll_call(number: int) -> Answer:
    if not tellers.has_roll_call(told(number)):
        raise Missing
    form = CallForm()

    def deed() -> None:
        again = ballots.find(g.organisation, number)
        called = {"number": form.member.data or 0, "says": form.says.data or ""}
        tellers.call_out(again, g.organisation, g.actor, g.now, **called)

    if request.method == "GET":
        return _page(number, CallForm(formdata=None))
    _none, answer = do(form, deed, lambda: _page(number, form))
    return answer or redirect(url_for(".roll_call", number=number))


def _page(number: int, form: CallForm) -> str:
    """The next name, or the one asked for; a search; and the list so far."""
    ballot = told(number)
    batch = tellers.own_roll_call(ballot, tellers.teller_of(ballot, g.actor))
    held = (batch.entered if batch else None) or {"spoken": {}, "absent": []}
    spoken = {int(one): says for one, says in held["spoken"].items()}
    recorded = spoken | dict.fromkeys(held["absent"], tellers.ABSENT)
    names = tellers.names_of(ballot, set(recorded))
    upcoming, left = tellers.next_to_call(ballot, set(recorded))
    asked = form.member.data or request.args.get("member", 0, type=int)
    if asked:
        chosen = tellers.names_of(ballot, {asked})
        upcoming = tellers.Voter(asked, chosen[asked]) if asked in chosen else upcoming
    words = request.args.get("q", "").strip()
    return render_template(
        "tellers/roll_call.html",
        ballot=ballot,
        form=form,
        batch=batch,
        voter=upcoming,
        left=left,
        recorded=[(one, names.get(one, ""), recorded[one]) for one in reversed(recorded)],
        counts={says: list(recorded.values()).count(says) for says in (*choice_words(), tellers.ABSENT)},
        found=tellers.on_the_roll(ballot, words) if words else None,
        choices=choice_words(),
    )

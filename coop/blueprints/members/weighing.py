"""What a member's vote weighs: the voting class, and how many members an organisation reported."""

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, Regexp

from coop.access import Permission, authorize, requires
from coop.blueprints.members import bp
from coop.blueprints.members.forms import tidy
from coop.errors import Refusal
from coop.models.members import Membership
from coop.services import ballots, members
from coop.transaction import writing


class VotesForm(FlaskForm):
    voting_class = RadioField(_l("Voting class"), validators=[InputRequired(_l("Choose a voting class."))])


class DelegateVotesForm(VotesForm):
    represents = StringField(
        _l("Members it has"),
        description=_l("As the organisation reported them. Empty: not known."),
        filters=[tidy],
        validators=[
            Optional(),
            Regexp("[0-9]{1,9}$", message=_l("Give the number of its members, in digits.")),
        ],
    )
    represents_on = DateField(_l("Reported on"), validators=[Optional()])


def votes_form(membership: Membership, classes: Mapping[str, int]) -> VotesForm:
    """The form for a person or joint membership, or with the size of an organisation."""
    form = (DelegateVotesForm if membership.kind == "organisation" else VotesForm)(obj=membership)
    gone = [membership.voting_class] if membership.voting_class not in classes else []
    form.voting_class.choices = [
        SelectChoice(name, ngettext("%(name)s: %(num)d vote", "%(name)s: %(num)d votes", votes, name=name))
        for name, votes in classes.items()
    ] + [SelectChoice(name, _("%(name)s: no longer in the constitution", name=name)) for name in gone]
    return form


@bp.route("/members/<int:number>/votes", methods=["GET", "POST"])
@requires(Permission.CHANGE_MEMBER)
def votes(number: int) -> Any:
    """For the secretary of the whole organisation: a branch does not weigh its own members."""
    membership = members.find(g.organisation, number)
    authorize(g.actor, Permission.CHANGE_MEMBER, g.organisation)
    form = votes_form(membership, ballots.classes_of(g.organisation, g.now))
    if not form.validate_on_submit():
        return _page(membership, form), 422 if request.method == "POST" else 200
    try:
        with writing():
            ballots.set_votes(
                members.find(g.organisation, number),
                g.actor,
                g.now,
                voting_class=form.voting_class.data,
                **_reported(form),
            )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(members.find(g.organisation, number), form), 409
    flash(_("It is in the register. Votes that are open already stay as they are."))
    return redirect(url_for(".show", number=number))


def _reported(form: VotesForm) -> dict[str, Any]:
    if not isinstance(form, DelegateVotesForm):
        return {}
    number = form.represents.data
    return {"represents": int(number) if number else None, "represents_on": form.represents_on.data}


def _page(membership: Membership, form: FlaskForm) -> str:
    return render_template("members/votes.html", membership=membership, form=form)

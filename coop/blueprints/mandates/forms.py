from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from coop.blueprints.mandates.words import act_words, how_words
from coop.models.ballots import Decision
from coop.models.mandates import MandateInstruction
from coop.models.members import Membership
from coop.models.organisations import Organisation
from coop.models.positions import Position

ELSEWHERE = ""  # not to a federation on this server
MOST_TEXT = 8000


class Day(DateField):
    """A day, whose error says how to write one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as wrong:
            raise ValueError(_("Write the day like 2026-12-31.")) from wrong


class ByDecisionForm(FlaskForm):
    """A form of a deed that a decision is the reason for."""

    decision = SelectField(
        _l("By which decision"),
        description=_l("One that was carried and stands. Its words are shown to everybody."),
        coerce=int,
        validators=[InputRequired(_l("Choose the decision."))],
        validate_choice=False,
    )

    def offer(self, decisions: Iterable[Decision]) -> None:
        self.decision.choices = [
            SelectChoice(0, _("Choose…")),
            *(SelectChoice(one.id, f"{one.label} {one.title}") for one in decisions),
        ]


class DelegateForm(ByDecisionForm):
    member = IntegerField(
        _l("Number of the member who is sent"),
        description=_l("The decision names this member, or elected them."),
        validators=[InputRequired(_l("Give the number of a member."))],
    )
    parent = SelectField(_l("Where to"), validate_choice=False)
    sent_to = StringField(
        _l("Name of the body outside"),
        description=_l("Leave it empty for your federation."),
        validators=[Optional(), Length(max=200)],
    )
    starts_on = Day(_l("First day"), validators=[InputRequired(_l("Give the first day."))])
    ends_on = Day(
        _l("Last day"),
        description=_l("As the decision says. Empty: until another decision."),
        validators=[Optional()],
    )

    def offer_parent(self, parent: Organisation | None) -> None:
        there = [SelectChoice(parent.slug, parent.name)] if parent else []
        self.parent.choices = [*there, SelectChoice(ELSEWHERE, _("A body outside, named below"))]


class EndForm(ByDecisionForm):
    last_day = Day(_l("Last day of the mandate"), validators=[InputRequired(_l("Give the last day."))])


class InstructionForm(ByDecisionForm):
    matter = StringField(
        _l("The matter"),
        description=_l("As it stands on the agenda there."),
        validators=[InputRequired(_l("Say what the matter is.")), Length(max=200)],
    )
    how = RadioField(
        _l("What the decision asks of the delegate"), validators=[InputRequired(_l("Choose one."))]
    )
    instead_of = SelectField(_l("In place of"), coerce=int, validate_choice=False, default=0)

    def offer_standing(self, standing: Iterable[MandateInstruction]) -> None:
        self.how.choices = [SelectChoice(key, words) for key, words in how_words().items()]
        self.instead_of.choices = [
            SelectChoice(0, _("none: it is a new one")),
            *(SelectChoice(one.number, f"{one.number}. {one.matter}") for one in standing),
        ]


class ActForm(FlaskForm):
    held_on = Day(_l("Day of the sitting"), validators=[InputRequired(_l("Give the day of the sitting."))])
    instruction = SelectField(_l("Under which instruction"), coerce=int, validate_choice=False, default=0)
    matter = StringField(
        _l("The matter, if there was no instruction"), validators=[Optional(), Length(max=200)]
    )
    act = RadioField(_l("What the delegate did"), validators=[InputRequired(_l("Choose one."))])
    evidence = TextAreaField(
        _l("How you know"),
        description=_l(
            "In a sentence: “Minutes of 3 May, item 4: roll call.” Needed unless nothing is on record."
        ),
        validators=[Optional(), Length(max=1000, message=_l("Say it in %(max)d characters at most."))],
    )
    document = IntegerField(
        _l("Number of a paper that shows it"),
        description=_l("From the list of papers, if one was issued here."),
        validators=[Optional()],
    )

    def offer(self, standing: Iterable[MandateInstruction]) -> None:
        hows = how_words()
        self.act.choices = [SelectChoice(key, words) for key, words in act_words().items()]
        self.instruction.choices = [
            SelectChoice(0, _("none")),
            *(SelectChoice(one.number, f"{one.number}. {one.matter}: {hows[one.how]}") for one in standing),
        ]


class ReplyForm(FlaskForm):
    text = TextAreaField(
        _l("Your reply"),
        description=_l(
            "It stands beside what is on record, for every member to read. It can't be changed later."
        ),
        validators=[
            InputRequired(_l("Write your reply.")),
            Length(max=MOST_TEXT, message=_l("Say it in %(max)d characters at most.")),
        ],
    )


class ReportForm(FlaskForm):
    held_on = SelectField(_l("Which sitting"), validate_choice=False)
    text = TextAreaField(
        _l("Your report"),
        description=_l("Every member can read it. It can't be changed later; you can add another."),
        validators=[
            InputRequired(_l("Write your report.")),
            Length(max=MOST_TEXT, message=_l("Say it in %(max)d characters at most.")),
        ],
    )


class JoinForm(ByDecisionForm):
    parent = StringField(
        _l("Short name of the federation"),
        description=_l("As in its address here: “league” for /league/."),
        filters=[lambda text: (text or "").strip().strip("/").lower()],
        validators=[InputRequired(_l("Give the short name of the federation.")), Length(max=40)],
    )


class SizeForm(FlaskForm):
    size = IntegerField(
        _l("Members"),
        description=_l("How many members this organisation had on that day. Who they are is not told."),
        validators=[InputRequired(_l("Give the number of members.")), NumberRange(min=0, max=100_000_000)],
    )
    counted_on = Day(_l("Counted on"), validators=[InputRequired(_l("Give the day."))])
    source = StringField(
        _l("Where the number comes from"),
        description=_l("For example: “Register of members on that day”."),
        validators=[InputRequired(_l("Say where the number comes from.")), Length(max=300)],
    )


class RecogniseForm(FlaskForm):
    membership = SelectField(
        _l("Its membership here"),
        coerce=int,
        validators=[InputRequired(_l("Choose the membership."))],
        validate_choice=False,
    )

    def offer(self, found: Iterable[Membership]) -> None:
        self.membership.choices = [SelectChoice(one.number, f"{one.number} {one.name}") for one in found]


class PositionForm(ByDecisionForm):
    review_on = Day(
        _l("Review on"),
        description=_l("Only to have it reviewed earlier than the constitution says."),
        validators=[Optional()],
    )
    supersedes = SelectField(_l("Replaces"), coerce=int, validate_choice=False, default=0)

    def offer_standing(self, standing: Iterable[Position]) -> None:
        self.supersedes.choices = [
            SelectChoice(0, _("no other position")),
            *(SelectChoice(one.number, f"{one.number}. {one.decision.title}") for one in standing),
        ]


class DissentForm(FlaskForm):
    text = TextAreaField(
        _l("Why you disagree"),
        description=_l(
            "Members read it beside the position, with your name. It stands: it can't be taken back."
        ),
        validators=[
            InputRequired(_l("Say why you disagree.")),
            Length(max=1000, message=_l("Say it in %(max)d characters at most.")),
        ],
    )

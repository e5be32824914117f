import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    Email,
    InputRequired,
    Length,
    Optional,
    StopValidation,
    ValidationError,
)

from coop.rules.founding import QUESTIONS, check_answer, words_for
from coop.rules.provisions import REGISTRY, BadValue
from coop.services.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from coop.services.organisations import RESERVED, SLUG

BY_NAME = {question.name: question for question in QUESTIONS}


def tidy(value: Any) -> Any:
    """What was typed, without the blanks around it."""
    return value.strip() if isinstance(value, str) else value


def _slug(_form: FlaskForm, field: Field) -> None:
    if not SLUG.fullmatch(field.data or ""):
        raise ValidationError(_("Use small letters, digits and hyphens, as in “toad-lane”."))


def _answers(name: str) -> Any:
    """What the grammar and the bounds of the provision allow."""

    def check(_form: FlaskForm, field: Field) -> None:
        try:
            check_answer(BY_NAME[name], field.data or "")
        except BadValue as why:
            raise ValidationError(str(why)) from why

    return check


def _with_unit(unit: str) -> Any:
    return lambda value: (
        f"{value.strip()} {unit}" if value and re.fullmatch(r"\s*\d+\s*", value) else tidy(value)
    )


def _name(label: str) -> StringField:
    return StringField(
        label, filters=[tidy], validators=[DataRequired(_l("Enter the name.")), Length(max=200)]
    )


def _email(label: str) -> EmailField:
    return EmailField(
        label,
        filters=[tidy],
        validators=[
            DataRequired(_l("Enter an e-mail address.")),
            Length(max=254),
            Email(_l("Enter an e-mail address in the form name@example.org.")),
        ],
    )


def _zone() -> StringField:
    return StringField(
        _l("Which clocks do you go by?"),
        filters=[tidy],
        default="Europe/Madrid",
        description=_l("The name of a time zone, as in Europe/Madrid. Days begin and votes close by it."),
        validators=[DataRequired(_l("Enter a time zone.")), _answers("zone")],
    )


def _currency() -> StringField:
    return StringField(
        _l("Which currency do you keep your books in?"),
        filters=[tidy],
        default="EUR",
        description=_l("Its three letters, as in EUR."),
        validators=[DataRequired(_l("Enter a currency.")), _answers("currency")],
    )


class BeginForm(FlaskForm):
    code = StringField(
        _l("Code of your invitation"),
        filters=[tidy],
        description=_l("Whoever runs this server gave it to you. It works once."),
        validators=[DataRequired(_l("Enter the code of your invitation."))],
    )
    kind = RadioField(
        _l("What kind of organisation is it?"),
        choices=[
            SelectChoice(
                "workers", _l("A workers’ co-operative: it belongs to those who work in it and use it")
            ),
            SelectChoice(
                "housing", _l("A housing or consumer co-operative: its members use what it provides")
            ),
            SelectChoice("federation", _l("An association of branches, or a federation of organisations")),
            SelectChoice("society", _l("A small society, with few rules")),
            SelectChoice("moving", _l("It exists already: bring its own text, members and officers")),
        ],
        validators=[InputRequired(_l("Choose what kind it is."))],
    )
    name = _name(_l("What is it called?"))
    slug = StringField(
        _l("Its address here"),
        filters=[tidy],
        description=_l("Small letters, digits and hyphens, as in “toad-lane”. It stays for good."),
        validators=[DataRequired(_l("Enter the address.")), Length(max=40), _slug],
    )
    summary = TextAreaField(
        _l("What does it do, in a sentence or two?"),
        filters=[tidy],
        description=_l("Visitors read this on its first page."),
        validators=[Optional(), Length(max=2000)],
    )
    zone = _zone()
    currency = _currency()
    founder = StringField(
        _l("Your name"), filters=[tidy], validators=[DataRequired(_l("Enter your name.")), Length(max=200)]
    )
    email = _email(_l("Your e-mail address"))
    password = PasswordField(
        _l("Choose a password"),
        description=_l("At least ten characters."),
        validators=[
            InputRequired(_l("Choose a password.")),
            Length(SHORTEST_PASSWORD, LONGEST_PASSWORD, _l("Choose a password of at least ten characters.")),
        ],
    )

    def validate_slug(self, field: Field) -> None:
        if field.data in RESERVED:
            raise ValidationError(_("This address is taken. Choose another one."))


def _offered(name: str, **said: str) -> list[SelectChoice]:
    """The answers that are offered, in the words that the text will have."""
    question = BY_NAME[name]
    parse = REGISTRY[question.key].parse
    return [
        SelectChoice(value, said.get(value) or words_for(question.key, parse(value)))
        for value in question.choices
    ]


class QuestionsForm(FlaskForm):
    """Each answer is the value of a provision, with the safe one of the model in it already."""

    name = _name(_l("What is it called?"))
    declarations = TextAreaField(
        _l("What does everyone declare who joins?"),
        filters=[tidy],
        description=_l("In words of your own. Part several declarations by a semicolon."),
        validators=[DataRequired(_l("Say what everyone declares who joins.")), _answers("declarations")],
    )
    cutoff = StringField(
        _l("How long after joining can a member vote?"),
        filters=[_with_unit("days")],
        description=_l("As in 30 days; 0 days for from the first day on."),
        validators=[_answers("cutoff")],
    )
    dues = RadioField(
        _l("Which vote sets the dues?"),
        choices=_offered("dues"),
        description=_l("Dues that have been charged never change afterwards."),
        validators=[InputRequired(_l("Choose which vote sets the dues."))],
    )
    notice = StringField(
        _l("How long before a general meeting is everybody told?"),
        filters=[_with_unit("days")],
        description=_l("As in 21 days. Neither the day of the notice nor that of the meeting counts."),
        validators=[_answers("notice")],
    )
    quorum = SelectField(
        _l("How many must come for a general meeting to decide?"),
        choices=_offered("quorum"),
        description=_l("A high number protects those who stay away, and lets meetings fail."),
        validators=[_answers("quorum")],
    )
    special = RadioField(
        _l("What carries a weighty decision, such as expelling a member?"),
        choices=_offered("special"),
        validators=[InputRequired(_l("Choose what carries a weighty decision."))],
    )
    constitutional = RadioField(
        _l("What carries a change of the constitution?"),
        choices=_offered("constitutional"),
        validators=[InputRequired(_l("Choose what carries a change of the constitution."))],
    )
    board = StringField(
        _l("How long do the board and the officers serve?"),
        filters=[_with_unit("months")],
        description=_l("As in 2 years, or 18 months. Then there is an election."),
        validators=[_answers("board")],
    )
    zone = _zone()
    currency = _currency()

    @property
    def answers(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in BY_NAME}


class FounderForm(FlaskForm):
    founder = _name(_l("Name"))
    email = _email(_l("E-mail address"))


class AcceptForm(FlaskForm):
    sha256 = HiddenField()


class PlaceForm(FlaskForm):
    meets = TextAreaField(
        _l("When and where do you meet?"),
        filters=[tidy],
        description=_l(
            "As in: Friday 27 November at 18:00, at Ana’s. In the room or by telephone, as you like."
        ),
        validators=[DataRequired(_l("Say when and where you meet.")), Length(max=1000)],
    )


def _marked(_form: FlaskForm, field: Field) -> None:
    if field.data is None:
        raise StopValidation(_("%(office)s: vote for somebody, or leave it vacant.", office=field.label.text))


class MeetingForm(FlaskForm):
    """To be there, to adopt the text, and one vote for each office; the offices come from `with_offices`."""

    sha256 = HiddenField()
    adopts = BooleanField(
        _l("I take part in the founding meeting, and adopt the text that I have accepted"),
        validators=[InputRequired(_l("Say that you take part and adopt the text."))],
    )


def meeting_form(offices: dict[str, str], founders: dict[int, str], **given: Any) -> MeetingForm:
    """Make the form with a question for each office: for whom one votes."""
    choices = [SelectChoice(who, name) for who, name in founders.items()]
    choices.append(SelectChoice(0, _("Leave it vacant for now")))

    class WithOffices(MeetingForm):
        pass

    for kind, title in offices.items():
        field = RadioField(title, choices=choices, coerce=_number, validators=[_marked])
        setattr(WithOffices, kind, field)
    return WithOffices(**given)


def _number(value: Any) -> int | None:
    return int(value) if str(value).isdecimal() else None

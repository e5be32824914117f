import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    IntegerField,
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
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from coop.rules.provisions import REGISTRY, BadValue
from coop.services.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from coop.services.organisations import RESERVED, SLUG

MOST_FOUNDERS = 50
_FOUNDER = re.compile(r"(?P<name>[^<>,;@]+?)[\s,;<]+(?P<email>[^\s<>,;@]+@[^\s<>,;@]+\.[^\s<>,;@]+)>?")


def tidy(value: Any) -> Any:
    """What was typed, without the blanks around it."""
    return value.strip() if isinstance(value, str) else value


def _slug(_form: FlaskForm, field: Field) -> None:
    if not SLUG.fullmatch(field.data or ""):
        raise ValidationError(_("Use small letters, digits and hyphens, as in “toad-lane”."))


def _provision(key: str) -> Any:
    def check(_form: FlaskForm, field: Field) -> None:
        try:
            REGISTRY[key].parse(field.data or "")
        except BadValue as why:
            raise ValidationError(str(why)) from why

    return check


class FoundingForm(FlaskForm):
    code = StringField(
        _l("Founding code"),
        filters=[tidy],
        description=_l("It is printed where this server was started, and works once."),
        validators=[DataRequired(_l("Enter the founding code."))],
    )
    model = RadioField(
        _l("Which model do you begin with?"),
        choices=[
            SelectChoice("workers", _l("A co-operative of workers and users, with a board and branches")),
            SelectChoice("housing", _l("A housing co-operative, with a board")),
            SelectChoice("federation", _l("A federation of organisations, which act through delegates")),
            SelectChoice("society", _l("A small society, with few rules")),
        ],
        validators=[InputRequired(_l("Choose a model."))],
    )
    name = StringField(
        _l("Name of the organisation"),
        filters=[tidy],
        validators=[DataRequired(_l("Enter the name.")), Length(max=200)],
    )
    slug = StringField(
        _l("Its address here"),
        filters=[tidy],
        description=_l("Small letters, digits and hyphens, as in “toad-lane”. It stays for good."),
        validators=[DataRequired(_l("Enter the address.")), Length(max=40), _slug],
    )
    summary = TextAreaField(
        _l("What it is, in a sentence or two"),
        filters=[tidy],
        description=_l("Visitors read this on its first page."),
        validators=[Optional(), Length(max=2000)],
    )
    zone = StringField(
        _l("Time zone"),
        filters=[tidy],
        default="Europe/Madrid",
        description=_l("As in Europe/Madrid. Days begin and votes close by its clocks."),
        validators=[DataRequired(_l("Enter a time zone.")), _provision("organisation.zone")],
    )
    currency = StringField(
        _l("Currency"),
        filters=[tidy],
        default="EUR",
        description=_l("Its three letters, as in EUR."),
        validators=[DataRequired(_l("Enter a currency.")), _provision("organisation.currency")],
    )
    founder = StringField(
        _l("Your name"), filters=[tidy], validators=[DataRequired(_l("Enter your name.")), Length(max=200)]
    )
    email = EmailField(
        _l("Your e-mail address"),
        filters=[tidy],
        validators=[
            DataRequired(_l("Enter your e-mail address.")),
            Length(max=254),
            Email(_l("Enter an e-mail address in the form name@example.org.")),
        ],
    )
    password = PasswordField(
        _l("Choose a password"),
        description=_l("At least ten characters."),
        validators=[
            InputRequired(_l("Choose a password.")),
            Length(SHORTEST_PASSWORD, LONGEST_PASSWORD, _l("Choose a password of at least ten characters.")),
        ],
    )
    others = TextAreaField(
        _l("Further founders"),
        filters=[tidy],
        description=_l(
            "One a line: name and e-mail address. Each is invited by mail to read the text and join."
        ),
        validators=[Optional(), Length(max=20_000)],
    )
    accepts = BooleanField(
        _l("I have read the model and accept it as our constitution"),
        validators=[InputRequired(_l("Read the model, then accept it."))],
    )

    def validate_slug(self, field: Field) -> None:
        if field.data in RESERVED:
            raise ValidationError(_("This address is taken. Choose another one."))

    def validate_others(self, field: Field) -> None:
        lines = [line for line in (field.data or "").splitlines() if line.strip()]
        if len(lines) > MOST_FOUNDERS:
            raise ValidationError(_("Invite at most %(n)s founders here.", n=MOST_FOUNDERS))
        for number, line in enumerate(lines, start=1):
            if not _FOUNDER.fullmatch(line.strip()):
                raise ValidationError(
                    _(
                        "Line %(n)s needs a name and an e-mail address, as in Ana Ruiz ana@example.org.",
                        n=number,
                    )
                )

    @property
    def invited(self) -> list[tuple[str, str]]:
        """The further founders: name and address."""
        found = (_FOUNDER.fullmatch(line.strip()) for line in (self.others.data or "").splitlines())
        return [(match["name"].strip(), match["email"]) for match in found if match]


class SettingsForm(FlaskForm):
    name = StringField(
        _l("Name"), filters=[tidy], validators=[DataRequired(_l("Enter the name.")), Length(max=200)]
    )
    summary = TextAreaField(
        _l("What it is, in a sentence or two"), filters=[tidy], validators=[Optional(), Length(max=2000)]
    )
    contact = StringField(
        _l("Whom to write to"),
        filters=[tidy],
        description=_l("An address that visitors see."),
        validators=[Optional(), Length(max=254)],
    )


class BodyForm(FlaskForm):
    kind = RadioField(
        _l("What is it?"),
        choices=[
            SelectChoice("board", _l("A board")),
            SelectChoice("committee", _l("A committee")),
            SelectChoice("branch", _l("A branch")),
            SelectChoice("group", _l("A working group")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    name = StringField(
        _l("Name"), filters=[tidy], validators=[DataRequired(_l("Enter the name.")), Length(max=200)]
    )
    slug = StringField(
        _l("Short name"),
        filters=[tidy],
        description=_l("Small letters, digits and hyphens; rules of the constitution can name it so."),
        validators=[DataRequired(_l("Enter a short name.")), Length(max=40), _slug],
    )


class OfficeForm(FlaskForm):
    kind = SelectField(
        _l("Duties"),
        choices=[
            SelectChoice("secretary", _l("Secretary: register, meetings, minutes")),
            SelectChoice("treasurer", _l("Treasurer: dues and books")),
            SelectChoice("chair", _l("Chair: leads meetings")),
            SelectChoice("librarian", _l("Librarian: works and licences")),
            SelectChoice("auditor", _l("Auditor: reads, changes nothing")),
            SelectChoice("returning_officer", _l("Returning officer: ballots")),
            SelectChoice("delegate", _l("Delegate")),
            SelectChoice("board_member", _l("Member of the board")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    title = StringField(
        _l("Title"),
        filters=[tidy],
        description=_l("What members call it."),
        validators=[DataRequired(_l("Enter the title.")), Length(max=120), Regexp(r"[^\x00]*")],
    )
    seats = IntegerField(
        _l("Seats"),
        default=1,
        validators=[
            InputRequired(_l("Enter how many hold it at once.")),
            NumberRange(1, 100, _l("Enter a number from 1 to 100.")),
        ],
    )


class SeatForm(FlaskForm):
    number = IntegerField(
        _l("Member's number"),
        validators=[
            InputRequired(_l("Enter the number of a member.")),
            NumberRange(1, 10_000_000, _l("Enter the number of a member.")),
        ],
    )
    starts_on = DateField(_l("From"), validators=[InputRequired(_l("Enter the first day."))])
    decision = SelectField(_l("Because of"), coerce=int, validators=[InputRequired(_l("Choose one."))])

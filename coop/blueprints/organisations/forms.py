from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from coop.services.organisations import SLUG


def tidy(value: Any) -> Any:
    """What was typed, without the blanks around it."""
    return value.strip() if isinstance(value, str) else value


def _slug(_form: FlaskForm, field: Field) -> None:
    if not SLUG.fullmatch(field.data or ""):
        raise ValidationError(_("Use small letters, digits and hyphens, as in “toad-lane”."))


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

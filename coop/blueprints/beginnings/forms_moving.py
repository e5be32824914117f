"""The forms of a moving-in."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from coop.blueprints.beginnings.forms import tidy
from coop.rules.money import parse_typed
from coop.rules.provisions import REGISTRY

_OWED = re.compile(r"(?P<number>\d{1,9})[\s,;:]+(?P<amount>\S.*)")


class OfficerForm(FlaskForm):
    kind = SelectField(_l("Office"), validators=[InputRequired(_l("Choose an office."))])
    number = IntegerField(
        _l("Member’s number"),
        validators=[
            InputRequired(_l("Enter the number of a member.")),
            NumberRange(1, 10_000_000, _l("Enter the number of a member.")),
        ],
    )
    starts_on = DateField(_l("Since"), validators=[InputRequired(_l("Enter the first day."))])
    ends_on = DateField(_l("Until"), description=_l("The last day, if it was said."), validators=[Optional()])
    source = StringField(
        _l("Which meeting decided it, and when?"),
        filters=[tidy],
        description=_l(
            "As in: elected by the annual general meeting of 12 March 2026. Every member reads it."
        ),
        validators=[DataRequired(_l("Say which meeting decided it, and when.")), Length(max=400)],
    )


class RegisteredForm(FlaskForm):
    text = TextAreaField(
        _l("The text as it is registered, every word"),
        description=_l(
            "Each article begins with its number and a full stop, as in “14. ”, after an empty line. A line that "
            "begins with # is a heading."
        ),
        validators=[DataRequired(_l("Paste the registered text.")), Length(max=400_000)],
    )
    registered_on = DateField(
        _l("Since when does it hold?"), validators=[InputRequired(_l("Enter the day."))]
    )


class OwnMarkForm(FlaskForm):
    article = StringField(
        _l("Article"), filters=[tidy], validators=[DataRequired(_l("Enter its number.")), Length(max=20)]
    )
    words = StringField(
        _l("Words of the article"),
        filters=[tidy],
        description=_l("As they stand there."),
        validators=[DataRequired(_l("Copy the words.")), Length(max=400)],
    )
    key = SelectField(
        _l("Which rule is it?"),
        choices=[SelectChoice(key, provision.label) for key, provision in REGISTRY.items()],
    )
    value = StringField(
        _l("Its value"),
        filters=[tidy],
        description=_l("As in 21 days, 24 months, 1/10 of eligible, >= 2/3 of cast."),
        validators=[DataRequired(_l("Enter the value.")), Length(max=200)],
    )


class AskForm(FlaskForm):
    article = StringField(_l("Article"), filters=[tidy], validators=[Optional(), Length(max=20)])
    text = TextAreaField(
        _l("What do you ask?"),
        filters=[tidy],
        description=_l("Members and officers read it with your name."),
        validators=[DataRequired(_l("Say what you ask.")), Length(max=4000)],
    )


class AnswerForm(FlaskForm):
    answer = TextAreaField(
        _l("Your answer"),
        filters=[tidy],
        validators=[DataRequired(_l("Write the answer.")), Length(max=4000)],
    )


class AttestForm(FlaskForm):
    sha256 = HiddenField()


def marks_form(count: int, **given: Any) -> FlaskForm:
    """Make the form that asks of each offered mark: yes or no."""
    yes_or_no = [SelectChoice("yes", _("Yes")), SelectChoice("no", _("No, the words mean something else"))]

    class WithOffers(FlaskForm):
        pass

    for at in range(count):
        asked = InputRequired(_("Offer %(n)s: say yes or no.", n=at + 1))
        setattr(WithOffers, f"offer_{at}", RadioField(str(at + 1), choices=yes_or_no, validators=[asked]))
    return WithOffers(**given)


def _amount(form: FlaskForm, field: Field) -> None:
    try:
        form.minor[field.name] = parse_typed(field.data, form.currency) if field.data else 0
    except ValueError as why:
        raise ValidationError(str(why)) from why


class BalancesForm(FlaskForm):
    """Amounts as the treasurer reads them off the last accounts."""

    on = DateField(_l("As of which day?"), validators=[InputRequired(_l("Enter the day."))])
    bank = StringField(_l("In the bank"), filters=[tidy], validators=[_amount])
    credit = StringField(
        _l("Paid ahead by members"),
        filters=[tidy],
        description=_l("Dues that members paid for times to come."),
        validators=[_amount],
    )
    suspense = StringField(_l("From unknown payers"), filters=[tidy], validators=[_amount])
    capital = StringField(_l("Member capital, paid in as shares"), filters=[tidy], validators=[_amount])
    opening = StringField(
        _l("What is left: reserves and all else"),
        filters=[tidy],
        description=_l("So that both sides are equal: the bank and what members owe, less the lines above."),
        validators=[_amount],
    )
    owed = TextAreaField(
        _l("Dues that members owe already"),
        filters=[tidy],
        description=_l("One a line: the member’s number and the amount, as in 12 30.00"),
        validators=[Optional(), Length(max=200_000)],
    )

    def __init__(self, currency: str, **given: Any) -> None:
        self.currency = currency
        self.minor: dict[str, int] = {}
        self.by_member: dict[int, int] = {}
        super().__init__(**given)

    def validate_owed(self, field: Field) -> None:
        self.by_member = {}
        for line_number, line in enumerate((field.data or "").splitlines(), start=1):
            if line.strip():
                self._owes(line_number, line.strip())

    def _owes(self, line_number: int, line: str) -> None:
        found = _OWED.fullmatch(line)
        if not found:
            raise ValidationError(
                _("Line %(n)s needs a member’s number and an amount, as in 12 30.00", n=line_number)
            )
        number = int(found["number"])
        if number in self.by_member:
            raise ValidationError(
                _("Line %(n)s: member %(number)s is there twice.", n=line_number, number=number)
            )
        try:
            self.by_member[number] = parse_typed(found["amount"], self.currency)
        except ValueError as why:
            raise ValidationError(_("Line %(n)s: %(why)s", n=line_number, why=why)) from why

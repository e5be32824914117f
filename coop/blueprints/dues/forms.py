from datetime import date
from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from coop.models.ballots import Decision
from coop.models.organisations import Body
from coop.rules.money import NotAnAmount, parse_typed

BANDS = 5


class BandForm(Form):
    name = StringField(_l("Band"), validators=[Optional(), Length(max=120)])
    amount = StringField(_l("Amount"), validators=[Optional(), Length(max=20)])


class PlanForm(FlaskForm):
    """What members owe from a day on, as a decision says."""

    body = SelectField(_l("Whose dues"), coerce=int)
    name = StringField(
        _l("Name"),
        default=lambda: _("Dues"),
        validators=[InputRequired(_l("Name the plan.")), Length(max=120)],
    )
    interval = RadioField(
        _l("How often it is owed"),
        choices=[
            SelectChoice("month", _l("Every month")),
            SelectChoice("quarter", _l("Every quarter")),
            SelectChoice("year", _l("Every year")),
            SelectChoice("once", _l("Once")),
        ],
        validators=[InputRequired(_l("Choose how often it is owed."))],
    )
    bands = FieldList(FormField(BandForm), min_entries=BANDS, max_entries=BANDS)
    starts_on = DateField(_l("From"), validators=[InputRequired(_l("Give the first day it holds."))])
    decision = SelectField(
        _l("Decision that sets it"), coerce=int, validators=[InputRequired(_l("Choose a decision."))]
    )

    def __init__(self, bodies: list[Body], decisions: list[Decision], currency: str) -> None:
        super().__init__()
        self._currency = currency
        self.body.choices = [SelectChoice(body.id, body.name) for body in bodies]
        self.decision.choices = [SelectChoice(one.id, f"{one.label} {one.title}") for one in decisions]

    def validate_bands(self, field: FieldList) -> None:
        for entry in field.entries:
            form = entry.form
            if form.amount.data and not form.name.data:
                form.name.errors = [_("Name this band.")]
            if form.name.data and not form.amount.data:
                form.amount.errors = [_("Give the amount of this band.")]
            if form.amount.data:
                check_amount(form.amount, self._currency)
        if any(entry.form.name.errors or entry.form.amount.errors for entry in field.entries):
            raise ValidationError(_("Look at the bands."))
        if not self.amounts():
            raise ValidationError(_("Give at least one band and its amount."))

    def amounts(self) -> list[tuple[str, int]]:
        """The bands that were filled in, with minor units."""
        filled = [(entry.form.name.data, entry.form.amount.data) for entry in self.bands.entries]
        return [
            (name.strip(), parse_typed(typed, self._currency)) for name, typed in filled if name and typed
        ]


def check_amount(field: Field, currency: str) -> None:
    """Put the sentence on the field if what was typed is no amount, or less than nothing."""
    try:
        if parse_typed(field.data, currency) < 0:
            field.errors = [_("An amount of dues cannot be less than nothing.")]
    except NotAnAmount as why:
        field.errors = [str(why)]


class ChargeForm(FlaskForm):
    until = DateField(
        _l("Periods begun by"),
        validators=[InputRequired(_l("Give the day up to which periods are charged."))],
    )


class BandChoiceForm(FlaskForm):
    band = SelectField(_l("Band"), validators=[InputRequired(_l("Choose a band."))])
    band_from = DateField(_l("From"), validators=[InputRequired(_l("Give the first day."))])

    def __init__(self, bands: list[str], today: date) -> None:
        super().__init__(prefix="band-")
        self.band.choices = [SelectChoice(name, name) for name in bands]
        if not self.is_submitted():
            self.band_from.data = today


class WaiverForm(FlaskForm):
    plan = SelectField(_l("Of which dues"), validators=[InputRequired(_l("Choose what is waived."))])
    share = SelectField(
        _l("How much of it"),
        choices=[
            SelectChoice("1", _l("All of it")),
            SelectChoice("3/4", _l("Three quarters")),
            SelectChoice("1/2", _l("Half")),
            SelectChoice("1/4", _l("A quarter")),
        ],
    )
    starts_on = DateField(_l("From"), validators=[InputRequired(_l("Give the first day."))])
    ends_on = DateField(_l("Until"), validators=[Optional()])
    decision = SelectField(_l("Decision"), coerce=int)
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Only the member, the treasurer and the auditor see it."),
        validators=[Optional(), Length(max=1000)],
    )

    def __init__(self, plans: list[str], decisions: list[Decision], today: date) -> None:
        super().__init__(prefix="waiver-")
        self.plan.choices = [SelectChoice(name, name) for name in plans]
        none = [SelectChoice(0, _("None: a rule of the constitution"))]
        self.decision.choices = none + [SelectChoice(one.id, f"{one.label} {one.title}") for one in decisions]
        if not self.is_submitted():
            self.starts_on.data = today

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.share.data)


class TakeBackForm(FlaskForm):
    reason = StringField(
        _l("Why it is taken back"),
        validators=[InputRequired(_l("Say why it is taken back.")), Length(max=500)],
    )

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from coop.models.treasury import LedgerAccount


class StatementForm(FlaskForm):
    file = FileField(
        _l("The bank’s file"),
        description=_l("CAMT.053 or CSV, up to 10 MiB."),
        validators=[FileRequired(_l("Choose the file that the bank gave you."))],
    )
    account = SelectField(
        _l("Bank account"),
        description=_l("If the file names its account, the file decides."),
        validators=[InputRequired(_l("Choose the bank account."))],
    )

    def __init__(self, destinations: list[tuple[str, str]]) -> None:
        super().__init__()
        self.account.choices = [SelectChoice(value, words) for value, words in destinations]
        if self.account.data is None and destinations:
            # A file sent without choosing goes to the first account, as the page would show it.
            self.account.data = destinations[0][0]
            self.account.raw_data = [destinations[0][0]]


class AcceptForm(FlaskForm):
    """Charge ids with commas between, as the proposal's button sends them."""

    charges = HiddenField(validators=[InputRequired(), Length(max=400)])

    @property
    def numbers(self) -> list[int]:
        return [int(number) for number in self.charges.data.split(",") if number.strip().isdecimal()]


class ChooseForm(FlaskForm):
    charges = SelectMultipleField(
        _l("Charges that this money pays"),
        coerce=int,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validators=[InputRequired(_l("Choose at least one charge."))],
    )


class BookAsForm(FlaskForm):
    account = SelectField(_l("Book as"), coerce=int, validators=[InputRequired(_l("Choose what it was."))])
    reason = StringField(
        _l("What it was"), validators=[InputRequired(_l("Say what this money was.")), Length(max=300)]
    )

    def __init__(self, accounts: list[LedgerAccount]) -> None:
        super().__init__(prefix="book-")
        self.account.choices = [SelectChoice(one.id, one.name) for one in accounts]


class HoldForm(FlaskForm):
    reason = StringField(
        _l("What is to be found out"),
        validators=[InputRequired(_l("Say what is to be found out.")), Length(max=300)],
    )

    def __init__(self) -> None:
        super().__init__(prefix="hold-")

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired


class PracticeForm(FlaskForm):
    choice = RadioField(
        _l("Your practice vote"), [InputRequired(_l("Choose first: for, against, or abstain."))]
    )

    def __init__(self, **more: object) -> None:
        super().__init__(**more)
        self.choice.choices = [
            SelectChoice("for", _l("For")),
            SelectChoice("against", _l("Against")),
            SelectChoice("abstain", _l("Abstain")),
        ]

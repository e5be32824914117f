from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

MOST = 4000
HOURS = range(8, 22)  # no clock skips one of these


class Day(DateField):
    """A day, whose error says how to write one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as wrong:
            raise ValueError(_("Write the day like 2026-12-31.")) from wrong


class RecallForm(FlaskForm):
    grounds = TextAreaField(
        _l("Why?"),
        description=_l("Everybody who is asked to sign or to vote reads this. It can't be changed later."),
        validators=[
            InputRequired(_l("Say why. Everybody who is asked to sign reads it.")),
            Length(max=MOST, message=_l("Say it in %(max)d characters at most.")),
        ],
    )


class MeetingForm(FlaskForm):
    title = StringField(
        _l("What the meeting is to decide"),
        description=_l("In a few words, as it will stand on the agenda."),
        validators=[InputRequired(_l("Say what the meeting is to decide.")), Length(max=200)],
    )
    text = TextAreaField(
        _l("Why?"),
        description=_l("Everybody who is asked to sign reads this. It can't be changed later."),
        validators=[
            InputRequired(_l("Say why. Everybody who is asked to sign reads it.")),
            Length(max=MOST, message=_l("Say it in %(max)d characters at most.")),
        ],
    )
    place = StringField(
        _l("Where"),
        description=_l("A place, or the address of a call."),
        validators=[InputRequired(_l("Say where the meeting would be.")), Length(max=300)],
    )
    hour = SelectField(
        _l("At what hour"),
        description=_l("The day is the first that lawful notice allows once enough members have signed."),
        coerce=int,
        choices=[SelectChoice(hour, f"{hour}:00") for hour in HOURS],
        default=18,
    )


class ReplyForm(FlaskForm):
    reply = TextAreaField(
        _l("Your reply"),
        description=_l("Every voter reads it beside the grounds. You can change it until the vote opens."),
        validators=[
            InputRequired(_l("Write your reply.")),
            Length(max=MOST, message=_l("Say it in %(max)d characters at most.")),
        ],
    )


class ResignForm(FlaskForm):
    last_day = Day(
        _l("Your last day in this office"),
        description=_l("You hold the office until the end of that day."),
        validators=[InputRequired(_l("Give the last day."))],
    )

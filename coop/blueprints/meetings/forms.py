from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget


def visible(text: str | None) -> str:
    """One line without signs that nobody can see."""
    return "".join(sign if sign.isprintable() else " " for sign in text or "").strip()


def without_nul(text: str | None) -> str:
    return (text or "").replace("\0", "")


def kind_words() -> dict[str, str]:
    return {
        "ordinary": _("Ordinary meeting"),
        "extraordinary": _("Extraordinary meeting"),
        "founding": _("Founding meeting"),
        "adjourned": _("Adjourned meeting, continued"),
    }


def way_words() -> dict[str, str]:
    return {"in person": _("In person"), "online": _("Online"), "by proxy": _("By proxy")}


class Day(DateField):
    """A day, whose error says how to write one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as wrong:
            raise ValueError(_("Write the day like 2026-12-31.")) from wrong


class Clock(TimeField):
    """A time of day, whose error says how to write one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as wrong:
            raise ValueError(_("Write the time like 18:00.")) from wrong


class TimeForm(FlaskForm):
    """A form about a time on the meeting's day, read by the clocks of its zone."""

    def instant_of(self, time_field: TimeField, wall_day: str, to_instant: Any) -> datetime | None:
        """The instant of a typed time on the meeting's day; after midnight counts as the same meeting."""
        if time_field.data is None:
            return None
        begins = datetime.strptime(wall_day, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a wall time
        wall = datetime.combine(begins.date(), time_field.data)
        if wall < begins - timedelta(hours=6):
            wall += timedelta(days=1)
        found: datetime = to_instant(wall)
        return found


class MeetingForm(FlaskForm):
    body = SelectField(_l("Who meets?"), [InputRequired(_l("Choose who meets."))])
    kind = SelectField(_l("Kind"), [InputRequired(_l("Choose the kind of meeting."))])
    title = StringField(
        _l("Title"), [InputRequired(_l("Give the meeting a title.")), Length(max=200)], filters=[visible]
    )
    day = Day(_l("Day"), [InputRequired(_l("Give the day as a date."))])
    time = Clock(_l("Time"), [InputRequired(_l("Give the time, like 18:00."))])
    place = StringField(
        _l("Place"),
        [InputRequired(_l("Say where: an address, a link, or both.")), Length(max=300)],
        filters=[visible],
    )

    def __init__(self, bodies: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.body.choices = [SelectChoice(slug, name) for slug, name in bodies]
        self.kind.choices = [SelectChoice(kind, words) for kind, words in kind_words().items()]

    @property
    def wall(self) -> datetime:
        """The wall time in the organisation's zone; ask only after validation."""
        return datetime.combine(self.day.data, self.time.data)


class NewMeetingForm(MeetingForm):
    agenda = TextAreaField(
        _l("Agenda"),
        [InputRequired(_l("Write at least one item.")), Length(max=10000)],
        filters=[without_nul],
        description=_l("One item a line. You can add words to each, and change the order, on the next page."),
    )

    def validate_agenda(self, _field: TextAreaField) -> None:
        if not self.items:
            raise ValidationError(_("Write at least one item."))
        if any(len(line) > 200 for line in self.items):
            raise ValidationError(_("An item is at most 200 letters long; add the rest as its words later."))

    @property
    def items(self) -> list[str]:
        return [line for line in (visible(line) for line in (self.agenda.data or "").splitlines()) if line]


class ItemForm(FlaskForm):
    title = StringField(
        _l("New item"), [InputRequired(_l("Say what the item is about.")), Length(max=200)], filters=[visible]
    )
    text = TextAreaField(_l("Words for it"), [Optional(), Length(max=20000)], filters=[without_nul])


class CancelForm(FlaskForm):
    reason = TextAreaField(
        _l("Why is it called off?"),
        [InputRequired(_l("Members who made plans are owed a reason.")), Length(max=2000)],
        filters=[without_nul],
    )


class ClockForm(TimeForm):
    time = Clock(_l("Time"), [InputRequired(_l("Give the time, like 18:00."))])


class ArrivalsForm(TimeForm):
    members = SelectMultipleField(
        _l("Who came?"),
        [InputRequired(_l("Tick at least one member."))],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    way = RadioField(_l("How?"), [InputRequired(_l("Say how they take part."))])
    proxy = SelectField(_l("Who stands for them?"), description=_l("Only if they are there by proxy."))
    time = Clock(_l("Since when?"), [InputRequired(_l("Give the time, like 18:00."))])

    def __init__(self, members: list[tuple[str, str]], there: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.members.choices = [SelectChoice(number, words) for number, words in members]
        self.way.choices = [SelectChoice(way, words) for way, words in way_words().items()]
        self.proxy.choices = [
            SelectChoice("", _("Nobody")),
            *(SelectChoice(number, words) for number, words in there),
        ]


class LinkForm(FlaskForm):
    ballot = SelectField(_l("Ballot"))
    decision = SelectField(_l("Decision"))

    def __init__(self, ballots: list[tuple[str, str]], decisions: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        none = SelectChoice("", _("None"))
        self.ballot.choices = [none, *(SelectChoice(key, words) for key, words in ballots)]
        self.decision.choices = [none, *(SelectChoice(key, words) for key, words in decisions)]


class ApproveForm(FlaskForm):
    decision = SelectField(_l("Approved by"), [InputRequired(_l("Choose the decision that approved them."))])

    def __init__(self, decisions: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.decision.choices = [
            SelectChoice("", _("Choose a decision")),
            *(SelectChoice(key, words) for key, words in decisions),
        ]


def minutes_form(labels: dict[str, str]) -> type[FlaskForm]:
    """A form with a text for each key, and beside it the hidden mark of the text its writer saw."""
    fields: dict[str, Any] = {}
    for key, label in labels.items():
        fields[key] = TextAreaField(label, [Optional(), Length(max=50000)], filters=[without_nul])
        fields[f"seen-{key}"] = HiddenField()
    return type("MinutesForm", (FlaskForm,), fields)

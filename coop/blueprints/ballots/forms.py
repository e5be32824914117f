"""What a returning officer types. No rule is typed anywhere."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateTimeLocalField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

MOST_TEXT = 40_000


_OPEN = SelectChoice("open", _l("Open: the record shows who voted how"))
_PRIVATE = SelectChoice("private", _l("Private: other members and officers cannot see it"))
_SECRET = SelectChoice(
    "secret", _l("Secret: no name is stored with a vote. Voters need a browser with JavaScript")
)
_AS_ADOPTED = SelectChoice("", _l("As the constitution has it"))
_HOW_SECRET = _l(
    "More secret than the constitution asks for is always possible, less is not. It stands from the "
    "announcement on."
)


class SecrecyForm(FlaskForm):
    secrecy = RadioField(
        _l("How secret"),
        description=_HOW_SECRET,
        choices=[_OPEN, _PRIVATE, _SECRET],
        validators=[InputRequired(_l("Choose how secret this vote is."))],
    )


class MotionForm(FlaskForm):
    title = StringField(
        _l("Title"),
        description=_l("What it is about, in a few words: “Buy the mill on Toad Lane”."),
        validators=[InputRequired(_l("Give the motion a title.")), Length(max=200)],
    )
    text = TextAreaField(
        _l("What shall be decided"),
        description=_l(
            "The exact words that become the decision. Members vote on these and on nothing else."
        ),
        validators=[
            InputRequired(_l("Write what exactly shall be decided.")),
            Length(max=MOST_TEXT, message=_l("This is too long for a motion: put the reasons elsewhere.")),
        ],
    )


class NewMotionForm(MotionForm):
    body = SelectField(_l("Who decides"), validate_choice=True)
    decision_class = RadioField(
        _l("Kind of resolution"), validators=[InputRequired(_l("Choose the kind of resolution."))]
    )

    secrecy = RadioField(
        _l("How secret"), description=_HOW_SECRET, choices=[_AS_ADOPTED, _PRIVATE, _SECRET], default=""
    )

    def __init__(self, bodies: Sequence[tuple[str, str]], kinds: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.body.choices = [SelectChoice(value, label) for value, label in bodies]
        self.decision_class.choices = [SelectChoice(value, label) for value, label in kinds]


class OfficeForm(FlaskForm):
    """For which office, by whom, and how many."""

    office = SelectField(_l("Office"), coerce=int)
    body = SelectField(_l("Who elects"))
    seats = IntegerField(
        _l("Seats to fill"),
        default=1,
        validators=[InputRequired(_l("Say how many are to be elected.")), NumberRange(1, 99)],
    )

    def __init__(self, offices: Sequence[tuple[int, str]], bodies: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.office.choices = [SelectChoice(value, label) for value, label in offices]
        self.body.choices = [SelectChoice(value, label) for value, label in bodies]


class ElectionForm(OfficeForm):
    candidates = TextAreaField(
        _l("Candidates"),
        description=_l(
            "One member number a line; after a colon, what the candidate says: “12: I kept the books.”"
        ),
        validators=[InputRequired(_l("Name at least one candidate.")), Length(max=MOST_TEXT)],
    )

    secrecy = RadioField(
        _l("How secret"), description=_HOW_SECRET, choices=[_AS_ADOPTED, _SECRET], default=""
    )

    def validate_candidates(self, field: TextAreaField) -> None:
        for at, line in enumerate((field.data or "").splitlines(), 1):
            if line.strip() and not _CANDIDATE.fullmatch(line):
                raise ValidationError(_("Line %(line)d is not a member number, such as 12.", line=at))

    def named(self) -> list[tuple[int, str]]:
        """The numbers of the candidates with what they say."""
        found = (_CANDIDATE.fullmatch(line) for line in (self.candidates.data or "").splitlines())
        return [(int(one[1]), (one[2] or "").strip()) for one in found if one]


_CANDIDATE = re.compile(r"\s*(\d{1,9})\s*(?::(.*))?", re.ASCII)


class AnnounceForm(FlaskForm):
    opens = DateTimeLocalField(
        _l("Opens"),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        validators=[InputRequired(_l("Say when voting opens, as in 2026-12-01 18:00."))],
    )

    def opens_at(self, zone: str) -> datetime:
        wall: datetime = self.opens.data
        return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class VoidForm(FlaskForm):
    reason = TextAreaField(
        _l("Why is this ballot void?"),
        description=_l("Every member reads this, and it is kept."),
        validators=[
            InputRequired(_l("Say why this ballot is void. Members will read it.")),
            Length(max=4000),
        ],
    )

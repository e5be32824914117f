"""The papers members vote on, and what a returning officer types. No rule is typed anywhere."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
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

from coop.models.ballots import BallotOption

MOST_TEXT = 40_000


class MotionPaper(FlaskForm):
    """For, against or abstain; nothing is marked until the member marks it."""

    choice = RadioField(
        _l("Your vote"),
        choices=[
            SelectChoice("for", _l("For")),
            SelectChoice("against", _l("Against")),
            SelectChoice("abstain", _l("Abstain")),
        ],
        validators=[InputRequired(_l("Choose first: for, against, or abstain."))],
    )


class RankedPaper(FlaskForm):
    """One place or none for each candidate; the fields are named after the candidates' numbers."""

    def ranking(self) -> list[int]:
        """The candidates' numbers in order; gaps close up."""
        given = [(int(field.data), number) for number, field in self.places() if field.data]
        return [number for _place, number in sorted(given)]

    def places(self) -> Iterable[tuple[int, Any]]:
        return (
            (int(name.removeprefix("place_")), self[name])
            for name in self._fields
            if name.startswith("place_")
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse two in one place, and a paper without any."""
        if not super().validate(extra_validators):
            return False
        taken: dict[str, Any] = {}
        for _number, field in self.places():
            if field.data and field.data in taken:
                field.errors = [
                    _(
                        "%(one)s and %(other)s both have place %(place)s. Give each another, or none.",
                        one=taken[field.data].label.text,
                        other=field.label.text,
                        place=field.data,
                    )
                ]
                return False
            taken[field.data] = field
        if not self.ranking():
            self.form_errors.append(_("Choose first: put at least one candidate in place 1."))
            return False
        return True


def ranked_paper(options: Sequence[BallotOption], ranking: Sequence[int] = ()) -> RankedPaper:
    """Make the paper of an election, showing the order given before."""
    places = [SelectChoice("", _("no place"))]
    places += [SelectChoice(str(place), str(place)) for place in range(1, len(options) + 1)]
    fields = {f"place_{option.position}": SelectField(option.name, choices=places) for option in options}
    made: type[RankedPaper] = type("Paper", (RankedPaper,), fields)
    return made(data={f"place_{number}": str(place) for place, number in enumerate(ranking, 1)})


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

    def __init__(self, bodies: Sequence[tuple[str, str]], kinds: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.body.choices = [SelectChoice(value, label) for value, label in bodies]
        self.decision_class.choices = [SelectChoice(value, label) for value, label in kinds]


class ElectionForm(FlaskForm):
    office = SelectField(_l("Office"), coerce=int)
    body = SelectField(_l("Who elects"))
    seats = IntegerField(
        _l("Seats to fill"),
        default=1,
        validators=[InputRequired(_l("Say how many are to be elected.")), NumberRange(1, 99)],
    )
    candidates = TextAreaField(
        _l("Candidates"),
        description=_l(
            "One member number a line; after a colon, what the candidate says: “12: I kept the books.”"
        ),
        validators=[InputRequired(_l("Name at least one candidate.")), Length(max=MOST_TEXT)],
    )

    def __init__(self, offices: Sequence[tuple[int, str]], bodies: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.office.choices = [SelectChoice(value, label) for value, label in offices]
        self.body.choices = [SelectChoice(value, label) for value, label in bodies]

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

"""What tellers type, and what the returning officer and a voter type about them."""

from abc import abstractmethod
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from coop.models.ballots import Ballot
from coop.rules.paper_votes import (
    FOR_NONE,
    MOST_PAPERS,
    Pile,
    Unclear,
    pile_of_motion,
    read_numbers,
    read_pile,
    write_pile,
)
from coop.services import ballots

MOST_TYPED = 100_000
_TOO_LONG = _l("This is too long. Enter the papers in several batches.")


class Numbers(TextAreaField):
    """Member numbers as people write them; `numbers` once they were read."""

    numbers: list[int] = []  # noqa: RUF012 - set anew by each reading

    def post_validate(self, form: Any, validation_stopped: bool) -> None:  # noqa: ARG002, FBT001
        try:
            self.numbers = read_numbers(self.data or "")
        except Unclear as why:
            raise ValidationError(str(why)) from why


class AppointForm(FlaskForm):
    numbers = Numbers(
        _l("Member numbers of the tellers"),
        description=_l("Two or more, parted by spaces. Leave it empty to change only the address below."),
        validators=[Length(max=2000)],
    )
    papers_to = TextAreaField(
        _l("Where papers are handed in or posted to"),
        description=_l("Voters read this, and it stands on the outer envelope."),
        validators=[InputRequired(_l("Say where papers are handed in or posted to.")), Length(max=500)],
    )


class AskForm(FlaskForm):
    way = RadioField(
        _l("How do you want to get the paper?"),
        choices=[
            SelectChoice("post", _l("By post, to my address in the register")),
            SelectChoice("hand", _l("I get it from a teller, or print it myself")),
        ],
        validators=[InputRequired(_l("Choose how you want to get the paper."))],
    )


class ConfirmForm(FlaskForm):
    edition = HiddenField()


class PileForm(FlaskForm):
    """The papers of a pile: counts of a motion, lines of an election."""

    @abstractmethod
    def pile(self) -> Pile: ...

    @abstractmethod
    def show(self, pile: Pile) -> None: ...


def _count(label: Any, description: Any = "") -> IntegerField:
    return IntegerField(
        label,
        default=0,
        description=description,
        validators=[
            InputRequired(_l("Write 0 if there is none.")),
            NumberRange(0, MOST_PAPERS, message=_l("Count from 0 to %(max)s papers.")),
        ],
    )


_SPOILT = _l("Blank papers and those that can't be read.")


class MotionPile(PileForm):
    votes_for = _count(_l("For"))
    against = _count(_l("Against"))
    abstained = _count(_l("Abstain"))
    spoilt = _count(_l("Spoilt"), _SPOILT)

    def pile(self) -> Pile:
        counts = (self.votes_for, self.against, self.abstained, self.spoilt)
        return pile_of_motion(*(field.data or 0 for field in counts))

    def show(self, pile: Pile) -> None:
        self.votes_for.data = pile.papers.get('"for"', 0)
        self.against.data = pile.papers.get('"against"', 0)
        self.abstained.data = pile.papers.get('"abstain"', 0)
        self.spoilt.data = pile.spoilt


class ElectionPile(PileForm):
    papers = TextAreaField(
        _l("The papers, one a line"), validators=[Length(max=MOST_TYPED, message=_TOO_LONG)]
    )
    spoilt = _count(_l("Spoilt"), _SPOILT)
    ballot: Ballot

    def pile(self) -> Pile:
        kind, candidates = ballots.paper_of(self.ballot), len(self.ballot.options)
        none = self["none"].data or 0 if "none" in self else 0
        return read_pile(self.papers.data or "", kind, candidates, self.spoilt.data or 0, none)

    def show(self, pile: Pile) -> None:
        self.papers.data, self.spoilt.data = write_pile(pile), pile.spoilt
        if "none" in self:
            self["none"].data = pile.papers.get(FOR_NONE, 0)

    def validate_papers(self, _field: TextAreaField) -> None:
        try:
            self.pile()
        except Unclear as why:
            raise ValidationError(str(why)) from why


class ForNone:
    """How many papers of an election are for none of the candidates, where its rule has that."""

    none = _count(_l("None of these"), _l("Papers on which this is marked and nobody else."))


class Voters:
    """The voters of a batch: typed numbers, and those ticked in a list found by a search."""

    numbers = Numbers(
        _l("Member numbers of the voters"),
        description=_l("Parted by spaces or one a line."),
        validators=[
            InputRequired(_l("Name the members whose papers these are.")),
            Length(max=MOST_TYPED, message=_TOO_LONG),
        ],
    )
    find = StringField(_l("Find a voter by name or number"), validators=[Length(max=100)])


class Channel:
    channel = RadioField(
        _l("How did these papers come?"),
        choices=[
            SelectChoice("room", _l("Voted in the room")),
            SelectChoice("post", _l("By post, in two envelopes")),
            SelectChoice("paper", _l("Handed in on paper")),
        ],
        validators=[InputRequired(_l("Say how these papers came."))],
    )


def pile_form(ballot: Ballot, *parts: type) -> Any:
    """Make the form of a pile of this ballot, with more parts before it."""
    pile = MotionPile if ballot.kind == "motion" else ElectionPile
    parts = (*parts, ForNone) if ballots.takes_none(ballot) else parts
    made = type("Papers", (*parts, pile), {"ballot": ballot})()
    if request.method == "POST" and Voters in parts:
        # Whoever was ticked joins those typed, so that the next search loses nobody.
        typed = (made.numbers.data or "").rstrip()
        known = set(typed.replace(",", " ").split())
        ticked = [number for number in request.form.getlist("ticked") if number not in known]
        made.numbers.data = "\n".join(filter(None, [typed, " ".join(ticked)]))
        made.numbers.raw_data = [made.numbers.data]
    return made

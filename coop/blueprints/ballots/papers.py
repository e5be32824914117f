"""The papers members vote on: nothing is marked until the member marks it."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from coop.blueprints.ballots.words import none_of_these
from coop.models.ballots import BallotOption
from coop.rules.tally.election import HIGHEST_SCORE, PaperKind
from coop.services import ballots

NONE = "none"  # what a form sends for none of the candidates
Chosen = Sequence[int | None]


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


class ElectionPaper(FlaskForm):
    """A paper on candidates; `choice` gives it as it is kept: [] for none of them, where the rule has that."""

    blank: str  # what is said where nothing is marked
    takes_none: bool

    @classmethod
    @abstractmethod
    def fields(cls, options: Sequence[BallotOption], *, none: bool) -> dict[str, Any]: ...

    @classmethod
    @abstractmethod
    def shown(cls, chosen: Chosen) -> dict[str, Any]:
        """Give the data of the fields that shows a choice."""

    @abstractmethod
    def marks(self) -> list[int | None]: ...

    def says_none(self) -> bool:
        return NONE in self and bool(self[NONE].data)

    def choice(self) -> list[int | None]:
        return [] if self.says_none() else self.marks()

    def named(self, prefix: str) -> Iterable[tuple[int, Any]]:
        """Give the fields of the candidates by number."""
        found = (name for name in self._fields if name.startswith(prefix))
        return ((int(name.removeprefix(prefix)), self[name]) for name in found)

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a paper without any mark, and one that marks candidates and none of them."""
        if not super().validate(extra_validators):
            return False
        marked = any(given is not None for given in self.marks())
        if marked and self.says_none():
            self[NONE].errors = [both_words()]
        elif not marked and not self.says_none():
            wrong = self["marked"].errors if "marked" in self else self.form_errors
            wrong.append(self.blank)
        return marked != self.says_none()


class RankedPaper(ElectionPaper):
    """One place or none for each candidate; the fields are named after the candidates' numbers."""

    @classmethod
    def fields(cls, options: Sequence[BallotOption], *, none: bool) -> dict[str, Any]:
        places = [SelectChoice("", _("no place"))]
        places += [SelectChoice(str(place), str(place)) for place in range(1, len(options) + 1)]
        fields = {f"place_{one.position}": SelectField(one.name, choices=places) for one in options}
        return fields | _beside(none=none)

    @classmethod
    def shown(cls, chosen: Chosen) -> dict[str, Any]:
        return {f"place_{number}": str(place) for place, number in enumerate(chosen, 1)} | {NONE: not chosen}

    def marks(self) -> list[int | None]:
        """The candidates' numbers in order; gaps close up."""
        given = [(int(field.data), number) for number, field in self.named("place_") if field.data]
        return [number for _place, number in sorted(given)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse two in one place."""
        if not super().validate(extra_validators):
            return False
        taken: dict[str, Any] = {}
        for _number, field in self.named("place_"):
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
        return True


class ChoicePaper(ElectionPaper):
    """One candidate; none of them is one choice more, since a large button can't be unmarked."""

    @classmethod
    def fields(cls, options: Sequence[BallotOption], *, none: bool) -> dict[str, Any]:
        choices = _marks(options) + ([SelectChoice(NONE, none_of_these())] if none else [])
        blank = ballots.blank_words(PaperKind.CHOICE, none=none)
        return {"marked": RadioField(_("Your vote"), choices=choices, validators=[InputRequired(blank)])}

    @classmethod
    def shown(cls, chosen: Chosen) -> dict[str, Any]:
        return {"marked": str(chosen[0]) if chosen else NONE}

    def says_none(self) -> bool:
        return bool(self["marked"].data == NONE)

    def marks(self) -> list[int | None]:
        return [] if self.says_none() else [int(self["marked"].data)]


class ApprovalPaper(ElectionPaper):
    """As many candidates as one likes."""

    @classmethod
    def fields(cls, options: Sequence[BallotOption], *, none: bool) -> dict[str, Any]:
        marks = SelectMultipleField(
            _("Your vote"),
            choices=_marks(options),
            option_widget=CheckboxInput(),
            widget=ListWidget(prefix_label=False),
        )
        return {"marked": marks} | _beside(none=none)

    @classmethod
    def shown(cls, chosen: Chosen) -> dict[str, Any]:
        return {"marked": [str(number) for number in chosen], NONE: not chosen}

    def marks(self) -> list[int | None]:
        return [int(number) for number in self["marked"].data or ()]


class ScoredPaper(ElectionPaper):
    """A score or none for each candidate."""

    @classmethod
    def fields(cls, options: Sequence[BallotOption], *, none: bool) -> dict[str, Any]:
        scores = [SelectChoice("", _("no score"))]
        scores += [SelectChoice(str(score), str(score)) for score in range(HIGHEST_SCORE, -1, -1)]
        fields = {f"score_{one.position}": SelectField(one.name, choices=scores) for one in options}
        return fields | _beside(none=none)

    @classmethod
    def shown(cls, chosen: Chosen) -> dict[str, Any]:
        given = {f"score_{at}": str(score) for at, score in enumerate(chosen, 1) if score is not None}
        return given | {NONE: not chosen}

    def marks(self) -> list[int | None]:
        return [int(field.data) if field.data else None for _number, field in sorted(self.named("score_"))]


_PAPERS: dict[PaperKind, type[ElectionPaper]] = {
    PaperKind.CHOICE: ChoicePaper,
    PaperKind.RANKING: RankedPaper,
    PaperKind.APPROVAL: ApprovalPaper,
    PaperKind.SCORE: ScoredPaper,
}


def election_paper(
    kind: PaperKind, options: Sequence[BallotOption], chosen: Chosen | None = None, *, none: bool = False
) -> ElectionPaper:
    """Make the paper that a method asks for, showing what was chosen before; `none`: it offers none of these."""
    paper = _PAPERS[kind]
    words = {"blank": ballots.blank_words(kind, none=none), "takes_none": none}
    made: type[ElectionPaper] = type("Paper", (paper,), paper.fields(options, none=none) | words)
    return made(data=None if chosen is None else paper.shown(chosen))


def both_words() -> str:
    return str(
        _("You marked candidates and “None of these”. Take away the one or the other, then cast your vote.")
    )


def _beside(*, none: bool) -> dict[str, Any]:
    return {NONE: BooleanField(none_of_these())} if none else {}


def _marks(options: Sequence[BallotOption]) -> list[SelectChoice]:
    return [SelectChoice(str(option.position), option.name) for option in options]

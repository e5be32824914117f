"""The papers members vote on: nothing is marked until the member marks it."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from coop.models.ballots import BallotOption
from coop.rules.tally.election import HIGHEST_SCORE, PaperKind


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
    """A paper on candidates; `choice` gives it as it is kept."""

    @abstractmethod
    def choice(self) -> list[int | None]: ...

    def named(self, prefix: str) -> Iterable[tuple[int, Any]]:
        """Give the fields of the candidates by number."""
        found = (name for name in self._fields if name.startswith(prefix))
        return ((int(name.removeprefix(prefix)), self[name]) for name in found)


class RankedPaper(ElectionPaper):
    """One place or none for each candidate; the fields are named after the candidates' numbers."""

    @classmethod
    def of(cls, options: Sequence[BallotOption], chosen: Sequence[int | None]) -> "RankedPaper":
        places = [SelectChoice("", _("no place"))]
        places += [SelectChoice(str(place), str(place)) for place in range(1, len(options) + 1)]
        fields = {f"place_{one.position}": SelectField(one.name, choices=places) for one in options}
        made: type[RankedPaper] = type("Paper", (cls,), fields)
        return made(data={f"place_{number}": str(place) for place, number in enumerate(chosen, 1)})

    def choice(self) -> list[int | None]:
        """The candidates' numbers in order; gaps close up."""
        given = [(int(field.data), number) for number, field in self.named("place_") if field.data]
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
        if not self.choice():
            self.form_errors.append(_("Choose first: put at least one candidate in place 1."))
            return False
        return True


class ChoicePaper(ElectionPaper):
    """One candidate."""

    @classmethod
    def of(cls, options: Sequence[BallotOption], chosen: Sequence[int | None]) -> "ChoicePaper":
        marks = RadioField(
            _("Your vote"),
            choices=_marks(options),
            validators=[InputRequired(_("Choose first: mark a candidate."))],
        )
        made: type[ChoicePaper] = type("Paper", (cls,), {"marked": marks})
        return made(data={"marked": str(chosen[0])} if chosen else None)

    def choice(self) -> list[int | None]:
        return [int(self["marked"].data)]


class ApprovalPaper(ElectionPaper):
    """As many candidates as one likes."""

    @classmethod
    def of(cls, options: Sequence[BallotOption], chosen: Sequence[int | None]) -> "ApprovalPaper":
        marks = SelectMultipleField(
            _("Your vote"),
            choices=_marks(options),
            validators=[InputRequired(_("Choose first: mark everybody you would be content with."))],
            option_widget=CheckboxInput(),
            widget=ListWidget(prefix_label=False),
        )
        made: type[ApprovalPaper] = type("Paper", (cls,), {"marked": marks})
        return made(data={"marked": [str(number) for number in chosen]})

    def choice(self) -> list[int | None]:
        return [int(number) for number in self["marked"].data]


class ScoredPaper(ElectionPaper):
    """A score or none for each candidate."""

    @classmethod
    def of(cls, options: Sequence[BallotOption], chosen: Sequence[int | None]) -> "ScoredPaper":
        scores = [SelectChoice("", _("no score"))]
        scores += [SelectChoice(str(score), str(score)) for score in range(HIGHEST_SCORE, -1, -1)]
        fields = {f"score_{one.position}": SelectField(one.name, choices=scores) for one in options}
        given = {f"score_{at}": str(score) for at, score in enumerate(chosen, 1) if score is not None}
        made: type[ScoredPaper] = type("Paper", (cls,), fields)
        return made(data=given)

    def choice(self) -> list[int | None]:
        return [int(field.data) if field.data else None for _number, field in sorted(self.named("score_"))]

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a paper without any score."""
        if not super().validate(extra_validators):
            return False
        if not any(score is not None for score in self.choice()):
            self.form_errors.append(_("Choose first: give at least one candidate a score."))
            return False
        return True


_PAPERS = {
    PaperKind.CHOICE: ChoicePaper,
    PaperKind.RANKING: RankedPaper,
    PaperKind.APPROVAL: ApprovalPaper,
    PaperKind.SCORE: ScoredPaper,
}


def election_paper(
    kind: PaperKind, options: Sequence[BallotOption], chosen: Sequence[int | None] = ()
) -> ElectionPaper:
    """Make the paper that a method asks for, showing what was chosen before."""
    return _PAPERS[kind].of(options, chosen)


def _marks(options: Sequence[BallotOption]) -> list[SelectChoice]:
    return [SelectChoice(str(option.position), option.name) for option in options]

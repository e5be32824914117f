"""What stands in the margin of an article: what the software makes of it, and who decided that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _

from coop.models.ballots import Decision
from coop.models.constitution import ConstitutionVersion
from coop.rules.calendar import earliest_meeting_day
from coop.rules.constitution import Effective
from coop.rules.provisions import REGISTRY, Days
from coop.rules.thresholds import Basis, Quorum
from coop.services import constitution
from coop.services.constitution import Setting


@dataclass(frozen=True)
class Note:
    name: str  # of the value: meeting.notice@board
    anchor: str
    label: str
    value: str
    sentence: str
    by_founders: bool
    set_by: Decision | None  # None also where the reader may not see decisions
    before: str  # "Was 14 clear days until 1 March 2026."
    more: str


def anchor_of(name: str) -> str:
    """The id of a note on its page: ``rule-meeting-notice-board``."""
    return "rule-" + name.replace(".", "-").replace("@", "-").replace("_", "-")


def notes_by_article(
    version: ConstitutionVersion,
    today: date,
    *,
    names: Mapping[str, str],
    decisions: Mapping[int, Decision],
    history: Mapping[tuple[str, str], list[Setting]],
    members: int | None,
) -> dict[str, list[Note]]:
    """The notes of every article that carries provisions, by its number; "" has the adopted defaults.

    ``members``: how many there are today, where the reader may know.
    """
    notes: dict[str, list[Note]] = {}
    for effective in sorted(constitution.values_of(version).values(), key=lambda value: value.line or 0):
        settings = history.get((effective.key, effective.scope), [])
        note = _note(effective, names, decisions, settings, _more(effective, today, members))
        notes.setdefault(effective.article or "", []).append(note)
    return notes


def _note(
    effective: Effective,
    names: Mapping[str, str],
    decisions: Mapping[int, Decision],
    settings: list[Setting],
    more: str,
) -> Note:
    provision = REGISTRY[effective.key]
    label = provision.label
    if effective.scope:
        label = _("%(label)s (%(whose)s)", label=label, whose=names.get(effective.scope, effective.scope))
    decision_id = settings[-1].decision_id if settings else None
    return Note(
        name=effective.name,
        anchor=anchor_of(effective.name),
        label=label,
        value=provision.spell(effective.value),
        sentence=provision.sentence,
        by_founders=decision_id is None,
        set_by=decisions.get(decision_id) if decision_id else None,
        before=_before(settings),
        more=more,
    )


def on_paper(notes: Mapping[str, list[Note]]) -> dict[str, list[dict[str, str]]]:
    """The notes as a paper has them: without what is only so today."""
    return {
        article: [
            {
                "name": note.name,
                "anchor": note.anchor,
                "label": note.label,
                "value": note.value,
                "sentence": note.sentence,
                "set_by": " ".join(filter(None, [_set_by(note), note.before])),
            }
            for note in those
        ]
        for article, those in notes.items()
    }


def _set_by(note: Note) -> str:
    if note.by_founders:
        return _("Set at the beginning.")
    if note.set_by is None:
        return _("Set by a vote of the members.")
    day = format_date(note.set_by.decided_on, "d MMMM y")
    return _("Set by decision %(label)s of %(day)s.", label=note.set_by.label, day=day)


def _before(settings: list[Setting]) -> str:
    if len(settings) < 2:
        return ""
    earlier, later = settings[-2:]
    if later.in_force_on is None:
        return _("Was %(value)s.", value=earlier.spelled)
    day = format_date(later.in_force_on, "d MMMM y")
    return _("Was %(value)s until %(day)s.", value=earlier.spelled, day=day)


def _more(effective: Effective, today: date, members: int | None) -> str:
    if effective.key == "meeting.notice" and isinstance(effective.value, Days):
        day = earliest_meeting_day(today, effective.value.n)
        return _("The next lawful date today is %(day)s.", day=format_date(day, "d MMMM"))
    whole = isinstance(effective.value, Quorum) and effective.value.basis is Basis.ELIGIBLE
    if members and whole and not effective.scope and effective.value.needed(members):
        return _("Today %(n)s of %(all)s.", n=effective.value.needed(members), all=members)
    return ""

"""The constitution as members read it: its text, what the software makes of it, and how it came about."""

import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from flask import Response, g, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _

from coop.access import Permission, may, public, requires
from coop.blueprints.constitution import bp, search
from coop.blueprints.constitution.margin import Note, anchor_of, notes_by_article, on_paper
from coop.errors import Missing
from coop.gateways import markdown
from coop.models.ballots import Decision
from coop.models.constitution import ConstitutionVersion
from coop.rules.comparison import compare_articles
from coop.rules.provisions import REGISTRY
from coop.services import ballots, constitution, members
from coop.services.constitution import Setting

LONGEST_SEARCH = 100  # characters


@bp.get("/constitution")
@public
def show() -> str:
    """The text in force today, on another day, or of one version."""
    today = g.organisation.day_of(g.now)
    day, problem = _asked_day(today)
    versions = constitution.versions(g.organisation)
    version = _asked_version(versions, day)
    if version is None:
        return render_template(
            "constitution/none.html", day=day, today=today, versions=versions, problem=problem
        )
    notes, decisions = _notes(version, versions, today)
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    pieces = _pieces(version.text)
    if words:
        pieces, notes = search.matching(pieces, notes, words)
    return render_template(
        "constitution/show.html",
        version=version,
        pieces=pieces,
        notes=notes,
        words=words,
        versions=versions,
        decisions=decisions,
        day=day,
        today=today,
        problem=problem,
        in_force_today=constitution.in_force_of(versions, today),
        ends_on=_followed_on(version, versions),
        to_propose=_articles_to_change(versions),
    )


def _notes(
    version: ConstitutionVersion, versions: list[ConstitutionVersion], today: date
) -> tuple[dict[str, list[Note]], dict[int, Decision]]:
    """What the software makes of each article, and the decisions that the reader may see."""
    history = constitution.history_of(version)
    decisions = _decisions(history.values(), versions)
    notes = notes_by_article(
        version,
        today,
        names=constitution.names_of_scopes(g.organisation, {scope for _key, scope in history}),
        decisions=decisions,
        history=history,
        members=_how_many_members(today),
    )
    return notes, decisions


@bp.get("/constitution.pdf")
@public
def paper() -> Response:
    """A version on paper, with what the software makes of each article."""
    versions, version, today = _version_to_take_away()
    with force_locale(g.organisation.language):
        notes, _decided = _notes(version, versions, today)
        words = on_paper(notes)
    content = constitution.set_on_paper(g.organisation, version, words)
    return _file(content, "application/pdf", f"{g.organisation.slug}-constitution-{version.number}.pdf")


@bp.get("/constitution/source")
@bp.get("/constitution.md", defaults={"kind": "md"})
@bp.get("/constitution.json", defaults={"kind": "json"})
@public
def source(kind: str = "") -> str | Response:
    """The text with its marks, as a page, as Markdown, or with all its values as JSON."""
    _versions, version, _today = _version_to_take_away()
    name = f"{g.organisation.slug}-constitution-{version.number}.{kind}"
    if kind == "md":
        return _file(version.text, "text/markdown", name)
    if kind == "json":
        data = json.dumps(constitution.as_data(version), ensure_ascii=False, indent=2)
        return _file(data + "\n", "application/json", name)
    return render_template("constitution/source.html", version=version)


@bp.get("/constitution/compare")
@requires(Permission.SEE_MEMBER_PAGES)
def compare() -> str:
    """Two versions beside each other, word by word."""
    versions = constitution.versions(g.organisation)
    numbers = {version.number: version for version in versions}
    newest = versions[0].number if versions else 1
    older = numbers.get(request.args.get("older", max(1, newest - 1), type=int))
    newer = numbers.get(request.args.get("newer", newest, type=int))
    if older is None or newer is None:
        raise Missing
    return render_template(
        "constitution/compare.html",
        versions=versions,
        older=older,
        newer=newer,
        changes=compare_articles(_texts(older.text), _texts(newer.text)),
        values=_changed_values(older, newer),
    )


def _articles_to_change(versions: list[ConstitutionVersion]) -> set[str]:
    """The articles of the latest version, to whoever may propose another."""
    latest = next((one for one in versions if one.void_at is None), None)
    if latest is None or not may(g.actor, Permission.PROPOSE_AMENDMENT, g.organisation):
        return set()
    return {article.number for article in latest.articles}


def _asked_day(today: date) -> tuple[date, str]:
    """The day to read the constitution as of, and what was wrong with the one that was typed."""
    asked = request.args.get("day", "").strip()
    if not asked:
        return today, ""
    try:
        return date.fromisoformat(asked), ""
    except ValueError:
        said = "".join(letter for letter in asked[:30] if letter.isprintable())
        return today, _("“%(day)s” is not a day. Write it as in 2026-03-31.", day=said)


def _version_to_take_away() -> tuple[list[ConstitutionVersion], ConstitutionVersion, date]:
    """All versions, the one asked for, and today; raises Missing where there is none."""
    today = g.organisation.day_of(g.now)
    day, problem = _asked_day(today)
    versions = constitution.versions(g.organisation)
    version = _asked_version(versions, day)
    if version is None or problem:
        raise Missing
    return versions, version, today


def _asked_version(versions: list[ConstitutionVersion], day: date) -> ConstitutionVersion | None:
    asked = request.args.get("version", type=int)
    if asked is None:
        return constitution.in_force_of(versions, day)
    version = next((one for one in versions if one.number == asked), None)
    if version is None:
        raise Missing
    return version


def _how_many_members(today: date) -> int | None:
    """Members know how many they are; to strangers it is nobody's business."""
    if not may(g.actor, Permission.SEE_MEMBER_PAGES, g.organisation):
        return None
    return members.count_active(g.organisation, today)


def _followed_on(version: ConstitutionVersion, versions: list[ConstitutionVersion]) -> date | None:
    """The day another version took its place, or will."""
    later = [other.in_force_on for other in versions if other.number > version.number and other.in_force_on]
    return min(later, default=None)


def _decisions(
    histories: Iterable[list[Setting]], versions: list[ConstitutionVersion]
) -> dict[int, Decision]:
    ids = {setting.decision_id for settings in histories for setting in settings}
    ids |= {version.decision_id for version in versions}
    if not may(g.actor, Permission.SEE_DECISIONS, g.organisation):
        return {}
    return ballots.decisions_by_id(g.organisation, {found for found in ids if found is not None})


@lru_cache(maxsize=32)
def _pieces(text: str) -> tuple[markdown.Piece, ...]:
    return tuple(markdown.render(text, _note_address))


def forget() -> None:
    """Let go of what was rendered, as a process that has just begun."""
    _pieces.cache_clear()
    _texts.cache_clear()


def _note_address(mark: dict[str, str]) -> str:
    return "#" + anchor_of(markdown.name_of(mark))


@lru_cache(maxsize=32)
def _texts(text: str) -> dict[str, str]:
    return {article.number: article.text for article in markdown.parse(text).articles}


def _changed_values(older: ConstitutionVersion, newer: ConstitutionVersion) -> list[tuple[str, str, str]]:
    """The values that differ: what, before, after."""
    before, after = constitution.values_of(older), constitution.values_of(newer)
    names = constitution.names_of_scopes(
        g.organisation, {scope for _key, scope in before.keys() | after.keys()}
    )
    changed = []
    for place in sorted(before.keys() | after.keys()):
        old, new = before.get(place), after.get(place)
        if (old and old.text) == (new and new.text):
            continue
        provision = REGISTRY[place[0]]
        label = f"{provision.label} ({names.get(place[1], place[1])})" if place[1] else provision.label
        said = [provision.spell(value.value) if value else _("no rule of its own") for value in (old, new)]
        changed.append((label, said[0], said[1]))
    return changed


def _file(content: str | bytes, media_type: str, name: str) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

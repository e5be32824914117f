"""What an amendment would make of the constitution: the whole text, the words that change, and the effects."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from flask_babel import gettext as _
from sqlalchemy import select

from coop.extensions import Base, db
from coop.gateways import markdown
from coop.models.constitution import Amendment, ConstitutionVersion
from coop.models.organisations import Organisation
from coop.rules.amendments import (
    Change,
    adopted,
    astray,
    combine,
    effects,
    locate,
    overtaken,
    say,
    touched,
)
from coop.rules.comparison import ArticleChange, Words, compare_words
from coop.rules.constitution import Article, Problem, Reading
from coop.services.constitution.adopting import read
from coop.services.constitution.coming import line_of
from coop.services.constitution.naming import names_of_scopes
from coop.services.constitution.reading import latest, values_of


@dataclass(frozen=True)
class Preview:
    """A text with the changes in it. `problems` are sentences with the article and the line."""

    text: str
    sha256: str
    on: int  # the number of the version it is applied to
    articles: tuple[ArticleChange, ...]
    effects: tuple[str, ...]
    problems: tuple[str, ...]


def changes_of(amendment: Amendment) -> list[Change]:
    """Its changes, in the order of the articles."""
    rows = sorted(amendment.articles, key=lambda one: int(one.number))
    return [Change(one.number, one.text, one.replaces) for one in rows]


def preview(
    amendment: Amendment, organisation: Organisation, *, on: ConstitutionVersion | None = None
) -> Preview:
    """What it makes of the text it was written against, or of a later one."""
    return preview_of(organisation, on or amendment.base, changes_of(amendment))


def preview_of(organisation: Organisation, base: ConstitutionVersion, changes: Sequence[Change]) -> Preview:
    """Apply changes to a version; say in sentences what follows and what is wrong."""
    plain = markdown.plain_lines(base.text)
    before = markdown.parse(plain)
    text = combine(plain, before.articles, changes)
    after = read(text, organisation)
    known = {problem.what for problem in read(base.text, organisation).problems}
    new = [problem for problem in after.problems if problem.what not in known]
    problems = [*new, *astray(before.articles, after.articles, changes)]
    values = values_of(base)
    found = effects(values, adopted(after, values))
    names = names_of_scopes(organisation, {effect.scope for effect in found})
    return Preview(
        text=text,
        sha256=sha256(text.encode()).hexdigest(),
        on=base.number,
        articles=tuple(_compared(change, before.articles, after) for change in changes),
        effects=tuple(say(effect, names) for effect in found),
        problems=tuple(_problem(problem, after) for problem in problems),
    )


def why_stale(amendment: Amendment, organisation: Organisation) -> str:
    """Say why it can't take effect any more; "" while it can.

    It is stale once another amendment to one of its articles has passed, or the combined text has problems.
    """
    changes = changes_of(amendment)
    if met := overtaken(changes, _touched_since(amendment.base, organisation)):
        number, version = met
        if version < amendment.base.number:
            undone = _(
                "Article %(number)s is again as in version %(version)d, since version %(void)d became void.",
                number=number,
                version=version,
                void=amendment.base.number,
            )
            return str(undone)
        said = _(
            "Article %(number)s was changed by another amendment, which passed as version %(version)d.",
            number=number,
            version=version,
        )
        return str(said)
    base = latest(organisation, void=False)
    if base is None or base.id == amendment.base_id:
        return ""
    found = preview_of(organisation, base, changes)
    if not found.problems:
        return ""
    said = _(
        "Together with version %(version)d the text would have a problem. %(problem)s",
        version=base.number,
        problem=found.problems[0],
    )
    return str(said)


def _touched_since(base: ConstitutionVersion, organisation: Organisation) -> list[tuple[int, frozenset[str]]]:
    """Which articles each version passed since has touched; what became void with its decision counts as undone."""
    line = line_of(organisation)
    earlier = [version for version in line if version.number < base.number]
    later = [version for version in line if version.number > base.number]
    steps = [base, *earlier[-1:], *later] if base.void_at is not None else [base, *later]
    if len(steps) == 1:
        return []
    articles = Base.metadata.tables["articles"]
    hashes: dict[int, dict[str, str]] = {version.id: {} for version in steps}
    for version_id, number, digest in db.session.execute(
        select(articles.c.version_id, articles.c.number, articles.c.sha256).where(
            articles.c.version_id.in_(hashes)
        )
    ):
        hashes[version_id][number] = digest
    return [
        (new.number, touched(hashes[old.id], hashes[new.id]))
        for old, new in pairwise(steps)
        if new.decision_id is not None or new.number == 1  # a correction of a mark amends nothing
    ]


def _compared(change: Change, before: Sequence[Article], after: Reading) -> ArticleChange:
    old = next((article.text for article in before if article.number == change.number), "")
    new = next((article.text for article in after.articles if article.number == change.number), "")
    if change.kind == "changed":
        return ArticleChange(change.number, "changed", compare_words(old, new))
    return ArticleChange(change.number, change.kind, (Words(change.kind, new or old),))


def _problem(problem: Problem, after: Reading) -> str:
    found = locate(problem, after.articles)
    if not found.article:
        return str(_("Line %(line)s: %(what)s", line=problem.line, what=problem.what))
    return str(
        _(
            "Article %(article)s, line %(line)s: %(what)s",
            article=found.article,
            line=found.line,
            what=problem.what,
        )
    )

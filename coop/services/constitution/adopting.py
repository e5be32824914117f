"""The one way a constitution changes: adopting a version."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import select

from coop.access import PROGRAM, Actor, Permission, authorize
from coop.errors import Refusal
from coop.extensions import Base, db
from coop.gateways import markdown
from coop.models.constitution import Article, ConstitutionVersion, ProvisionRow
from coop.models.organisations import Body, Office, Organisation
from coop.rules.amendments import adopted
from coop.rules.constitution import Effective, Reading, Values, assemble
from coop.rules.provisions import REGISTRY
from coop.services import records
from coop.services.constitution.coming import locked, obey
from coop.services.constitution.reading import latest, values_of

# A text may rule for bodies and offices of these kinds before the first of them is formed.
BODY_KINDS = frozenset({"assembly", "board", "committee", "branch", "group"})
OFFICE_KINDS = frozenset(
    {
        "secretary",
        "treasurer",
        "chair",
        "librarian",
        "auditor",
        "returning_officer",
        "delegate",
        "board_member",
    }
)


def read(text: str, organisation: Organisation | None = None) -> Reading:
    """What the software would make of a text; with the organisation's own bodies and offices, if given."""
    draft = markdown.parse(text)
    if organisation is None:
        return assemble(draft)
    bodies = db.session.scalars(select(Body.slug).where(Body.organisation_id == organisation.id))
    offices = db.session.scalars(select(Office.kind).where(Office.organisation_id == organisation.id))
    return assemble(draft, bodies=BODY_KINDS.union(bodies), offices=OFFICE_KINDS.union(offices))


def adopt_version(
    organisation: Organisation,
    text: str,
    *,
    passed_on: date,
    registered_on: date | None,
    in_force_on: date | None,
    decision_id: int | None,
    now: datetime,
    actor: Actor = PROGRAM,
    unwritten: Mapping[str, str] | None = None,
) -> ConstitutionVersion:
    """Store a text with its articles and every effective value, defaults included.

    The first version is the founders'; every later one needs the constitutional decision that carried it.
    Nothing else changes a provision. `unwritten`: of the first, the values of what its articles do not say.
    """
    authorize(actor, Permission.ADOPT_CONSTITUTION, organisation)
    locked(organisation)
    if latest(organisation) is not None:
        _refuse_uncarried(organisation, decision_id)
    return store_version(
        organisation,
        text,
        passed_on=passed_on,
        registered_on=registered_on,
        in_force_on=in_force_on,
        decision_id=decision_id,
        now=now,
        actor=actor,
        unwritten=unwritten,
    )


def store_version(
    organisation: Organisation,
    text: str,
    *,
    passed_on: date,
    registered_on: date | None,
    in_force_on: date | None,
    decision_id: int | None,
    now: datetime,
    actor: Actor,
    unwritten: Mapping[str, str] | None = None,
) -> ConstitutionVersion:
    """Add a version to the line; the table refuses one that neither a decision nor a correction made."""
    last, earlier = latest(organisation), latest(organisation, void=False)
    reading = read(text, organisation)
    if reading.problems:
        first = reading.problems[0]
        raise Refusal(_("Line %(line)s: %(what)s", line=first.line, what=first.what))

    version = ConstitutionVersion(
        organisation_id=organisation.id,
        number=last.number + 1 if last else 1,
        text=text,
        sha256=sha256(text.encode()).hexdigest(),
        passed_on=passed_on,
        registered_on=registered_on,
        in_force_on=in_force_on,
        decision_id=decision_id,
        adopted_at=now,
    )
    version.articles = [
        Article(
            position=position,
            number=article.number,
            heading=article.heading[:200],
            text=article.source,
            sha256=article.sha256,
        )
        for position, article in enumerate(reading.articles, start=1)
    ]
    version.provisions = _rows(reading, earlier, decision_id, unwritten or {})
    db.session.add(version)
    db.session.flush()
    obey(organisation, now)
    facts = {
        "version": version.number,
        "sha256": version.sha256,
        "articles": len(version.articles),
        "in_force_on": in_force_on.isoformat() if in_force_on else None,
        "decision": decision_id,
    }
    subject = f"constitution {version.number}"
    records.record(organisation, actor, "adopted a constitution", subject, now, facts)
    return version


def _refuse_uncarried(organisation: Organisation, decision_id: int | None) -> None:
    """Whoever asks: without a carried constitutional decision nothing is changed."""
    # By name: ballots stand above this subject.
    decisions, ballots = Base.metadata.tables["decisions"], Base.metadata.tables["ballots"]
    carried = db.session.scalar(
        select(decisions.c.id)
        .join(ballots, ballots.c.id == decisions.c.ballot_id)
        .where(
            ballots.c.void_at.is_(None),
            decisions.c.id == decision_id,
            decisions.c.organisation_id == organisation.id,
            decisions.c.decision_class == "constitutional",
            decisions.c.outcome == "carried",
        )
    )
    if carried is None:
        raise Refusal(
            _("The constitution changes by a carried constitutional decision, and by nothing else.")
        )


def _rows(
    reading: Reading,
    earlier: ConstitutionVersion | None,
    decision_id: int | None,
    unwritten: Mapping[str, str],
) -> list[ProvisionRow]:
    """Every effective value with the decision that set it: an unchanged value keeps its own."""
    before = {(row.key, row.scope): row for row in earlier.provisions} if earlier else {}
    rows = []
    known_values = values_of(earlier) if earlier else _given(unwritten)
    for effective in adopted(reading, known_values):
        known = before.get((effective.key, effective.scope))
        # A correction decides nothing: the decision that set the words stays named.
        keeps = known is not None and (known.value == effective.text or decision_id is None)
        rows.append(
            ProvisionRow(
                key=effective.key,
                scope=effective.scope,
                value=effective.text,
                article=effective.article or "",
                words=effective.words,
                line=effective.line,
                decision_id=known.decision_id if known and keeps else decision_id,
            )
        )
    return rows


def _given(unwritten: Mapping[str, str]) -> Values:
    """Values that no article states, as they were chosen before the first version."""
    return {(key, ""): Effective(key, "", REGISTRY[key].parse(text), text) for key, text in unwritten.items()}

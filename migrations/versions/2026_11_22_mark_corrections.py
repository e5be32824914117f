"""Corrections of wrong marks by two officers, their challenges; no later version without a decision or these."""

import sqlalchemy as sa
from alembic import op

import coop.models.columns

revision = "2026_11_22_mark_corrections"
down_revision = "2026_11_22_the_amendments"
branch_labels = None
depends_on = None


def differ(*columns):
    return " OR ".join(f"CAST(NEW.{c} AS TEXT) {{differs}} CAST(OLD.{c} AS TEXT)" for c in columns)


# (table, name, events, what it says, condition); {differs} compares what may be NULL
GUARDS = [
    ("mark_corrections", "kept", ("DELETE",), "mark_corrections: a row is never deleted", "TRUE"),
    (
        "mark_corrections",
        "as_proposed",
        ("UPDATE",),
        "mark_corrections: what was proposed stands",
        differ(
            "organisation_id", "number", "base_id", "article", "text", "replaces", "reason", "proposed_by_id", "proposed_at"
        ),
    ),
    (
        "mark_corrections",
        "confirmed_once",
        ("UPDATE",),
        "mark_corrections: what became of it stands",
        "(OLD.confirmed_at IS NOT NULL AND (" + differ("confirmed_at", "confirmed_by_id") + ")) OR "
        "(OLD.dropped_at IS NOT NULL AND (" + differ("dropped_at", "confirmed_at") + ")) OR "
        "(OLD.version_id IS NOT NULL AND (" + differ("version_id") + "))",
    ),
    ("correction_challenges", "kept", ("DELETE",), "correction_challenges: a row is never deleted", "TRUE"),
    (
        "correction_challenges",
        "as_made",
        ("UPDATE",),
        "correction_challenges: a challenge is never changed, and its answer stands",
        differ("correction_id", "membership_id", "reason", "made_at")
        + " OR (OLD.outcome IS NOT NULL AND ("
        + differ("outcome", "answer", "answered_at", "answered_by")
        + "))",
    ),
    (
        "constitution_versions",
        "lawfully_made",
        ("INSERT",),
        "constitution_versions: the constitution changes by a carried constitutional decision, and by nothing else",
        "NEW.number > 1 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.id = NEW.decision_id "
        "AND d.organisation_id = NEW.organisation_id AND d.decision_class = 'constitutional' "
        "AND d.outcome = 'carried') AND NOT EXISTS (SELECT 1 FROM mark_corrections c "
        "WHERE NEW.decision_id IS NULL AND c.organisation_id = NEW.organisation_id "
        "AND c.confirmed_at IS NOT NULL AND c.version_id IS NULL)",
    ),
]


def created(dialect, table, name, events, says, condition):
    trigger = f"{table}_{name}"
    if dialect == "sqlite":
        when = condition.format(differs="IS NOT")
        return [
            f"CREATE TRIGGER {trigger}_{event.lower()} BEFORE {event} ON {table} "
            f"WHEN ({when}) BEGIN SELECT RAISE(ABORT, '{says}'); END"
            for event in events
        ]
    when = condition.format(differs="IS DISTINCT FROM")
    return [
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF ({when}) THEN RAISE EXCEPTION '{says}' USING ERRCODE = '23514'; END IF; "
        f"RETURN {'OLD' if events == ('DELETE',) else 'NEW'}; END $$",
        f"CREATE TRIGGER {trigger} BEFORE {' OR '.join(events)} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {trigger}()",
    ]


def instant(name, *, nullable=True):
    return sa.Column(name, coop.models.columns.Instant(timezone=True), nullable=nullable)


def keys(table, *pairs):
    return (
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in pairs
    )


def upgrade() -> None:
    op.create_table(
        "mark_corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("article", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("replaces", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        instant("proposed_at", nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        instant("confirmed_at"),
        instant("dropped_at"),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("proposed_by_id <> confirmed_by_id", name=op.f("ck_mark_corrections_two")),
        sa.CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_mark_corrections_confirmed")
        ),
        sa.CheckConstraint(
            "dropped_at IS NULL OR confirmed_at IS NULL", name=op.f("ck_mark_corrections_dropped_or_confirmed")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_mark_corrections_reason")),
        *keys(
            "mark_corrections",
            ("base_id", "constitution_versions"),
            ("confirmed_by_id", "memberships"),
            ("organisation_id", "organisations"),
            ("proposed_by_id", "memberships"),
            ("version_id", "constitution_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_corrections")),
        sa.UniqueConstraint(
            "organisation_id", "number", name=op.f("uq_mark_corrections_organisation_id_number")
        ),
        sa.UniqueConstraint("version_id", name=op.f("uq_mark_corrections_version_id")),
    )
    for column in ("base_id", "confirmed_by_id", "organisation_id", "proposed_by_id"):
        op.create_index(op.f(f"ix_mark_corrections_{column}"), "mark_corrections", [column])
    op.create_table(
        "correction_challenges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        instant("made_at", nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        instant("answered_at"),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("outcome IN ('upheld', 'dismissed')", name=op.f("ck_correction_challenges_outcome")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (answered_at IS NULL)", name=op.f("ck_correction_challenges_answered")
        ),
        *keys("correction_challenges", ("correction_id", "mark_corrections"), ("membership_id", "memberships")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_challenges")),
        sa.UniqueConstraint(
            "correction_id", "membership_id", name=op.f("uq_correction_challenges_correction_id_membership_id")
        ),
    )
    op.create_index(op.f("ix_correction_challenges_membership_id"), "correction_challenges", ["membership_id"])
    dialect = op.get_context().dialect.name
    for guard in GUARDS:
        for statement in created(dialect, *guard):
            op.execute(statement)
    if dialect == "postgresql":
        for table in ("mark_corrections", "correction_challenges"):
            op.execute(
                f"CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()"
            )


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    name = "constitution_versions_lawfully_made"
    op.execute(f"DROP TRIGGER {name} ON constitution_versions" if dialect == "postgresql" else f"DROP TRIGGER {name}_insert")
    op.drop_table("correction_challenges")
    op.drop_table("mark_corrections")
    if dialect == "postgresql":
        for table, guard, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{guard}()")
